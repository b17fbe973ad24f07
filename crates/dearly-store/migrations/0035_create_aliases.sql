-- Ids under which a telemetry user was known before, as before they logged in.
CREATE TABLE "aliases" (
    "previous" TEXT NOT NULL,
    "at" BIGINT NOT NULL, -- microseconds: when the alias or identify call was made
    "user" TEXT NOT NULL,
    "recorded_at" BIGINT NOT NULL, -- microseconds: when it was received
    PRIMARY KEY ("previous", "at", "user")
);
CREATE INDEX "aliases_user" ON "aliases" ("user");
