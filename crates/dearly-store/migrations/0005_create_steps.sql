-- Versions of the rows of `steps`: one table row per version, the former ones kept.
CREATE TABLE "steps" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "account" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "step" TEXT NOT NULL,
    "done_on" BIGINT, -- days since 1970-01-01
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "steps_account" ON "steps" ("account");
