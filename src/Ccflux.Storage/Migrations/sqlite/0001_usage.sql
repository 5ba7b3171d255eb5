-- Instants are epoch milliseconds (UTC), days are days since 1970-01-01 (UTC), unless a comment says otherwise.
-- Every unique key of a user's rows begins with, or contains, user_id: the key to spread them by, past one machine.

-- One row: who this database is. A restore draws a new store_id, and clients then send their history again.
CREATE TABLE store (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    store_id   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    time_zone  TEXT    NOT NULL DEFAULT 'UTC'             -- of the days in which the ledger's sums stand
);

CREATE TABLE users (
    user_id             INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again, also after its user was erased
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

-- A person who is being erased, or was: a number, an instant, and what keeps old tokens and machines from bringing the person back.
CREATE TABLE erasures (
    erasure_id   INTEGER PRIMARY KEY,                     -- the number by which the audit log names the person
    user_id      INTEGER,                                 -- who it was here: nothing more is stored of this user. Null: in a database that was replaced by a restore
    requested_at INTEGER NOT NULL,
    finished_at  INTEGER                                  -- null: some rows are left
);
CREATE INDEX erasures_by_user ON erasures (user_id);
CREATE INDEX erasures_unfinished ON erasures (erasure_id) WHERE finished_at IS NULL;

-- E-mail addresses and installation ids of erased people, as keyed hashes from which neither can be read.
CREATE TABLE erasure_marks (
    mark       BLOB    PRIMARY KEY,                       -- HMAC-SHA256 of the kind and the text
    erasure_id INTEGER NOT NULL,
    lifted_at  INTEGER                                    -- when an admin added the person again
) WITHOUT ROWID;
CREATE INDEX erasure_marks_by_erasure ON erasure_marks (erasure_id);

-- The keys of these hashes: one, or more where a backup of another database was restored.
CREATE TABLE erasure_keys (
    key BLOB PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE models (
    model_id      INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    first_seen_at INTEGER NOT NULL                        -- the order of first sight gives the model its colour
);

-- The ledger of requests: docs/decisions/0014. Keys are 64 bits of SHA-256; 0: not known. A slot is a quarter of an hour, counted since 1970-01-01 (UTC); only
-- whole hours are used (multiples of 4) unless the organisation's time zone has offsets of less than an hour.

-- An answered call to the model API. Clustered by user and hour, so that what is written and read together lies together; found by its key.
CREATE TABLE requests (
    user_id               INTEGER NOT NULL,
    hour                  INTEGER NOT NULL,               -- of "at", since 1970-01-01 (UTC)
    request_key           INTEGER NOT NULL,
    at                    INTEGER NOT NULL,
    session_key           INTEGER NOT NULL,
    turn_key              INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    price_class           INTEGER NOT NULL,               -- bits: prompt over 100 k, over 200 k, fast, United States, batch, priority
    origin                INTEGER NOT NULL,               -- 0 other, 1 subagent, 2 main, 3 auxiliary, 4 advisor, 5 compaction, 6 web search, 7 ccflux 0.1, 8 metrics
    provenance            INTEGER NOT NULL,               -- who reported it, and who knew what: two bits each, see RequestProvenance
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    duration_ms           INTEGER,                        -- these three: from telemetry
    first_token_ms        INTEGER,
    stated_cost_nanos     INTEGER,
    hidden                INTEGER NOT NULL DEFAULT 0,     -- counts in no sum: 1: from ccflux 0.1, and covered by a later client's turn; 2: a copy of another user's;
                                                          -- only telemetry tells of it, and 3: its session's transcripts lack the API's ids, or 4: reporting was paused;
                                                          -- 5: what metrics say, of a session or an hour whose requests are stored; 6: another row of the
                                                          -- user tells of the same request; 7: of a subject without a user
    copy_of               INTEGER,                        -- while hidden = 2: the user whose request it is
    subject_id            INTEGER NOT NULL DEFAULT 0,     -- 0: reported with the user's own tokens. Otherwise the telemetry subject (an installation, a claimed address) that
                                                          -- reported it; without a user, its rows stand under the negative number as user_id
    PRIMARY KEY (user_id, hour, request_key, subject_id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX requests_by_key ON requests (user_id, request_key, subject_id);
CREATE INDEX requests_of_subjects ON requests (subject_id, user_id) WHERE subject_id <> 0 AND user_id > 0;
CREATE INDEX requests_with_subjects ON requests (user_id) WHERE subject_id <> 0 AND user_id > 0;
CREATE INDEX requests_copies ON requests (user_id, copy_of) WHERE hidden = 2;
CREATE INDEX requests_of_telemetry ON requests (user_id, session_key, provenance, origin) WHERE (provenance & 3) = 1;
CREATE INDEX requests_of_metrics ON requests (user_id, origin, session_key) WHERE origin = 8;
CREATE INDEX requests_copies_by_session ON requests (user_id, session_key, hidden) WHERE hidden = 2;

-- An admin's word that the requests of a user which another user also has are copies of the other's: they count only for the other.
CREATE TABLE request_copies (
    user_id     INTEGER NOT NULL,
    of_user_id  INTEGER NOT NULL,
    declared_at INTEGER NOT NULL,
    declared_by TEXT    NOT NULL,                         -- as in the audit log
    PRIMARY KEY (user_id, of_user_id)
) WITHOUT ROWID;
CREATE INDEX request_copies_by_original ON request_copies (of_user_id);

-- Requests of a user whose keys another user has too: found once a day, all rows again. Two users have two rows, each with the figures of its own user.
CREATE TABLE shared_requests (
    user_id       INTEGER NOT NULL,
    other_user_id INTEGER NOT NULL,
    requests      INTEGER NOT NULL,
    counted       INTEGER NOT NULL,                       -- of these: those that count for both
    tokens        INTEGER NOT NULL,                       -- of all four kinds
    sessions      INTEGER NOT NULL,
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    found_at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, other_user_id)
) WITHOUT ROWID;

CREATE TABLE turns (
    user_id     INTEGER NOT NULL,
    turn_key    INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    outcome     TEXT    NOT NULL,
    legacy      INTEGER NOT NULL DEFAULT 0,               -- 1: from ccflux 0.1
    hidden      INTEGER NOT NULL DEFAULT 0,               -- 1: covered by a later client's turn
    PRIMARY KEY (user_id, turn_key)
) WITHOUT ROWID;
CREATE INDEX turns_by_session ON turns (user_id, session_key, started_at);
CREATE INDEX turns_by_time ON turns (user_id, started_at);

-- The prompts of a turn, by which telemetry finds it.
CREATE TABLE turn_prompts (
    user_id    INTEGER NOT NULL,
    prompt_key INTEGER NOT NULL,
    turn_key   INTEGER NOT NULL,
    PRIMARY KEY (user_id, prompt_key)
) WITHOUT ROWID;

-- A session and its totals.
CREATE TABLE sessions (
    user_id            INTEGER NOT NULL,
    session_key        INTEGER NOT NULL,
    session_id         TEXT    NOT NULL,
    device_ref         INTEGER,
    entrypoint         TEXT,
    started_at         INTEGER,                           -- as ccflux 0.1 reported it
    reported_at        INTEGER NOT NULL,                  -- when it was first reported
    lacks_ids          INTEGER NOT NULL DEFAULT 0,        -- 1: its transcripts have requests without the API's own id, which telemetry's cannot be matched with
    first_at           INTEGER,                           -- of its requests and turns; null while it has none
    last_at            INTEGER,
    facts              INTEGER NOT NULL,                  -- requests and turns
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    PRIMARY KEY (user_id, session_key)
) WITHOUT ROWID;

CREATE INDEX sessions_by_user_time ON sessions (user_id, last_at);

-- The sums below are kept in the transaction that writes the requests. Each adds what is new and subtracts what no longer holds.

-- An event: what a turn used of one model on one day of the organisation's time zone. Requests whose turn is not known stand under their session's key instead.
CREATE TABLE turn_models (
    event_id              INTEGER PRIMARY KEY,
    user_id               INTEGER NOT NULL,
    turn_key              INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    day                   INTEGER NOT NULL,
    at                    INTEGER NOT NULL,               -- of its last request, as first reported
    received_at           INTEGER NOT NULL,               -- these four: of its first report
    device_ref            INTEGER,
    plugin_version        TEXT,
    schema_version        INTEGER NOT NULL,               -- of its first report: 1 from ccflux 0.1
    requests              INTEGER NOT NULL,
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    UNIQUE (user_id, turn_key, model_id, day)
);

CREATE TABLE event_days (
    day      INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, model_id)
) WITHOUT ROWID;

CREATE TABLE usage_hours (
    slot                  INTEGER NOT NULL,
    user_id               INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    price_class           INTEGER NOT NULL,
    requests              INTEGER NOT NULL,
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    PRIMARY KEY (user_id, slot, model_id, price_class)
) WITHOUT ROWID;

CREATE TABLE user_hours (
    slot               INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    last_at            INTEGER NOT NULL,                  -- of its last request, as first reported; 0 if there are turns only
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    turns              INTEGER NOT NULL,                  -- that started in it
    failed             INTEGER NOT NULL,                  -- of these
    PRIMARY KEY (user_id, slot)
) WITHOUT ROWID;

CREATE TABLE session_hours (
    slot        INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    facts       INTEGER NOT NULL,                         -- requests, and turns that started in it
    PRIMARY KEY (user_id, slot, session_key)
) WITHOUT ROWID;

-- The hours (UTC) in which a user made requests, for the 5-hour windows. They outlive the requests, so that retention moves no window.
CREATE TABLE active_hours (
    user_id INTEGER NOT NULL,
    day     INTEGER NOT NULL,                             -- since 1970-01-01 (UTC)
    hours   INTEGER NOT NULL,                             -- a bit for each hour, the first hour in the lowest bit
    PRIMARY KEY (user_id, day)
) WITHOUT ROWID;

-- The same sums by day of the organisation's time zone: what pages read. Made again from the hours when TIME_ZONE changes.
CREATE TABLE usage_days (
    day                   INTEGER NOT NULL,
    user_id               INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    price_class           INTEGER NOT NULL,
    requests              INTEGER NOT NULL,
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, model_id, price_class)
) WITHOUT ROWID;

CREATE TABLE user_days (
    day                INTEGER NOT NULL,
    user_id            INTEGER NOT NULL,
    last_at            INTEGER NOT NULL,
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    turns              INTEGER NOT NULL,
    failed             INTEGER NOT NULL,
    PRIMARY KEY (day, user_id)
) WITHOUT ROWID;

CREATE TABLE session_days (
    day         INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    facts       INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, session_key)
) WITHOUT ROWID;
CREATE INDEX session_days_by_session ON session_days (user_id, session_key, day);

