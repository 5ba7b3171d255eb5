-- Instants are epoch milliseconds (UTC), days are days since 1970-01-01 (UTC), unless a comment says otherwise.
-- Every unique key of a user's rows begins with, or contains, user_id: the key to spread them by, past one machine.

-- One row: who this database is. A restore draws a new store_id, and clients then send their history again.
CREATE TABLE store (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    store_id   TEXT    NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE users (
    user_id             INTEGER PRIMARY KEY,
    email               TEXT    NOT NULL UNIQUE,          -- lower case
    division            TEXT    NOT NULL DEFAULT '',
    created_at          INTEGER NOT NULL,
    last_report_at      INTEGER,
    plugin_version      TEXT,                             -- these four: as last reported
    claude_code_version TEXT,
    platform            TEXT,
    claimed_email       TEXT,                             -- schema 1's user_email where it named another address
    last_refusal        TEXT,                             -- error code of the last refused report
    last_refusal_at     INTEGER
);

-- The documented table of ccflux 0.1: admins insert here by hand, in plain text, and set revoked = 1 by hand.
-- Times are 'YYYY-MM-DD HH:MM:SS' (UTC). A plain token is replaced by 'sha256:<hex>' within seconds.
CREATE TABLE refresh_tokens (
    token        TEXT    PRIMARY KEY,
    email        TEXT    NOT NULL,
    division     TEXT,
    expires_at   TEXT,
    revoked      INTEGER NOT NULL DEFAULT 0,
    created_at   TEXT    NOT NULL DEFAULT (datetime('now')),
    days_valid   INTEGER,                                 -- each use moves expires_at to so many days later
    last_used_at TEXT
);
CREATE INDEX refresh_tokens_by_email ON refresh_tokens (email);

CREATE TABLE access_tokens (
    token_hash    BLOB    PRIMARY KEY,                    -- SHA-256
    user_id       INTEGER NOT NULL,
    refresh_token TEXT    NOT NULL,                       -- refresh_tokens.token, so that a revoke ends it
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX access_tokens_by_refresh ON access_tokens (refresh_token);
CREATE INDEX access_tokens_by_expiry  ON access_tokens (expires_at);

CREATE TABLE devices (
    device_ref    INTEGER PRIMARY KEY,
    user_id       INTEGER NOT NULL,
    public_key    TEXT    NOT NULL,                       -- Ed25519, base64
    name          TEXT    NOT NULL,                       -- host name
    registered_at INTEGER NOT NULL,
    last_seen_at  INTEGER,
    approved_at   INTEGER,                                -- null: waits for the admin (DEVICE_APPROVAL=1)
    revoked_at    INTEGER,
    reregistered  INTEGER NOT NULL DEFAULT 0,             -- 1: the same host of this user had a revoked key before
    UNIQUE (user_id, public_key)
);

CREATE TABLE models (
    model_id      INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    first_seen_at INTEGER NOT NULL                        -- the order of first sight gives the model its colour
);

-- A session and its totals.
CREATE TABLE sessions (
    session_ref        INTEGER PRIMARY KEY,
    user_id            INTEGER NOT NULL,
    session_id         TEXT    NOT NULL,
    started_at         INTEGER,                           -- as reported
    first_at           INTEGER NOT NULL,                  -- earliest start of a turn
    last_at            INTEGER NOT NULL,                  -- latest end of a turn
    turns              INTEGER NOT NULL DEFAULT 0,
    events             INTEGER NOT NULL DEFAULT 0,
    input_tokens       INTEGER NOT NULL DEFAULT 0,
    output_tokens      INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens  INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, session_id)
);
CREATE INDEX sessions_by_user_time ON sessions (user_id, last_at);

-- A turn is one (user, session, index). Schema 1 counts reports, schema 2 counts prompts: their indexes do not mix.
CREATE TABLE turns (
    turn_id        INTEGER PRIMARY KEY,
    user_id        INTEGER NOT NULL,
    session_ref    INTEGER NOT NULL,
    schema_version INTEGER NOT NULL,
    turn_index     INTEGER NOT NULL,
    started_at     INTEGER NOT NULL,
    ended_at       INTEGER NOT NULL,
    received_at    INTEGER NOT NULL,
    outcome        TEXT    NOT NULL,
    entrypoint     TEXT,
    device_ref     INTEGER,
    plugin_version TEXT,
    clock_adjusted INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, session_ref, schema_version, turn_index)
);
CREATE INDEX turns_by_user_time ON turns (user_id, ended_at);

