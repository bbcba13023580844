-- `translation_key` is what a post says it is a translation of: a guid, a file or a canonical URL. This is the post that this
-- was found to be; empty in the original.
ALTER TABLE posts ADD COLUMN original_id INTEGER REFERENCES posts (id);
CREATE INDEX posts_translations ON posts (original_id) WHERE original_id IS NOT NULL;
