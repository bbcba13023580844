-- What a feed's server is asked with: the address that its etag and last_modified belong to, when it was last read whole,
-- and before when it does not want to be asked.
ALTER TABLE sources ADD COLUMN read_url TEXT;
ALTER TABLE sources ADD COLUMN read_at INTEGER;
ALTER TABLE sources ADD COLUMN retry_at INTEGER;
-- When a feed last showed it. An item without guid and link is known by its text for as long as it is there, and 30 days on.
ALTER TABLE posts ADD COLUMN last_seen_at INTEGER;
-- With and without www is one page from now on.
UPDATE posts SET canonical_url = 'https://' || substr(canonical_url, 13) WHERE canonical_url LIKE 'https://www.%.%';
