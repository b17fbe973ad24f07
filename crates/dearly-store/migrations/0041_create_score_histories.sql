-- Scores of accounts by day: a cache that may be dropped at any time, named by the rules it was reckoned under.
CREATE TABLE "score_histories" (
    "rules" TEXT NOT NULL, -- the hash of the workbook, and of all else that decides a score beside facts
    "account" TEXT NOT NULL,
    "revision" BIGINT NOT NULL, -- the revision of the facts that were read
    "reckoned_to" BIGINT NOT NULL, -- the last day up to which every day is reckoned, days since 1970-01-01
    "days" BYTEA NOT NULL, -- spans of days with their scores, packed
    PRIMARY KEY ("rules", "account")
);
