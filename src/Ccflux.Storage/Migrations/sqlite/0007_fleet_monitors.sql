-- What the fleet page watches by checks of its own. Times are UTC epoch milliseconds.

CREATE TABLE fleet_monitors (
    monitor_id INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    state      TEXT    NOT NULL,                          -- up, slow, down, unknown
    since      INTEGER NOT NULL,                          -- when the state began
    checked_at INTEGER NOT NULL,
    took_ms    INTEGER,
    detail     TEXT    NOT NULL,                          -- in words, never an address
    failures   INTEGER NOT NULL,                          -- checks in a row that found it down
    told_down  INTEGER NOT NULL                           -- 1: an alert says that it is down
);

-- How checks ended, by quarter of an hour. Kept for 25 hours.
CREATE TABLE fleet_monitor_slots (
    monitor_id INTEGER NOT NULL,
    slot_at    INTEGER NOT NULL,
    up         INTEGER NOT NULL,
    slow       INTEGER NOT NULL,
    down       INTEGER NOT NULL,
    PRIMARY KEY (monitor_id, slot_at)
) WITHOUT ROWID;

-- A notice that is no window's state has words of its own.
ALTER TABLE quota_alerts ADD COLUMN message TEXT;
