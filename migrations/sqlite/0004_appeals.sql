-- What urgent appeals need besides their versions and events.

-- Where an appeal goes: regions with semicolons between; nothing for everybody who wants alerts.
ALTER TABLE appeal_versions RENAME COLUMN region TO regions;
-- The post as it was when this version was made.
ALTER TABLE appeal_versions ADD COLUMN revision_id INTEGER REFERENCES revisions (id);
ALTER TABLE events ADD COLUMN region TEXT;
CREATE INDEX events_uid ON events (uid);
CREATE INDEX events_ends ON events (ends_at);
CREATE INDEX appeal_versions_created ON appeal_versions (created_at);

-- Who is told how it went, sealed: the address and the key that sealed it, bound to its blind index.
ALTER TABLE appeals ADD COLUMN report_to BLOB;
ALTER TABLE appeals ADD COLUMN report_index BLOB;
ALTER TABLE appeals ADD COLUMN report_key INTEGER;

-- All mailings about one appeal. Who was told what is read from their deliveries.
ALTER TABLE editions ADD COLUMN appeal_id INTEGER REFERENCES appeals (id);
CREATE INDEX editions_appeal ON editions (appeal_id, id) WHERE appeal_id IS NOT NULL;
-- Replaced by a later version while some deliveries were still open; few, and only for moments.
CREATE INDEX editions_superseded ON editions (id) WHERE state = 'superseded' AND ended_at IS NULL;

-- Regions are looked for in the order of subscribers, without reading the table.
DROP INDEX subscribers_alerts;
CREATE INDEX subscribers_alerts ON subscribers (id, region) WHERE state = 'active' AND alerts AND suppression_id IS NULL;

-- The urgent mark that a post's source makes, as last read; empty where it makes none.
ALTER TABLE posts ADD COLUMN declared TEXT;
-- Why that mark could not be carried out; a person has to see to it.
ALTER TABLE posts ADD COLUMN declared_problem TEXT;
CREATE INDEX posts_declared_problem ON posts (id) WHERE declared_problem IS NOT NULL;

-- What an edited source says of an appeal that is out already; a person decides.
CREATE TABLE proposals (
    appeal_id INTEGER NOT NULL PRIMARY KEY REFERENCES appeals (id),
    -- The mark as the source makes it now; empty where it makes none any more.
    declared TEXT,
    created_at INTEGER NOT NULL
) STRICT;

-- Who left, and still wants to hear if this appeal's event changes.
CREATE TABLE followers (
    appeal_id INTEGER NOT NULL REFERENCES appeals (id),
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (appeal_id, subscriber_id)
) STRICT;
CREATE INDEX followers_subscriber ON followers (subscriber_id);
