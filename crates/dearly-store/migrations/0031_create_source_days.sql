-- What came from a source on a day (UTC, of arrival).
CREATE TABLE "source_days" (
    "source" TEXT NOT NULL REFERENCES "sources" ("id"),
    "day" BIGINT NOT NULL, -- days since 1970-01-01
    "n_events" BIGINT NOT NULL, -- taken
    "n_calls" BIGINT NOT NULL, -- identify, group and alias calls taken
    "n_duplicates" BIGINT NOT NULL, -- calls that were known already
    "n_rejected" BIGINT NOT NULL, -- calls that could not be taken
    "n_unattributed" BIGINT NOT NULL, -- of the events: those that no account is known for
    PRIMARY KEY ("source", "day")
);
