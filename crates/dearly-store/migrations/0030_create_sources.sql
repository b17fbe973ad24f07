-- Sources of telemetry: one row per name that a write key was ever made for.
CREATE TABLE "sources" (
    "id" TEXT PRIMARY KEY, -- the name, as in web
    "created_at" BIGINT NOT NULL, -- microseconds
    "last_received_at" BIGINT, -- microseconds: when the last call came
    "last_event_at" BIGINT -- microseconds: when the last event happened
);
