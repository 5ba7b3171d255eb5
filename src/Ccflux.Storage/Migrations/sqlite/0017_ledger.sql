-- The ledger of requests: docs/decisions/0014. Instants are epoch milliseconds (UTC). Keys are 64 bits of SHA-256; 0: not known. A slot is a quarter of an
-- hour, counted since 1970-01-01 (UTC); only whole hours are used (multiples of 4) unless the organisation's time zone has offsets of less than an hour.

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
    origin                INTEGER NOT NULL,               -- 0 other, 1 subagent, 2 main, 3 auxiliary, 4 advisor, 5 compaction, 6 web search, 7 ccflux 0.1
    provenance            INTEGER NOT NULL,               -- who reported it, and who knew what: two bits each, see RequestProvenance
    input_tokens          INTEGER NOT NULL,
    output_tokens         INTEGER NOT NULL,
    cache_read_tokens     INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    web_searches          INTEGER NOT NULL,
    duration_ms           INTEGER,                        -- these three: from telemetry
    first_token_ms        INTEGER,
    stated_cost_micros    INTEGER,
    PRIMARY KEY (user_id, hour, request_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX requests_by_key ON requests (user_id, request_key);

CREATE TABLE ledger_turns (
    user_id     INTEGER NOT NULL,
    turn_key    INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    outcome     TEXT    NOT NULL,
    PRIMARY KEY (user_id, turn_key)
) WITHOUT ROWID;
CREATE INDEX ledger_turns_by_session ON ledger_turns (user_id, session_key, started_at);
CREATE INDEX ledger_turns_by_time ON ledger_turns (user_id, started_at);

-- The prompts of a turn, by which telemetry finds it.
CREATE TABLE turn_prompts (
    user_id    INTEGER NOT NULL,
    prompt_key INTEGER NOT NULL,
    turn_key   INTEGER NOT NULL,
    PRIMARY KEY (user_id, prompt_key)
) WITHOUT ROWID;

-- A session and its totals.
CREATE TABLE ledger_sessions (
    user_id            INTEGER NOT NULL,
    session_key        INTEGER NOT NULL,
    session_id         TEXT    NOT NULL,
    device_ref         INTEGER,
    entrypoint         TEXT,
    reported_at        INTEGER NOT NULL,                  -- when it was first reported
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

CREATE INDEX ledger_sessions_by_time ON ledger_sessions (user_id, last_at);

-- The sums below are kept in the transaction that writes the requests. Each adds what is new and subtracts what no longer holds.

-- An event: what a turn used of one model on one day of the organisation's time zone. Requests whose turn is not known stand under their session's key instead.
CREATE TABLE turn_models (
    event_id              INTEGER PRIMARY KEY,
    user_id               INTEGER NOT NULL,
    turn_key              INTEGER NOT NULL,
    model_id              INTEGER NOT NULL,
    day                   INTEGER NOT NULL,
    at                    INTEGER NOT NULL,               -- of its last request, as first reported
    received_at           INTEGER NOT NULL,               -- these three: of its first report
    device_ref            INTEGER,
    plugin_version        TEXT,
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

-- The same sums by day of the organisation's time zone: what pages read. Made anew from the hours when TIME_ZONE changes.
CREATE TABLE ledger_days (
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

CREATE TABLE ledger_user_days (
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

CREATE TABLE ledger_session_days (
    day         INTEGER NOT NULL,
    user_id     INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    facts       INTEGER NOT NULL,
    PRIMARY KEY (day, user_id, session_key)
) WITHOUT ROWID;
CREATE INDEX ledger_session_days_by_session ON ledger_session_days (user_id, session_key, day);

-- What a page keeps in memory of a day is right as long as the day's version is the same. Each writer counts its own changes.
CREATE TABLE ledger_day_versions (
    day     INTEGER NOT NULL,
    writer  INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (day, writer)
) WITHOUT ROWID;

CREATE TABLE ledger_limits (
    user_id     INTEGER NOT NULL,
    session_key INTEGER NOT NULL,
    turn_key    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    window_name TEXT    NOT NULL,                         -- five_hour, seven_day, …; empty: not named
    resets_at   INTEGER,
    final       INTEGER NOT NULL,                         -- 1: it ended the turn
    PRIMARY KEY (user_id, session_key, turn_key, at)
) WITHOUT ROWID;
CREATE INDEX ledger_limits_by_time ON ledger_limits (user_id, at);

-- When reporting was paused on a user's machine: telemetry's requests in these intervals are left out.
CREATE TABLE report_pauses (
    user_id  INTEGER NOT NULL,
    from_at  INTEGER NOT NULL,
    until_at INTEGER,                                     -- null: it goes on
    PRIMARY KEY (user_id, from_at)
) WITHOUT ROWID;

-- What a user added today, for the daily caps: live reports and history have allowances of their own.
CREATE TABLE ledger_caps (
    user_id  INTEGER NOT NULL,
    day      INTEGER NOT NULL,                            -- UTC
    backfill INTEGER NOT NULL,
    facts    INTEGER NOT NULL,                            -- requests, turns and limit hits
    sessions INTEGER NOT NULL,
    models   INTEGER NOT NULL,
    PRIMARY KEY (user_id, day, backfill)
) WITHOUT ROWID;

-- The same sums over all time.
CREATE TABLE ledger_totals (
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

CREATE TABLE ledger_user_totals (
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
