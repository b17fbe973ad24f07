-- The newest calls of each source that could not be taken. The excerpt may hold personal data.
CREATE TABLE "rejected_calls" (
    "id" TEXT NOT NULL, -- the same when the same call is sent again
    "source" TEXT NOT NULL REFERENCES "sources" ("id"),
    "received_at" BIGINT NOT NULL, -- microseconds
    "reason" TEXT NOT NULL,
    "excerpt" TEXT NOT NULL,
    PRIMARY KEY ("source", "id")
);
CREATE INDEX "rejected_calls_received_at" ON "rejected_calls" ("source", "received_at");
