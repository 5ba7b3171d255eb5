-- Limits of single models go by one name: weekly_scoped:fable is seven_day_fable. Where an account has both, the figures of the old name join the new one's.
CREATE TEMP TABLE renamed_limits AS
SELECT w.window_id AS old_id, w.account_id, 'seven_day_' || lower(replace(replace(replace(substr(w.name, 15), '-', '_'), '.', '_'), ':', '_')) AS name
FROM quota_windows w WHERE w.name LIKE 'weekly\_scoped:_%' ESCAPE '\';

UPDATE OR IGNORE quota_windows SET name = (SELECT r.name FROM renamed_limits r WHERE r.old_id = window_id)
WHERE window_id IN (SELECT old_id FROM renamed_limits);

CREATE TEMP TABLE joined_limits AS
SELECT r.old_id, n.window_id AS new_id
FROM renamed_limits r JOIN quota_windows n ON n.account_id = r.account_id AND n.name = r.name AND n.window_id <> r.old_id;

UPDATE OR IGNORE quota_readings SET window_id = (SELECT j.new_id FROM joined_limits j WHERE j.old_id = window_id) WHERE window_id IN (SELECT old_id FROM joined_limits);
UPDATE OR IGNORE quota_hours SET window_id = (SELECT j.new_id FROM joined_limits j WHERE j.old_id = window_id) WHERE window_id IN (SELECT old_id FROM joined_limits);
DELETE FROM quota_readings WHERE window_id IN (SELECT old_id FROM joined_limits);
DELETE FROM quota_hours WHERE window_id IN (SELECT old_id FROM joined_limits);
DELETE FROM quota_alert_states WHERE window_id IN (SELECT old_id FROM joined_limits);
DELETE FROM quota_windows WHERE window_id IN (SELECT old_id FROM joined_limits);
DROP TABLE joined_limits;
DROP TABLE renamed_limits;

-- When the running window began, where it was reset before its time: its figure fell. Null: at its reset less its length.
ALTER TABLE quota_windows ADD COLUMN started_at INTEGER;

-- Which credential a polled account's state is of: a hash, of which nothing comes back.
ALTER TABLE quota_polls ADD COLUMN credential TEXT;

-- How many alerts a digest stands for.
ALTER TABLE quota_alerts ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
