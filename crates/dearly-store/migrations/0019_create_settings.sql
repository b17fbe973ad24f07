-- Settings of this data folder by name.
CREATE TABLE "settings" (
    "name" TEXT PRIMARY KEY,
    "value" TEXT NOT NULL
);
