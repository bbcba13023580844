-- Recipients' domains that block our mail, so that all nodes leave them alone for a while.
CREATE TABLE domains (
    -- The keyed hash that deliveries carry; no name is kept.
    domain_index INTEGER NOT NULL PRIMARY KEY,
    -- How often it blocked, each time after the pause before.
    blocks INTEGER NOT NULL,
    since INTEGER NOT NULL,
    -- Nothing is sent to it before this.
    paused_until INTEGER NOT NULL,
    relay TEXT NOT NULL,
    -- What was said, without addresses.
    reason TEXT NOT NULL
) STRICT;

-- How often policy kept this delivery out, at its domain or at the relay.
ALTER TABLE deliveries ADD COLUMN blocks INTEGER NOT NULL DEFAULT 0;
