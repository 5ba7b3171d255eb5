-- What clients state of themselves: the plan, the kind of seat, where managed settings come from, and the attributes that the organisation names
-- (TELEMETRY_ATTRIBUTES). One row a value, with the time that it was stated for: to the hour, days exact. Rows stay as long as the hourly and daily
-- figures that are grouped by them; those of names that are no longer asked for go after TELEMETRY_RETENTION_DAYS.
CREATE TABLE telemetry_labels (
    subject_id INTEGER NOT NULL,
    name       TEXT    NOT NULL,                          -- anthropic.plan, anthropic.seat_type, managed_settings, team, …
    value      TEXT    NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    PRIMARY KEY (subject_id, name, value)
) WITHOUT ROWID;
