-- Segments hold events without an account too, and are written by more than imports.
CREATE TABLE "segments_rebuilt" (
    "path" TEXT PRIMARY KEY, -- relative to the data folder
    "import_id" TEXT REFERENCES "imports" ("id"), -- none where no single import wrote it
    "rows" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "min_at" BIGINT NOT NULL, -- microseconds
    "max_at" BIGINT NOT NULL, -- microseconds
    "n_unattributed" BIGINT NOT NULL, -- rows without an account
    "min_account" TEXT, -- none where no row has an account
    "max_account" TEXT
);

INSERT INTO "segments_rebuilt"
    ("path", "import_id", "rows", "bytes", "min_at", "max_at", "n_unattributed", "min_account", "max_account")
SELECT "path", "import_id", "rows", "bytes", "min_at", "max_at", 0, "min_account", "max_account" FROM "segments";

DROP TABLE "segments";

ALTER TABLE "segments_rebuilt" RENAME TO "segments";

-- Segments that are no part of the lake any more; their files stay for readers that began before.
CREATE TABLE "retired_segments" (
    "path" TEXT PRIMARY KEY, -- relative to the data folder
    "bytes" BIGINT NOT NULL,
    "retired_at" BIGINT NOT NULL -- microseconds
);
