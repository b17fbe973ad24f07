-- Which accounts' facts changed with which revision, and from which day on they may read differently: what a cache of
-- scores has to make anew. Rows that no cache needs any more are removed.
CREATE TABLE "account_changes" (
    "account" TEXT NOT NULL,
    "revision" BIGINT NOT NULL,
    "from_on" BIGINT NOT NULL, -- days since 1970-01-01; the least number stands for the whole past
    PRIMARY KEY ("account", "revision")
);
CREATE INDEX "account_changes_revision" ON "account_changes" ("revision");
