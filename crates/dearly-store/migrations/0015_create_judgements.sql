-- Versions of the rows of `judgements`: one table row per version, the former ones kept.
CREATE TABLE "judgements" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "account" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "on" BIGINT NOT NULL, -- days since 1970-01-01
    "rating" DOUBLE PRECISION NOT NULL,
    "reason" TEXT NOT NULL,
    "expires_on" BIGINT, -- days since 1970-01-01
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "judgements_account" ON "judgements" ("account");
