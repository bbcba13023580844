-- How many messages were given to whom in each hour, for those that have a limit by the hour or the day.
CREATE TABLE tallies (
    -- What it is that has the limit, as `relay NAME`.
    subject TEXT NOT NULL,
    -- When the hour began, in UTC.
    hour BIGINT NOT NULL,
    -- With what a dispatcher has taken of the limit and is still to use.
    count BIGINT NOT NULL,
    PRIMARY KEY (subject, hour)
);
