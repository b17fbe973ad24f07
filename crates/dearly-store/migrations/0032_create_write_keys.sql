-- Keys that may send telemetry. The key itself is kept nowhere.
CREATE TABLE "write_keys" (
    "id" TEXT PRIMARY KEY, -- public: by which it is listed and revoked
    "source" TEXT NOT NULL REFERENCES "sources" ("id"),
    "hash" TEXT NOT NULL UNIQUE, -- SHA-256 of the key, hexadecimal
    "created_at" BIGINT NOT NULL, -- microseconds
    "revoked_at" BIGINT -- microseconds
);
