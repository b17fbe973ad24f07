-- What telemetry says of an account or of a user, or of a visitor who has not said who they are. Those of users and visitors are personal data.
CREATE TABLE "traits" (
    "of" TEXT NOT NULL, -- account, user or visitor
    "id" TEXT NOT NULL,
    "traits" TEXT NOT NULL, -- JSON object: {"name": {"at": microseconds, "value": …}}
    PRIMARY KEY ("of", "id")
);
