-- Handbill's tables. migrations/postgres holds the same ones; a test compares them.
-- Times are microseconds since 1970 in UTC. Words (state, kind, ...) are those of the enums in src/.

-- Named counters. `post_clock` orders posts and digest cut-offs; `wake` counts changes a daemon should look at.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
INSERT INTO meta (name, value) VALUES ('post_clock', 0), ('wake', 0);

-- Which keys of the key file this store has been used with, and a value that proves each.
CREATE TABLE vault_keys (
    key_id INTEGER NOT NULL PRIMARY KEY,
    check_value BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sources (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- When the first complete pass was made; what was there then is not mailed.
    baseline_at INTEGER,
    last_pass_at INTEGER,
    failing_since INTEGER,
    last_error TEXT,
    etag TEXT,
    last_modified TEXT
) STRICT;

CREATE TABLE posts (
    id INTEGER NOT NULL PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    state TEXT NOT NULL,
    -- What a withdrawn post was, for when its file comes back.
    former_state TEXT,
    guid TEXT,
    canonical_url TEXT,
    path TEXT,
    text_hash BLOB NOT NULL,
    first_seen_at INTEGER NOT NULL,
    -- The tick of `post_clock` from which digests count it; empty while it is not to be mailed.
    listed_at INTEGER,
    revision_id INTEGER NOT NULL,
    -- Posts that are translations of each other share it.
    translation_key TEXT
) STRICT;
CREATE INDEX posts_guid ON posts (source_id, guid) WHERE guid IS NOT NULL;
CREATE INDEX posts_url ON posts (source_id, canonical_url) WHERE canonical_url IS NOT NULL;
CREATE INDEX posts_path ON posts (source_id, path) WHERE path IS NOT NULL;
CREATE INDEX posts_hash ON posts (source_id, text_hash, first_seen_at);
CREATE INDEX posts_listed ON posts (state, listed_at);
CREATE INDEX posts_state ON posts (state, id);

-- A post's content at one time. Never changed once written: what was sent can be shown as it was.
CREATE TABLE revisions (
    id INTEGER NOT NULL PRIMARY KEY,
    post_id INTEGER NOT NULL REFERENCES posts (id),
    number INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    language TEXT NOT NULL,
    topics TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (post_id, number)
) STRICT;

-- The urgent mark on a post, and each version of it: as marked, as amended, as cancelled.
CREATE TABLE appeals (
    id INTEGER NOT NULL PRIMARY KEY,
    post_id INTEGER NOT NULL UNIQUE REFERENCES posts (id),
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
) STRICT;
CREATE TABLE appeal_versions (
    id INTEGER NOT NULL PRIMARY KEY,
    appeal_id INTEGER NOT NULL REFERENCES appeals (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    region TEXT,
    deadline_at INTEGER NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    UNIQUE (appeal_id, number)
) STRICT;
CREATE TABLE events (
    id INTEGER NOT NULL PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES appeal_versions (id),
    position INTEGER NOT NULL,
    -- The calendar's UID: the same through all versions of one event.
    uid TEXT NOT NULL,
    starts_local TEXT NOT NULL,
    ends_local TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    place TEXT,
    address TEXT,
    online_url TEXT,
    latitude REAL,
    longitude REAL,
    UNIQUE (version_id, position)
) STRICT;
CREATE INDEX events_starts ON events (starts_at);

CREATE TABLE editions (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    lane INTEGER NOT NULL,
    -- What makes planning twice plan once, such as `digest/weekly/2026-03-02T08:00:00Z/Europe/London`.
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    cadence TEXT,
    slot_at INTEGER,
    time_zone TEXT,
    cut_off_at INTEGER,
    appeal_version_id INTEGER REFERENCES appeal_versions (id),
    supersedes INTEGER REFERENCES editions (id),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    -- Not planned or sent before this.
    hold_until INTEGER,
    -- Not handed to a relay after this.
    deadline_at INTEGER NOT NULL,
    -- The last subscriber whose delivery is written.
    planned_to INTEGER NOT NULL DEFAULT 0,
    planned_at INTEGER,
    ended_at INTEGER
) STRICT;
CREATE INDEX editions_open ON editions (lane, id) WHERE state IN ('planning', 'sending');
CREATE INDEX editions_digest ON editions (cadence, time_zone, slot_at) WHERE kind = 'digest';
CREATE INDEX editions_kind ON editions (kind, id);

-- An edition as rendered for one language and one choice of posts.
CREATE TABLE variants (
    id INTEGER NOT NULL PRIMARY KEY,
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    language TEXT NOT NULL,
    -- The posts as text, so that the same choice is one row: `12.full;9.line`.
    items TEXT NOT NULL,
    UNIQUE (edition_id, language, items)
) STRICT;

-- An address on one of these is not mailed, whoever it belongs to. Kept after the subscriber is erased.
CREATE TABLE suppressions (
    id INTEGER NOT NULL PRIMARY KEY,
    key_id INTEGER NOT NULL,
    address_index BLOB NOT NULL UNIQUE,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE subscribers (
    id INTEGER NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    -- Of the key that sealed and indexed this row.
    key_id INTEGER NOT NULL,
    -- Empty once erased.
    address_index BLOB UNIQUE,
    domain_index INTEGER NOT NULL,
    address BLOB,
    name BLOB,
    consent_note BLOB,
    consent_source TEXT NOT NULL,
    consent_at INTEGER,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    cadence TEXT NOT NULL,
    alerts INTEGER NOT NULL,
    -- Sorted, with semicolons between, `Appeals;Press release`; empty means all.
    topics TEXT NOT NULL,
    region TEXT,
    language TEXT,
    time_zone TEXT,
    paused_until INTEGER,
    -- The cut-off of the last digest that reached them, or when they confirmed.
    digest_mark INTEGER NOT NULL DEFAULT 0,
    suppression_id INTEGER REFERENCES suppressions (id)
) STRICT;
CREATE INDEX subscribers_digest ON subscribers (cadence, id) WHERE state = 'active';
-- Few, and asked for by state; those who are active are nearly all.
CREATE INDEX subscribers_others ON subscribers (state, id) WHERE state <> 'active';
CREATE INDEX subscribers_alerts ON subscribers (id) WHERE state = 'active' AND alerts;
CREATE INDEX subscribers_suppression ON subscribers (suppression_id) WHERE suppression_id IS NOT NULL;

-- Links that work once and for a while: to confirm, or to see and change preferences.
CREATE TABLE links (
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    purpose TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (edition_id, subscriber_id)
) STRICT;
CREATE INDEX links_subscriber ON links (subscriber_id);

-- The ledger: one edition to one subscriber. Never deleted while the edition is kept.
CREATE TABLE deliveries (
    edition_id INTEGER NOT NULL REFERENCES editions (id),
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    variant_id INTEGER NOT NULL REFERENCES variants (id),
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Whether an attempt may have arrived without our knowing.
    maybe_sent INTEGER NOT NULL DEFAULT 0,
    domain_index INTEGER NOT NULL,
    lease INTEGER,
    lease_until INTEGER,
    -- Whose lease it is, where several processes dispatch: the number of the lock that shows it alive.
    holder INTEGER,
    relay TEXT,
    stage TEXT,
    reply_code INTEGER,
    reply TEXT,
    ended_at INTEGER,
    PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_queue ON deliveries (edition_id, state, due_at);
-- Few, and asked for by state. Those that go well never touch it.
CREATE INDEX deliveries_ended ON deliveries (edition_id, state, subscriber_id)
    WHERE state NOT IN ('queued', 'leased', 'accepted');
CREATE INDEX deliveries_lease ON deliveries (lease) WHERE state = 'leased';
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id);

-- Since when a digest's cron line is in force: slots before that are not caught up.
CREATE TABLE schedules (
    cadence TEXT NOT NULL PRIMARY KEY,
    cron TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;

-- Relays that are stopped, and why.
CREATE TABLE relays (
    name TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT,
    changed_at INTEGER NOT NULL,
    retry_at INTEGER
) STRICT;

CREATE TABLE bounces (
    id INTEGER NOT NULL PRIMARY KEY,
    received_at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    edition_id INTEGER REFERENCES editions (id),
    subscriber_id INTEGER REFERENCES subscribers (id),
    status TEXT,
    diagnostic TEXT,
    message_hash BLOB NOT NULL UNIQUE
) STRICT;

-- Staff.
CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;
CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Who did what, and what happened to whom; without addresses.
CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subscriber_id INTEGER REFERENCES subscribers (id),
    edition_id INTEGER REFERENCES editions (id),
    detail TEXT
) STRICT;
CREATE INDEX audit_subscriber ON audit (subscriber_id, id) WHERE subscriber_id IS NOT NULL;

-- What staff were told about, so that each thing is told once, and once when it is over.
CREATE TABLE notices (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    told_at INTEGER,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX notices_open ON notices (kind, subject) WHERE closed_at IS NULL;
