-- What telemetry says of an account or of a user. Traits of users are personal data.
CREATE TABLE "traits" (
    "of" TEXT NOT NULL, -- account or user
    "id" TEXT NOT NULL,
    "traits" TEXT NOT NULL, -- JSON object: {"name": {"at": microseconds, "value": …}}
    PRIMARY KEY ("of", "id")
);
