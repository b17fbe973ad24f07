-- Versions of the rows of `people`: one table row per version, the former ones kept.
CREATE TABLE "people" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT,
    "email" TEXT,
    "title" TEXT,
    "roles" TEXT, -- joined by ;
    "influence" BIGINT,
    "since" BIGINT, -- days since 1970-01-01
    "until" BIGINT, -- days since 1970-01-01
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "people_account" ON "people" ("account");
