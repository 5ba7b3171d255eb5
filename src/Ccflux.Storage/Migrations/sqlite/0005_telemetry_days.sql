-- What a page keeps in memory of a day is right as long as the day's version is the same. Triggers count it, so that whoever writes cannot forget to.
-- Hours need no version of their own: they are written with their days.
CREATE TABLE telemetry_day_versions (
    day     INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
);

-- Days that were there before this.
INSERT INTO telemetry_day_versions SELECT day, 1 FROM telemetry_days UNION SELECT day, 1 FROM telemetry_day_counts;

CREATE TRIGGER telemetry_days_added AFTER INSERT ON telemetry_days BEGIN
    INSERT INTO telemetry_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER telemetry_days_changed AFTER UPDATE ON telemetry_days BEGIN
    INSERT INTO telemetry_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER telemetry_days_removed AFTER DELETE ON telemetry_days BEGIN
    INSERT INTO telemetry_day_versions VALUES (OLD.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;

CREATE TRIGGER telemetry_day_counts_added AFTER INSERT ON telemetry_day_counts BEGIN
    INSERT INTO telemetry_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER telemetry_day_counts_changed AFTER UPDATE ON telemetry_day_counts BEGIN
    INSERT INTO telemetry_day_versions VALUES (NEW.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;
CREATE TRIGGER telemetry_day_counts_removed AFTER DELETE ON telemetry_day_counts BEGIN
    INSERT INTO telemetry_day_versions VALUES (OLD.day, 1) ON CONFLICT (day) DO UPDATE SET version = version + 1;
END;

-- A person's newest requests, without a walk through everybody's.
CREATE INDEX telemetry_requests_by_subject ON telemetry_events (subject_id, at) WHERE kind = 'api_request';

-- The plan that the admin says a person has; it stands before the tier.
CREATE TABLE telemetry_plans (
    person        TEXT    PRIMARY KEY,                    -- e-mail in lower case, or the name that telemetry without one stands under
    plan          TEXT    NOT NULL,
    set_at        INTEGER NOT NULL
) WITHOUT ROWID;
