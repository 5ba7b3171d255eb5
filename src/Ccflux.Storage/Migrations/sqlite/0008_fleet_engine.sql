-- What rotation goes by beside readings, and who decides. Instants are epoch milliseconds (UTC).

-- Since when an agent's config dir has its account: what is told of an earlier time is not about it.
ALTER TABLE fleet_agents ADD COLUMN account_since INTEGER;

-- No heartbeat of an agent whose clock is ahead was signed later than this: whoever starts later tells a recorded one by it.
ALTER TABLE fleet_agents ADD COLUMN signed_until INTEGER;

-- Limits that sessions met: the window was full at that instant, whatever was last read of it. One row a window.
CREATE TABLE fleet_limits (
    account_id INTEGER NOT NULL REFERENCES fleet_accounts ON DELETE CASCADE,
    window     TEXT    NOT NULL,                          -- five_hour, seven_day, seven_day_opus, …
    at         INTEGER NOT NULL,
    resets_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, window)
) WITHOUT ROWID;

-- Who does what only one process may do. Taken and renewed by compare-and-swap; whoever lets it pass has lost it.
CREATE TABLE leases (
    name   TEXT    PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) WITHOUT ROWID;
