-- What somebody asked for on the page, until the link of the letter that names it is used. It may be a stranger who asks:
-- nothing of it counts before.
CREATE TABLE asked (
    edition_id INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    -- Of the key that sealed and indexed this row.
    key_id INTEGER NOT NULL,
    address_index BLOB NOT NULL,
    domain_index INTEGER NOT NULL,
    address BLOB NOT NULL,
    name BLOB,
    consent_source TEXT NOT NULL,
    cadence TEXT NOT NULL,
    alerts INTEGER NOT NULL,
    topics TEXT NOT NULL,
    region TEXT,
    language TEXT,
    time_zone TEXT,
    PRIMARY KEY (edition_id, subscriber_id),
    FOREIGN KEY (edition_id, subscriber_id) REFERENCES links (edition_id, subscriber_id)
) STRICT;
CREATE INDEX asked_subscriber ON asked (subscriber_id);

-- To count those who are suppressed without looking at each.
DROP INDEX subscribers_suppression;
CREATE INDEX subscribers_suppression ON subscribers (suppression_id, state) WHERE suppression_id IS NOT NULL;
