-- What a page keeps in memory of a day is right as long as the day's version is the same. Triggers count it, so that whoever
-- writes (the receiver, an import, retention, SQL by hand) cannot forget to.
CREATE TABLE usage_day_versions (
    day     INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
);

CREATE TRIGGER usage_days_added AFTER INSERT ON usage_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER usage_days_changed AFTER UPDATE ON usage_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER usage_days_removed AFTER DELETE ON usage_days BEGIN
    INSERT INTO usage_day_versions VALUES (OLD.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER user_days_added AFTER INSERT ON user_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER user_days_changed AFTER UPDATE ON user_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER user_days_removed AFTER DELETE ON user_days BEGIN
    INSERT INTO usage_day_versions VALUES (OLD.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER session_days_added AFTER INSERT ON session_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER session_days_changed AFTER UPDATE OF prev_day ON session_days BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER session_days_removed AFTER DELETE ON session_days BEGIN
    INSERT INTO usage_day_versions VALUES (OLD.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;

-- A window belongs to the day it starts on.
CREATE TRIGGER usage_windows_added AFTER INSERT ON usage_windows BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.start_at / 86400000, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER usage_windows_changed AFTER UPDATE ON usage_windows BEGIN
    INSERT INTO usage_day_versions VALUES (NEW.start_at / 86400000, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER usage_windows_removed AFTER DELETE ON usage_windows BEGIN
    INSERT INTO usage_day_versions VALUES (OLD.start_at / 86400000, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
