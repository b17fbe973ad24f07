-- Analyses as they were run: never changed, never removed.
CREATE TABLE "analyses" (
    "id" TEXT PRIMARY KEY,
    "kind" TEXT NOT NULL, -- drivers
    "made_at" BIGINT NOT NULL, -- microseconds
    "revision" BIGINT NOT NULL, -- of the facts
    "workbook_version" BIGINT NOT NULL,
    "workbook_hash" TEXT NOT NULL,
    "code_version" TEXT NOT NULL,
    "request" TEXT NOT NULL, -- JSON
    "result" TEXT NOT NULL -- JSON
);
CREATE INDEX "analyses_kind" ON "analyses" ("kind", "made_at");
