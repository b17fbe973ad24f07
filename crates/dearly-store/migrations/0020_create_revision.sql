-- A counter that grows with every commit that changes facts or the workbook: the key of caches.
CREATE TABLE "revision" (
    "id" BIGINT PRIMARY KEY,
    "value" BIGINT NOT NULL
);
INSERT INTO "revision" ("id", "value") VALUES (1, 0);
