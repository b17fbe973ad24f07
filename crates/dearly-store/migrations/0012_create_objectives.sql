-- Versions of the rows of `objectives`: one table row per version, the former ones kept.
CREATE TABLE "objectives" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "metric" TEXT,
    "baseline" DOUBLE PRECISION,
    "target" DOUBLE PRECISION,
    "due_on" BIGINT, -- days since 1970-01-01
    "completed_on" BIGINT, -- days since 1970-01-01
    "verified_on" BIGINT, -- days since 1970-01-01
    "verified_by" TEXT,
    "evidence" TEXT,
    "value" DOUBLE PRECISION,
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "objectives_plan" ON "objectives" ("plan");
