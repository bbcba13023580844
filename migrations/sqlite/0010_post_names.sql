-- Names by which posts went once and go no more; those that they go by now stand in posts. A source that takes a change of its
-- names back brings no post twice.
CREATE TABLE post_names (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    post_id INTEGER NOT NULL REFERENCES posts (id),
    PRIMARY KEY (source_id, kind, name, post_id)
) STRICT, WITHOUT ROWID;
