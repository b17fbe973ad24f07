-- The Parquet segments that make up the event lake; a file that is not listed is no part of it.
CREATE TABLE "segments" (
    "path" TEXT PRIMARY KEY, -- relative to the data folder
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "min_at" BIGINT NOT NULL, -- microseconds
    "max_at" BIGINT NOT NULL, -- microseconds
    "min_account" TEXT NOT NULL,
    "max_account" TEXT NOT NULL
);
