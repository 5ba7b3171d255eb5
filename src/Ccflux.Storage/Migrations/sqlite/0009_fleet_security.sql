-- What guards the fleet: a code makes a new agent or names the one it renews, commands are signed, refused attempts stand apart from accesses.

-- The agent whose keys a code renews; null: it makes a new agent.
ALTER TABLE fleet_codes ADD COLUMN agent_id TEXT REFERENCES fleet_agents ON DELETE CASCADE;

-- The receiver's public key that the agent checks commands with. Null: enrolled before commands were signed; it is given none until it is enrolled again.
ALTER TABLE fleet_agents ADD COLUMN receiver_key TEXT;

-- What an agent calls its config dir. Nobody has verified it, so two agents may say the same: config_dir_id, which is unique, is the agent's own id from here on.
ALTER TABLE fleet_agents ADD COLUMN config_dir TEXT NOT NULL DEFAULT '';
UPDATE fleet_agents SET config_dir = config_dir_id, config_dir_id = agent_id;

ALTER TABLE fleet_commands ADD COLUMN signature TEXT;

-- One open command an agent, whichever process issues it.
UPDATE fleet_commands SET state = 'expired', reason = 'another command was open', settled_at = issued_at, sealed = NULL
WHERE state IN ('issued', 'delivered')
  AND command_id < (SELECT max(o.command_id) FROM fleet_commands o WHERE o.agent_id = fleet_commands.agent_id AND o.state IN ('issued', 'delivered'));
DROP INDEX fleet_commands_open;
CREATE UNIQUE INDEX fleet_commands_open ON fleet_commands (agent_id) WHERE state IN ('issued', 'delivered');

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

INSERT INTO fleet_refusals (hour, address, action, outcome, agent_id, account_id, actor, fingerprint, detail, times, last_at)
SELECT at / 3600000, address, action, outcome, coalesce(agent_id, ''), coalesce(account_id, 0), max(actor), max(fingerprint), '', count(*), max(at)
FROM fleet_audit
WHERE actor IN ('agent', 'anonymous') AND (outcome = 'stray' OR (outcome <> 'ok' AND action IN ('authenticate', 'enrol', 'bring-back')))
GROUP BY 1, 2, 3, 4, 5, 6;
DELETE FROM fleet_audit WHERE actor IN ('agent', 'anonymous') AND (outcome = 'stray' OR (outcome <> 'ok' AND action IN ('authenticate', 'enrol', 'bring-back')));
