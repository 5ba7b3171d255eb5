-- Quota: how full the limits of accounts are. Instants are epoch milliseconds (UTC); used_milli is thousandths of a percent.

-- An account as one reporter knows it. Polled accounts have owner 0; those that a user's status line pushes belong to that user,
-- so that nobody can write into another's figures.
CREATE TABLE quota_accounts (
    account_id  INTEGER PRIMARY KEY,
    account_key TEXT    NOT NULL,                         -- the account's id, its organisation's id or its e-mail
    owner       INTEGER NOT NULL,                         -- users.user_id, or 0
    source      TEXT    NOT NULL,                         -- where its readings come from: statusline, claude_ai, oauth, limit_hit
    label       TEXT    NOT NULL DEFAULT '',              -- what it is called where no e-mail may be shown
    email       TEXT    NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    UNIQUE (account_key, owner)
);

-- A window of an account, with its newest reading. Rows stay for ever: the last good reading is never lost.
CREATE TABLE quota_windows (
    window_id   INTEGER PRIMARY KEY,
    account_id  INTEGER NOT NULL,
    name        TEXT    NOT NULL,                         -- five_hour, seven_day, seven_day_opus, extra_usage, …
    used_milli  INTEGER NOT NULL,
    resets_at   INTEGER,
    observed_at INTEGER NOT NULL,
    source      TEXT    NOT NULL,
    started_at  INTEGER,                                  -- when the running window began, if it was reset early: its figure fell. Null: at its reset less its length
    UNIQUE (account_id, name)
);

-- Every reading of the last QUOTA_DETAIL_DAYS.
CREATE TABLE quota_readings (
    window_id   INTEGER NOT NULL,
    observed_at INTEGER NOT NULL,
    used_milli  INTEGER NOT NULL,
    resets_at   INTEGER,
    source      TEXT    NOT NULL,
    PRIMARY KEY (window_id, observed_at)
) WITHOUT ROWID;

-- What remains of older readings: an hour's largest and last.
CREATE TABLE quota_hours (
    window_id   INTEGER NOT NULL,
    hour        INTEGER NOT NULL,                         -- hours since 1970-01-01 (UTC)
    max_milli   INTEGER NOT NULL,
    last_milli  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    resets_at   INTEGER,                                  -- of the last
    readings    INTEGER NOT NULL,
    PRIMARY KEY (window_id, hour)
) WITHOUT ROWID;

-- How polling an account goes, so that a restart neither hurries nor forgets.
CREATE TABLE quota_polls (
    account_id      INTEGER PRIMARY KEY,
    next_at         INTEGER NOT NULL,
    last_attempt_at INTEGER,
    last_success_at INTEGER,
    failures        INTEGER NOT NULL,                     -- in a row
    failure         TEXT,                                 -- the last outcome, where it was none
    failed_since    INTEGER,
    retry_at        INTEGER,                              -- what the issuer's Retry-After comes to
    recent          TEXT    NOT NULL,                     -- attempts of the last 60 minutes, separated by spaces
    credential      TEXT                                  -- whose state this is: a hash, from which nothing can be found
);

-- What was set on the page; it beats the environment.
CREATE TABLE quota_settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE quota_alert_rules (
    account_id INTEGER PRIMARY KEY,
    thresholds TEXT    NOT NULL,                          -- percent, ascending, separated by commas; empty: none
    forecast   INTEGER NOT NULL
);

-- What was told already of a window.
CREATE TABLE quota_alert_states (
    window_id       INTEGER PRIMARY KEY,
    threshold_milli INTEGER NOT NULL,                     -- the highest threshold told and not left again; 0: none
    forecast_told   INTEGER NOT NULL,
    resets_at       INTEGER                               -- of the window's instance that the forecast was told of
);

CREATE TABLE quota_alerts (
    alert_id        INTEGER PRIMARY KEY,
    account_id      INTEGER NOT NULL,
    window          TEXT    NOT NULL,
    kind            TEXT    NOT NULL,                     -- threshold, forecast, test
    used_milli      INTEGER NOT NULL,
    threshold_milli INTEGER,
    resets_at       INTEGER,
    earliest_at     INTEGER,                              -- projected exhaustion
    latest_at       INTEGER,
    created_at      INTEGER NOT NULL,
    message         TEXT,                                 -- the words of a notice that is about no window
    held            INTEGER NOT NULL DEFAULT 0            -- how many alerts a digest stands for
);
CREATE INDEX quota_alerts_by_time ON quota_alerts (created_at);

CREATE TABLE quota_deliveries (
    alert_id     INTEGER NOT NULL,
    channel      TEXT    NOT NULL,                        -- telegram, slack, webhook
    state        TEXT    NOT NULL,                        -- waiting, delivered, failed, outdated
    attempts     INTEGER NOT NULL,
    next_at      INTEGER NOT NULL,
    error        TEXT,                                    -- in words, never an address
    delivered_at INTEGER,
    PRIMARY KEY (alert_id, channel)
) WITHOUT ROWID;
CREATE INDEX quota_deliveries_waiting ON quota_deliveries (next_at) WHERE state = 'waiting';
