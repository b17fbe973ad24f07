-- Versions of the rows of `activities`: one table row per version, the former ones kept.
CREATE TABLE "activities" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" BIGINT NOT NULL, -- microseconds since 1970-01-01T00:00:00Z
    "people" TEXT, -- joined by ;
    "owner" TEXT,
    "playbook" TEXT,
    "minutes" DOUBLE PRECISION,
    "direction" TEXT,
    "subject" TEXT,
    "notes" TEXT,
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "activities_account" ON "activities" ("account");
