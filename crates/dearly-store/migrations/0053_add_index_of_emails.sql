-- Telemetry may name a person by e-mail. A part of it, since an index holds no text without end.
CREATE INDEX "people_email" ON "people" (substr(lower("email"), 1, 320));
