-- Whom a call that could not be taken names, as far as it could be read: its excerpt may end before. Personal data.
ALTER TABLE "rejected_calls" ADD COLUMN "user" TEXT;
ALTER TABLE "rejected_calls" ADD COLUMN "anonymous" TEXT;
