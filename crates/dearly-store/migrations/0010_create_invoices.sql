-- Versions of the rows of `invoices`: one table row per version, the former ones kept.
CREATE TABLE "invoices" (
    "key" TEXT NOT NULL, -- the key cells, joined by U+001F
    "sequence" BIGINT NOT NULL, -- 1, 2, … as the versions of a key were stored
    "recorded_at" BIGINT, -- microseconds, where the book says so
    "imported_at" BIGINT NOT NULL, -- microseconds
    "import_id" TEXT NOT NULL REFERENCES "imports" ("id"),
    "content" BIGINT NOT NULL, -- hash of cells and attributes
    "attributes" TEXT, -- JSON object, NULL for none
    "external_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "amount_cents" BIGINT NOT NULL, -- cents
    "currency" TEXT,
    "issued_on" BIGINT, -- days since 1970-01-01
    "due_on" BIGINT NOT NULL, -- days since 1970-01-01
    "paid_on" BIGINT, -- days since 1970-01-01
    "failed_on" BIGINT, -- days since 1970-01-01
    PRIMARY KEY ("key", "sequence")
);
CREATE INDEX "invoices_account" ON "invoices" ("account");
