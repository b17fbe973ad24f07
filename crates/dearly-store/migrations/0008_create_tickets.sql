-- Versions of the rows of `tickets`: one table row per version, the former ones kept.
CREATE TABLE "tickets" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "severity" BIGINT NOT NULL,
    "opened_at" BIGINT NOT NULL, -- microseconds since 1970-01-01T00:00:00Z
    "person" TEXT,
    "first_response_at" BIGINT, -- microseconds since 1970-01-01T00:00:00Z
    "resolved_at" BIGINT, -- microseconds since 1970-01-01T00:00:00Z
    "due_at" BIGINT, -- microseconds since 1970-01-01T00:00:00Z
    "category" TEXT,
    "subject" TEXT,
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "tickets_account" ON "tickets" ("account");
