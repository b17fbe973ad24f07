-- One row per import that was committed; its id sorts by time.
CREATE TABLE "imports" (
    "id" TEXT PRIMARY KEY,
    "started_at" BIGINT NOT NULL, -- microseconds
    "finished_at" BIGINT, -- microseconds
    "source" TEXT NOT NULL, -- the path as it was given
    "mode" TEXT NOT NULL, -- upsert, update or insert
    "n_read" BIGINT NOT NULL,
    "n_added" BIGINT NOT NULL,
    "n_changed" BIGINT NOT NULL,
    "n_unchanged" BIGINT NOT NULL,
    "n_rejected" BIGINT NOT NULL,
    "report" TEXT -- JSON
);
