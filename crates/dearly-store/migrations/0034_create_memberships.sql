-- Which account a telemetry user belongs to, from when on.
CREATE TABLE "memberships" (
    "user" TEXT NOT NULL,
    "at" BIGINT NOT NULL, -- microseconds: when the group call was made
    "account" TEXT NOT NULL,
    "recorded_at" BIGINT NOT NULL, -- microseconds: when it was received
    PRIMARY KEY ("user", "at", "account")
);
CREATE INDEX "memberships_account" ON "memberships" ("account");
