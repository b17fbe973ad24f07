-- Versions of the rows of `plans`: one table row per version, the former ones kept.
CREATE TABLE "plans" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_on" BIGINT, -- days since 1970-01-01
    "accepted_on" BIGINT, -- days since 1970-01-01
    "accepted_by" TEXT,
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "plans_account" ON "plans" ("account");
