-- A pass over a source is kept in batches. Its number tells whether another one has begun since: then it is given up.
ALTER TABLE sources ADD COLUMN pass BIGINT NOT NULL DEFAULT 0;
-- How many new posts, and how many urgent ones among them, the batches of an unfinished pass have kept; whatever goes on
-- after a crash counts them with its own, or a flood could come in two halves.
ALTER TABLE sources ADD COLUMN pass_new BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN pass_urgent BIGINT NOT NULL DEFAULT 0;
-- Each batch looks for the originals of translations that have none yet, which are few, by a page of any source.
CREATE INDEX posts_unlinked ON posts (id) WHERE translation_key IS NOT NULL AND original_id IS NULL;
DROP INDEX posts_url;
CREATE INDEX posts_url ON posts (canonical_url) WHERE canonical_url IS NOT NULL;