-- What a page keeps in memory of a day is right as long as the day's version is the same. Each writer counts its own changes.
CREATE TABLE usage_day_versions (
    day     INTEGER NOT NULL,
    writer  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (day, writer)
) WITHOUT ROWID;

CREATE TABLE limit_events (
    user_id     INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    turn_key    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    window_name TEXT    NOT NULL,                         -- five_hour, seven_day, …; empty: not named
    resets_at   INTEGER,
    final       INTEGER NOT NULL,                         -- 1: it ended the turn
    PRIMARY KEY (user_id, turn_key, at)
) WITHOUT ROWID;
CREATE INDEX limit_events_by_user_time ON limit_events (user_id, at);

-- When reporting was paused on a user's machine: telemetry's requests in these intervals are left out.
CREATE TABLE report_pauses (
    user_id  INTEGER NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER,                                     -- null: it goes on
    PRIMARY KEY (user_id, from_at)
) WITHOUT ROWID;

-- What a user added today, for the daily caps: live reports and history have allowances of their own.
CREATE TABLE usage_caps (
    user_id  INTEGER NOT NULL,
    day      INTEGER NOT NULL,                            -- UTC
    backfill INTEGER NOT NULL,
    facts    INTEGER NOT NULL,                            -- requests, turns and limit hits
    sessions INTEGER NOT NULL,
    models   INTEGER NOT NULL,
    PRIMARY KEY (user_id, day, backfill)
) WITHOUT ROWID;

