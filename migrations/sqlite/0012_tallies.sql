-- How many messages were given to whom in each hour, for those that have a limit by the hour or the day.
CREATE TABLE tallies (
    -- What it is that has the limit, as `relay NAME` or `domain HASH`.
    subject TEXT NOT NULL,
    -- When the hour began, in UTC.
    hour INTEGER NOT NULL,
    -- With what a dispatcher has taken of the limit and is still to use.
    count INTEGER NOT NULL,
    PRIMARY KEY (subject, hour)
) STRICT;

-- When those may be written to next that are written to only so fast.
CREATE TABLE turns (
    -- `domain` and the keyed hash of the first of a provider's names; no name is kept.
    subject TEXT NOT NULL PRIMARY KEY,
    -- The next turn that nobody has.
    next_at INTEGER NOT NULL,
    -- Behind the last of what was put off.
    last_at INTEGER NOT NULL
) STRICT;
