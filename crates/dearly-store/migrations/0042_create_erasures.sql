-- Telemetry users whose events are erased: what was received by then and is not in the lake yet is left out. Personal
-- data; taken off once nothing from before can still come.
CREATE TABLE "erasures" (
    "user" TEXT PRIMARY KEY,
    "at" BIGINT NOT NULL -- microseconds
);