-- The same sums over all time.
CREATE TABLE usage_totals (
    user_id               INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    price_class           INTEGER NOT NULL,
    requests              INTEGER NOT NULL,
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    PRIMARY KEY (user_id, model_id, price_class)
) WITHOUT ROWID;

CREATE TABLE event_totals (
    user_id  INTEGER NOT NULL,
    model_id INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    PRIMARY KEY (user_id, model_id)
) WITHOUT ROWID;

CREATE TABLE user_totals (
    user_id            INTEGER PRIMARY KEY,
    last_at            INTEGER NOT NULL,
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    turns              INTEGER NOT NULL,
    failed             INTEGER NOT NULL,
    sessions           INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE tiers (
    user_id      INTEGER PRIMARY KEY,
    label        TEXT    NOT NULL,                        -- 'Tier 3', or 'Unknown'
    peak_tokens  INTEGER NOT NULL,                        -- the user's representative peak; at a limit hit, what the window held then
    method       TEXT    NOT NULL,                        -- inferred, limit_hit, none
    window_count INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    limit_hit_at INTEGER
);

-- How many devices a user registered on a day, for the daily cap.
CREATE TABLE user_caps (
    user_id INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    devices INTEGER NOT NULL,
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

-- Who does what only one process may do. Taken and renewed by compare-and-swap; whoever lets it pass has lost it.
CREATE TABLE leases (
    name   TEXT    PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) WITHOUT ROWID;

-- Colours of models, one table for all pages.
CREATE TABLE model_colours (
    name  TEXT    PRIMARY KEY,
    place INTEGER NOT NULL UNIQUE                         -- from 0; six at most
) WITHOUT ROWID;

-- The documented surface of ccflux 0.1, for SQL written by hand. Times are 'YYYY-MM-DD HH:MM:SS' (UTC).
CREATE VIEW usage_events AS
SELECT e.event_id                                                    AS id,
       datetime(e.received_at / 1000, 'unixepoch')                   AS received_at,
       u.email                                                       AS user_email,
       ''                                                            AS user_token,
       d.name                                                        AS device_id,
       s.session_id                                                  AS session_id,
       (SELECT count(*) FROM turns o
        WHERE o.user_id = t.user_id AND o.session_key = t.session_key AND o.hidden = 0
          AND (o.started_at < t.started_at OR (o.started_at = t.started_at AND o.turn_key < t.turn_key))) AS turn_index,
       datetime(e.at / 1000, 'unixepoch')                            AS timestamp_utc,
       datetime(coalesce(s.started_at, s.first_at) / 1000, 'unixepoch') AS session_start_utc,
       m.name                                                        AS model,
       e.input_tokens, e.output_tokens, e.cache_read_tokens,
       e.cache_write_5m_tokens + e.cache_write_1h_tokens             AS cache_write_tokens,
       e.plugin_version                                              AS plugin_version,
       e.schema_version                                              AS schema_version
FROM turn_models e
JOIN users u         ON u.user_id = e.user_id
JOIN models m        ON m.model_id = e.model_id
LEFT JOIN turns t    ON t.user_id = e.user_id AND t.turn_key = e.turn_key
LEFT JOIN sessions s ON s.user_id = e.user_id AND s.session_key = coalesce(t.session_key, e.turn_key)
LEFT JOIN devices d  ON d.device_ref = e.device_ref;

-- 5-hour windows, found by stepping from one to the next. Where old usage was removed, the first windows that are left may begin later here than on the pages, which
-- remember the active hours.
CREATE VIEW usage_windows AS
WITH RECURSIVE windows (user_id, slot) AS (
    SELECT user_id, min(slot) / 4 * 4 FROM user_hours
    WHERE (requests > 0 OR input_tokens > 0 OR output_tokens > 0 OR cache_read_tokens > 0 OR cache_write_tokens > 0) GROUP BY user_id
    UNION ALL
    SELECT w.user_id, h.slot / 4 * 4
    FROM windows w
    JOIN user_hours h ON h.user_id = w.user_id
        AND h.slot = (SELECT min(n.slot) FROM user_hours n WHERE n.user_id = w.user_id AND n.slot >= w.slot + 20
                      AND (n.requests > 0 OR n.input_tokens > 0 OR n.output_tokens > 0 OR n.cache_read_tokens > 0 OR n.cache_write_tokens > 0))
)
SELECT w.user_id,
       w.slot * 900000           AS start_at,
       max(h.last_at)            AS last_at,
       sum(h.requests)           AS requests,
       sum(h.turns)              AS turns,
       sum(h.input_tokens)       AS input_tokens,
       sum(h.output_tokens)      AS output_tokens,
       sum(h.cache_read_tokens)  AS cache_read_tokens,
       sum(h.cache_write_tokens) AS cache_write_tokens
FROM windows w
JOIN user_hours h ON h.user_id = w.user_id AND h.slot >= w.slot AND h.slot < w.slot + 20
GROUP BY w.user_id, w.slot;

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
