-- What it takes to tell staff: once between all nodes, and again where it failed.

-- What is said of it besides its subject: a count, or why. No address.
ALTER TABLE notices ADD COLUMN detail TEXT NOT NULL DEFAULT '';
-- The channels that are still to be told how it stands now, with semicolons between.
ALTER TABLE notices ADD COLUMN pending TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
-- Nobody tells it before this: somebody does already, or it failed.
ALTER TABLE notices ADD COLUMN retry_at BIGINT NOT NULL DEFAULT 0;
-- The token of whoever is telling it.
ALTER TABLE notices ADD COLUMN teller BIGINT;
CREATE INDEX notices_subject ON notices (kind, subject);
CREATE INDEX notices_pending ON notices (retry_at) WHERE pending <> '';
