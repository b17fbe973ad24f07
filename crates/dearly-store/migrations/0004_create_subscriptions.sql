-- Versions of the rows of `subscriptions`: one table row per version, the former ones kept.
CREATE TABLE "subscriptions" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "starts_on" BIGINT NOT NULL, -- days since 1970-01-01
    "ends_on" BIGINT, -- days since 1970-01-01
    "arr_cents" BIGINT, -- cents
    "mrr_cents" BIGINT, -- cents
    "currency" TEXT,
    "quantity" DOUBLE PRECISION,
    "unit" TEXT,
    "auto_renew" BIGINT, -- 0 or 1
    "renews" TEXT,
    "signed_on" BIGINT, -- days since 1970-01-01
    "notice_on" BIGINT, -- days since 1970-01-01
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "subscriptions_account" ON "subscriptions" ("account");
