-- What somebody asked for on the page, until the link of the letter that names it is used. It may be a stranger who asks:
-- nothing of it counts before.
CREATE TABLE asked (
    edition_id BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL REFERENCES subscribers (id),
    -- Of the key that sealed and indexed this row.
    key_id SMALLINT NOT NULL,
    address_index BYTEA NOT NULL,
    domain_index BIGINT NOT NULL,
    address BYTEA NOT NULL,
    name BYTEA,
    consent_source TEXT NOT NULL,
    cadence TEXT NOT NULL,
    alerts BOOLEAN NOT NULL,
    topics TEXT NOT NULL,
    region TEXT,
    language TEXT,
    time_zone TEXT,
    PRIMARY KEY (edition_id, subscriber_id),
    FOREIGN KEY (edition_id, subscriber_id) REFERENCES links (edition_id, subscriber_id)
);
CREATE INDEX asked_subscriber ON asked (subscriber_id);

-- To count those who are suppressed without looking at each.
DROP INDEX subscribers_suppression;
CREATE INDEX subscribers_suppression ON subscribers (suppression_id, state) WHERE suppression_id IS NOT NULL;
