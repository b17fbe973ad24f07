-- What people saw: rows are added, never changed (rules.md 6).
CREATE TABLE "published_scores" (
    "account" TEXT NOT NULL,
    "scorecard" TEXT NOT NULL,
    "day" BIGINT NOT NULL, -- days since 1970-01-01
    "workbook_version" BIGINT NOT NULL REFERENCES "workbook_versions" ("version"),
    "published_at" BIGINT NOT NULL, -- microseconds
    "score" DOUBLE PRECISION, -- 0 to 100, NULL for unknown
    "colour" TEXT NOT NULL,
    "coverage" DOUBLE PRECISION NOT NULL, -- 0 to 1
    PRIMARY KEY ("account", "scorecard", "day", "workbook_version", "published_at")
);
