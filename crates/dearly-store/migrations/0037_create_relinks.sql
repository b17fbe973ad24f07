-- Users of whom something was learned that may move their earlier events; taken off once it is applied.
CREATE TABLE "relinks" (
    "user" TEXT PRIMARY KEY
);
