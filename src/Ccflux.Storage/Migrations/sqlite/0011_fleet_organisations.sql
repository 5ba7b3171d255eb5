-- An account of the vault is a pair: a person's account at the issuer, and the organisation whose seat it is. The organisation of an
-- account that was imported before is not known here; it is stored once the issuer has said it.

-- The one text that names the pair: account_uuid where no organisation is known, else account_uuid:organization_uuid. Quota's key, too.
ALTER TABLE fleet_accounts RENAME COLUMN account_uuid TO account_key;
ALTER TABLE fleet_accounts ADD COLUMN account_uuid TEXT NOT NULL DEFAULT '';
ALTER TABLE fleet_accounts ADD COLUMN organization_uuid TEXT;

-- Counts the changes of a login, of its holder and of its faults, and the refreshes and hand-outs that began. Who begins one of these
-- compares it: what it decided by is still so.
ALTER TABLE fleet_accounts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

UPDATE fleet_accounts SET account_uuid = account_key;
