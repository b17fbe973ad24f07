-- Every workbook that was applied, whole; the highest version is in force.
CREATE TABLE "workbook_versions" (
    "version" BIGINT PRIMARY KEY,
    "applied_at" BIGINT NOT NULL, -- microseconds
    "applied_by" TEXT NOT NULL,
    "content_hash" TEXT NOT NULL, -- hexadecimal, of paths and texts
    "documents" TEXT NOT NULL -- JSON array of {path, text}
);
