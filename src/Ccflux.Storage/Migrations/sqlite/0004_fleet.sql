-- Fleet: the vault's accounts, the agents that logins may be given to, what became of every access. Instants are epoch milliseconds (UTC).
-- No token stands here in plain text, nor anything that one could be found from: logins are encrypted with a key ring outside this file,
-- fingerprints are 12 hex digits of a hash over random bits.

CREATE TABLE fleet_accounts (
    account_id         INTEGER PRIMARY KEY,
    account_key        TEXT    NOT NULL UNIQUE,           -- account_uuid, or account_uuid:organization_uuid if the organisation is known; the key of quota too
    account_uuid       TEXT    NOT NULL DEFAULT '',       -- a person's account, as its issuer names it
    organization_uuid  TEXT,                              -- whose seat it is; stored once the issuer has said it
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
    created_at         INTEGER NOT NULL,
    revision           INTEGER NOT NULL DEFAULT 0         -- counts the changes of the login, of its holder and faults, and the refreshes and hand-outs that began:
                                                          -- whoever begins one of these compares it, so that what was decided by still holds
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
    used_at    INTEGER,
    agent_id   TEXT REFERENCES fleet_agents ON DELETE CASCADE -- whose keys it renews; null: it makes a new agent
) WITHOUT ROWID;

-- One agent for each config directory.
CREATE TABLE fleet_agents (
    agent_id      TEXT    PRIMARY KEY,
    machine       TEXT    NOT NULL,
    config_dir_id TEXT    NOT NULL,                       -- the agent's own id
    config_dir    TEXT    NOT NULL DEFAULT '',            -- what the agent calls it. Nobody has verified it, so two agents may say the same
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
    account_since INTEGER,                                -- since when it has its account: what is reported of an earlier time is not about it
    signed_until  INTEGER,                                -- no heartbeat of an agent whose clock is ahead was signed later: a recorded one is known by it after a restart
    receiver_key  TEXT,                                   -- the receiver's public key by which it checks commands; null: it has to be enrolled again
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
    settled_at   INTEGER,
    signature    TEXT
);
-- One open command for each agent, whichever process issues it.
CREATE UNIQUE INDEX fleet_commands_open ON fleet_commands (agent_id) WHERE state IN ('issued', 'delivered');

-- The receiver's own secrets, encrypted as logins are.
CREATE TABLE fleet_keys (
    name    TEXT PRIMARY KEY,
    public  TEXT NOT NULL,
    private BLOB NOT NULL
) WITHOUT ROWID;

-- Every access to a credential.
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

-- Attempts that were refused, counted by hour, address and kind: what strangers send takes no room from the record of accesses.
CREATE TABLE fleet_refusals (
    hour        INTEGER NOT NULL,                         -- hours since 1970 (UTC)
    address     TEXT    NOT NULL,
    action      TEXT    NOT NULL,                         -- authenticate, enrol, bring-back, confirm
    outcome     TEXT    NOT NULL,                         -- a word that says what it was refused for
    agent_id    TEXT    NOT NULL,                         -- empty: none is known
    account_id  INTEGER NOT NULL,                         -- 0: none
    actor       TEXT    NOT NULL,                         -- agent, anonymous
    fingerprint TEXT,                                     -- of the last attempt, as is the detail
    detail      TEXT    NOT NULL,
    times       INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    PRIMARY KEY (hour, address, action, outcome, agent_id, account_id)
) WITHOUT ROWID;
CREATE INDEX fleet_refusals_by_time ON fleet_refusals (last_at);

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

-- Limits that sessions met: the window was full at that instant, whatever was last read of it. One row a window.
CREATE TABLE fleet_limits (
    account_id INTEGER NOT NULL REFERENCES fleet_accounts ON DELETE CASCADE,
    window     TEXT    NOT NULL,                          -- five_hour, seven_day, seven_day_opus, …
    at         INTEGER NOT NULL,
    resets_at  INTEGER NOT NULL,
    PRIMARY KEY (account_id, window)
) WITHOUT ROWID;

-- What the fleet page watches by checks of its own.
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