-- An event: what a turn used of one model. over_100k_*, over_200k_* and fast_* are parts of the sums before them.
CREATE TABLE events (
    event_id                        INTEGER PRIMARY KEY,
    user_id                         INTEGER NOT NULL,
    turn_id                         INTEGER NOT NULL,
    model_id                        INTEGER NOT NULL,
    input_tokens                    INTEGER NOT NULL,
    output_tokens                   INTEGER NOT NULL,
    cache_read_tokens               INTEGER NOT NULL,
    cache_write_tokens              INTEGER NOT NULL,
    cache_write_1h_tokens           INTEGER NOT NULL,
    messages                        INTEGER NOT NULL,
    subagent_tokens                 INTEGER NOT NULL,
    partial                         INTEGER NOT NULL,
    over_100k_input_tokens          INTEGER NOT NULL DEFAULT 0,
    over_100k_output_tokens         INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_read_tokens     INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_write_tokens    INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    over_200k_input_tokens          INTEGER NOT NULL DEFAULT 0,
    over_200k_output_tokens         INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_read_tokens     INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_write_tokens    INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    fast_input_tokens               INTEGER NOT NULL DEFAULT 0,
    fast_output_tokens              INTEGER NOT NULL DEFAULT 0,
    fast_cache_read_tokens          INTEGER NOT NULL DEFAULT 0,
    fast_cache_write_tokens         INTEGER NOT NULL DEFAULT 0,
    fast_cache_write_1h_tokens      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (user_id, turn_id, model_id)
);

CREATE TABLE limit_events (
    user_id     INTEGER NOT NULL,
    session_ref INTEGER NOT NULL,
    turn_index  INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    window      TEXT,                                     -- five_hour, seven_day, …; null: not named
    resets_at   INTEGER,
    final       INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_ref, turn_index, at)
) WITHOUT ROWID;
CREATE INDEX limit_events_by_user_time ON limit_events (user_id, at);

-- Rollups, kept in the transaction that writes the events. A turn stands in the day and window of its ended_at.
CREATE TABLE usage_days (
    day                             INTEGER NOT NULL,
    user_id                         INTEGER NOT NULL,
    model_id                        INTEGER NOT NULL,
    events                          INTEGER NOT NULL,     -- turns that used this model
    messages                        INTEGER NOT NULL,
    input_tokens                    INTEGER NOT NULL,
    output_tokens                   INTEGER NOT NULL,
    cache_read_tokens               INTEGER NOT NULL,
    cache_write_tokens              INTEGER NOT NULL,
    cache_write_1h_tokens           INTEGER NOT NULL,
    over_100k_input_tokens          INTEGER NOT NULL DEFAULT 0,
    over_100k_output_tokens         INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_read_tokens     INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_write_tokens    INTEGER NOT NULL DEFAULT 0,
    over_100k_cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    over_200k_input_tokens          INTEGER NOT NULL DEFAULT 0,
    over_200k_output_tokens         INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_read_tokens     INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_write_tokens    INTEGER NOT NULL DEFAULT 0,
    over_200k_cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    fast_input_tokens               INTEGER NOT NULL DEFAULT 0,
    fast_output_tokens              INTEGER NOT NULL DEFAULT 0,
    fast_cache_read_tokens          INTEGER NOT NULL DEFAULT 0,
    fast_cache_write_tokens         INTEGER NOT NULL DEFAULT 0,
    fast_cache_write_1h_tokens      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (day, user_id, model_id)
) WITHOUT ROWID;

-- Turns of a user's day: a turn with two models counts once here.
CREATE TABLE user_days (
    day     INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    turns   INTEGER NOT NULL,
    failed  INTEGER NOT NULL,
    PRIMARY KEY (day, user_id)
) WITHOUT ROWID;

-- Days on which a session was active. The sessions of a period are its rows whose prev_day lies before the period.
CREATE TABLE session_days (
    day         INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    session_ref INTEGER NOT NULL,
    prev_day    INTEGER NOT NULL,                         -- the session's active day before this one; -1: none
    turns       INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, session_ref)
) WITHOUT ROWID;
CREATE INDEX session_days_by_session ON session_days (user_id, session_ref, day);

CREATE TABLE usage_windows (
    user_id            INTEGER NOT NULL,
    start_at           INTEGER NOT NULL,                  -- floored to the hour; the window ends 5 hours later
    last_at            INTEGER NOT NULL,                  -- its last event
    turns              INTEGER NOT NULL,
    sessions           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    PRIMARY KEY (user_id, start_at)
) WITHOUT ROWID;
CREATE INDEX usage_windows_by_time ON usage_windows (start_at);

