-- Fleet: the vault's accounts, the agents that logins may be given to, what became of every access. Instants are epoch milliseconds (UTC).
-- No token stands here in plain text, nor anything that one could be found from: logins are encrypted with a key ring outside this file,
-- fingerprints are 12 hex digits of a hash over random bits.

CREATE TABLE fleet_accounts (
    account_id         INTEGER PRIMARY KEY,
    account_uuid       TEXT    NOT NULL UNIQUE,           -- as its issuer names it
    label              TEXT    NOT NULL UNIQUE COLLATE NOCASE,
    email              TEXT    NOT NULL DEFAULT '',
    plan               TEXT    NOT NULL DEFAULT '',
    next_charge        TEXT,                              -- YYYY-MM-DD, as the admin entered it
    five_hour_ceiling  INTEGER,                           -- percent; null: as the settings say
    seven_day_ceiling  INTEGER,
    credential         BLOB    NOT NULL,                  -- claudeAiOauth, encrypted
    fingerprint        TEXT    NOT NULL,
    access_fingerprint TEXT    NOT NULL,                  -- of its access token: what a copy without a refresh token is known by
    refreshable        INTEGER NOT NULL,                  -- it holds a refresh token
    expires_at         INTEGER NOT NULL,                  -- the access token
    holder             TEXT    NOT NULL,                  -- vault, agent, foreign: who may use the refresh token
    holder_agent       TEXT,                              -- fleet_agents.agent_id where the holder is an agent
    held_since         INTEGER NOT NULL,
    refreshed_at       INTEGER NOT NULL,
    refreshed_by       TEXT    NOT NULL,                  -- switcher, session, login
    fault              TEXT,                              -- invalid_grant, unknown, other_account: only a new login mends it
    fault_at           INTEGER,
    failures           INTEGER NOT NULL DEFAULT 0,        -- refreshes in a row that failed and lost nothing
    failure            TEXT,
    retry_at           INTEGER,
    created_at         INTEGER NOT NULL
);

-- A refresh that began. At most one an account, whoever began it: the row is the lock. It goes when the outcome is stored.
CREATE TABLE fleet_intents (
    account_id  INTEGER PRIMARY KEY REFERENCES fleet_accounts ON DELETE CASCADE,
    intent      TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,                         -- of the login whose refresh token is spent
    begun_by    TEXT    NOT NULL,
    begun_at    INTEGER NOT NULL
);

-- Enrolment codes, hashed. Good for one agent on one machine, for an hour.
CREATE TABLE fleet_codes (
    code_hash  BLOB PRIMARY KEY,
    machine    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) WITHOUT ROWID;

-- One agent a config dir. Enrolling a config dir again replaces its keys.
CREATE TABLE fleet_agents (
    agent_id      TEXT    PRIMARY KEY,
    machine       TEXT    NOT NULL,
    config_dir_id TEXT    NOT NULL,
    platform      TEXT    NOT NULL,
    version       TEXT    NOT NULL,
    signing_key   TEXT    NOT NULL,
    sealing_key   TEXT    NOT NULL,
    enrolled_at   INTEGER NOT NULL,
    revoked_at    INTEGER,
    last_seen_at  INTEGER,
    sequence      INTEGER NOT NULL DEFAULT 0,             -- of its last heartbeat
    login         TEXT,                                   -- file, keychain, none
    applied       TEXT,                                   -- fingerprint of the login that stands in its config dir
    account_id    INTEGER REFERENCES fleet_accounts ON DELETE SET NULL, -- whose that is, where it is one of ours
    has_sessions  INTEGER NOT NULL DEFAULT 0,
    UNIQUE (machine, config_dir_id)
) WITHOUT ROWID;

CREATE TABLE fleet_grants (
    agent_id   TEXT    NOT NULL REFERENCES fleet_agents ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES fleet_accounts ON DELETE CASCADE,
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (agent_id, account_id)
) WITHOUT ROWID;

CREATE TABLE fleet_commands (
    command_id   INTEGER PRIMARY KEY,                     -- grows with time, over a restored backup too
    agent_id     TEXT    NOT NULL REFERENCES fleet_agents ON DELETE CASCADE,
    account_id   INTEGER NOT NULL REFERENCES fleet_accounts ON DELETE CASCADE,
    kind         TEXT    NOT NULL,                        -- swap
    whole        INTEGER NOT NULL,                        -- with the refresh token: the agent is the holder from here on
    fingerprint  TEXT    NOT NULL,                        -- of what is given
    replaces     TEXT,                                    -- of what stands there
    sealed       TEXT,                                    -- null once it is settled
    state        TEXT    NOT NULL,                        -- issued, delivered, confirmed, refused, expired
    reason       TEXT,
    issued_by    TEXT    NOT NULL,
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    delivered_at INTEGER,
    settled_at   INTEGER
);
CREATE INDEX fleet_commands_open ON fleet_commands (agent_id) WHERE state IN ('issued', 'delivered');

-- The receiver's own secrets, encrypted as logins are.
CREATE TABLE fleet_keys (
    name    TEXT PRIMARY KEY,
    public  TEXT NOT NULL,
    private BLOB NOT NULL
) WITHOUT ROWID;

-- Every access to a credential, and every attempt that was refused.
CREATE TABLE fleet_audit (
    audit_id    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    actor       TEXT    NOT NULL,                         -- admin, cli, switcher, agent, anonymous
    address     TEXT    NOT NULL DEFAULT '',
    action      TEXT    NOT NULL,                         -- import, refresh, seal, deliver, confirm, bring-back, enrol, …
    account_id  INTEGER,
    agent_id    TEXT,
    fingerprint TEXT,
    outcome     TEXT    NOT NULL,                         -- ok, or a word that says what it was refused for
    detail      TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX fleet_audit_by_time ON fleet_audit (at);

-- Sessions as they were last flushed, so that a restart knows of them.
CREATE TABLE fleet_sessions (
    agent_id     TEXT    NOT NULL REFERENCES fleet_agents ON DELETE CASCADE,
    session_id   TEXT    NOT NULL,
    state        TEXT    NOT NULL,                        -- idle, turn, tool
    model        TEXT,
    since        INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (agent_id, session_id)
) WITHOUT ROWID;

-- What rotation decided, with its reason and the figures behind it.
CREATE TABLE fleet_events (
    event_id     INTEGER PRIMARY KEY,
    at           INTEGER NOT NULL,
    kind         TEXT    NOT NULL,                        -- switched, switcher_switch_deferred, velocity_preemptive_switch, …
    agent_id     TEXT,
    from_account INTEGER,
    to_account   INTEGER,
    reason       TEXT    NOT NULL,
    figures      TEXT    NOT NULL DEFAULT '{}'            -- JSON
);
CREATE INDEX fleet_events_by_time ON fleet_events (at);

CREATE TABLE fleet_pins (
    scope      TEXT    NOT NULL,                          -- config_dir, machine, fleet
    target     TEXT    NOT NULL,                          -- an agent's id, a machine, empty
    account_id INTEGER NOT NULL REFERENCES fleet_accounts ON DELETE CASCADE,
    mode       TEXT    NOT NULL,                          -- strict, soft
    created_at INTEGER NOT NULL,
    created_by TEXT    NOT NULL,
    PRIMARY KEY (scope, target)
) WITHOUT ROWID;

CREATE TABLE fleet_settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
