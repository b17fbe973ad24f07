-- Versions of the rows of `licences`: one table row per version, the former ones kept.
CREATE TABLE "licences" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "account" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "on" BIGINT NOT NULL, -- days since 1970-01-01
    "assigned" BIGINT,
    "activated" BIGINT,
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "licences_account" ON "licences" ("account");
