-- What an analysis was made of, packed by its owner; none for those of before.
ALTER TABLE "analyses" ADD COLUMN "rows" BYTEA;