CREATE TABLE window_sessions (
    user_id     INTEGER NOT NULL,
    start_at    INTEGER NOT NULL,
    session_ref INTEGER NOT NULL,
    PRIMARY KEY (user_id, start_at, session_ref)
) WITHOUT ROWID;

-- All-time totals of a user, and of a user's model.
CREATE TABLE user_totals (
    user_id  INTEGER PRIMARY KEY,
    sessions INTEGER NOT NULL,
    turns    INTEGER NOT NULL,
    failed   INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
);

CREATE TABLE user_models (
    user_id               INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    events                INTEGER NOT NULL,
    messages              INTEGER NOT NULL,
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_tokens    INTEGER NOT NULL,
    PRIMARY KEY (user_id, model_id)
) WITHOUT ROWID;

CREATE TABLE tiers (
    user_id      INTEGER PRIMARY KEY,
    label        TEXT    NOT NULL,                        -- 'Tier 3', or 'Unknown'
    peak_tokens  INTEGER NOT NULL,                        -- the user's representative peak; at a limit hit, what the window held then
    method       TEXT    NOT NULL,                        -- inferred, limit_hit, none
    window_count INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    limit_hit_at INTEGER
);

-- What a user added today, for the daily caps.
CREATE TABLE user_caps (
    user_id  INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    models   INTEGER NOT NULL,
    devices  INTEGER NOT NULL,
    PRIMARY KEY (user_id, day)
) WITHOUT ROWID;

-- Signing in and what was changed.
CREATE TABLE admin_sessions (
    session_hash BLOB    PRIMARY KEY,                     -- SHA-256 of the cookie's value
    role         TEXT    NOT NULL,                        -- admin, viewer
    token_mark   BLOB    NOT NULL,                        -- keyed hash of the token signed in with: a new token ends the session
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit_log (
    audit_id INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,                            -- admin, viewer, system, cli
    action   TEXT    NOT NULL,
    target   TEXT    NOT NULL DEFAULT '',
    detail   TEXT    NOT NULL DEFAULT '',
    address  TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX audit_log_by_time ON audit_log (at);

-- The documented surface of ccflux 0.1, for SQL written by hand. Times are 'YYYY-MM-DD HH:MM:SS' (UTC).
CREATE VIEW usage_events AS
SELECT e.event_id                                                    AS id,
       datetime(t.received_at / 1000, 'unixepoch')                   AS received_at,
       u.email                                                       AS user_email,
       ''                                                            AS user_token,
       d.name                                                        AS device_id,
       s.session_id                                                  AS session_id,
       t.turn_index                                                  AS turn_index,
       datetime(t.ended_at / 1000, 'unixepoch')                      AS timestamp_utc,
       datetime(coalesce(s.started_at, s.first_at) / 1000, 'unixepoch') AS session_start_utc,
       m.name                                                        AS model,
       e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens,
       t.plugin_version                                              AS plugin_version,
       t.schema_version                                              AS schema_version
FROM events e
JOIN turns t         ON t.turn_id = e.turn_id
JOIN users u         ON u.user_id = e.user_id
JOIN sessions s      ON s.session_ref = t.session_ref
JOIN models m        ON m.model_id = e.model_id
LEFT JOIN devices d  ON d.device_ref = t.device_ref;

CREATE VIEW device_keys AS
SELECT d.public_key, u.email, d.name AS device_id,
       datetime(d.registered_at / 1000, 'unixepoch') AS registered_at,
       datetime(d.last_seen_at / 1000, 'unixepoch')  AS last_seen_at,
       d.revoked_at IS NOT NULL                      AS revoked
FROM devices d JOIN users u ON u.user_id = d.user_id;

-- Setting revoked by hand works as it did.
CREATE TRIGGER device_keys_revoke INSTEAD OF UPDATE OF revoked ON device_keys
BEGIN
    UPDATE devices
    SET revoked_at = CASE WHEN NEW.revoked THEN coalesce(revoked_at, CAST(strftime('%s', 'now') AS INTEGER) * 1000) END
    WHERE public_key = OLD.public_key AND user_id = (SELECT user_id FROM users WHERE email = OLD.email);
END;

CREATE TRIGGER device_keys_delete INSTEAD OF DELETE ON device_keys
BEGIN
    DELETE FROM devices
    WHERE public_key = OLD.public_key AND user_id = (SELECT user_id FROM users WHERE email = OLD.email);
END;

CREATE VIEW tier_hints AS
SELECT u.email, t.label AS tier_label, t.peak_tokens, t.method, t.window_count,
       datetime(t.updated_at / 1000, 'unixepoch') AS updated_at
FROM tiers t JOIN users u ON u.user_id = t.user_id;
