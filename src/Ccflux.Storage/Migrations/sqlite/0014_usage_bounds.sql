-- What one report costs and adds is bounded.

-- Users whose 5-hour windows are being counted anew, some turns at a time. All turns up to (at, turn_id) stand in windows; windows that start
-- after cleared_at are those from before. A row goes when its count is done.
CREATE TABLE window_recounts (
    user_id    INTEGER PRIMARY KEY,
    to_at      INTEGER NOT NULL,                          -- no turn after it changed: a window from before that is met again stands
    start_at   INTEGER NOT NULL,                          -- of the window that is being filled
    at         INTEGER NOT NULL,                          -- ended_at of the last turn counted
    turn_id    INTEGER NOT NULL,
    cleared_at INTEGER NOT NULL
);

-- What a user added on a day, beside sessions and models.
ALTER TABLE user_caps ADD COLUMN turns INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_caps ADD COLUMN events INTEGER NOT NULL DEFAULT 0;
ALTER TABLE user_caps ADD COLUMN limit_events INTEGER NOT NULL DEFAULT 0;
