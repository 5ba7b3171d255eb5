-- Instants are epoch milliseconds (UTC), hours and days are counted since 1970-01-01 (UTC), costs are billionths of a US dollar.
-- Every unique key of a subject's rows begins with, or contains, subject_id: the key to spread them by, past one machine.

-- Write-only tokens for OTLP, one or more a user.
CREATE TABLE telemetry_tokens (
    token_hash   BLOB    PRIMARY KEY,                     -- SHA-256
    user_id      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) WITHOUT ROWID;
CREATE INDEX telemetry_tokens_by_user ON telemetry_tokens (user_id);

-- Whose telemetry it is, as far as the sender says it.
CREATE TABLE telemetry_subjects (
    subject_id INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,                          -- user: by token; claimed: by user.email; install: by user.id only; other: beyond the cap
    name       TEXT    NOT NULL,                          -- user_id, e-mail in lower case, user.id, ''
    user_id    INTEGER,                                   -- user: the token's; install: whom the admin mapped it to
    first_at   INTEGER NOT NULL,
    UNIQUE (kind, name)
);
CREATE INDEX telemetry_subjects_by_user ON telemetry_subjects (user_id);

-- Models, terminals, tools and other short names.
CREATE TABLE telemetry_names (
    name_id INTEGER PRIMARY KEY,
    name    TEXT    NOT NULL UNIQUE
);

-- Which names a subject has brought: what the caps count.
CREATE TABLE telemetry_subject_names (
    subject_id INTEGER NOT NULL,
    category   TEXT    NOT NULL,                          -- model, terminal, tool, other
    name_id    INTEGER NOT NULL,
    PRIMARY KEY (subject_id, category, name_id)
) WITHOUT ROWID;

-- A session; or, where the client sends no session id, an hour of one installation.
CREATE TABLE telemetry_sessions (
    session_ref INTEGER PRIMARY KEY,
    subject_id  INTEGER NOT NULL,
    session_id  TEXT    NOT NULL,
    anonymous   INTEGER NOT NULL,                         -- 1: an hour of an installation
    has_events  INTEGER NOT NULL,                         -- 1: api_request events arrived, so that its metrics are shadowed
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    terminal_id INTEGER NOT NULL,
    UNIQUE (subject_id, session_id)
);
CREATE INDEX telemetry_sessions_by_time ON telemetry_sessions (last_at);

-- What a session used, by source: for the choice between the sources and for the comparison with hook reports.
CREATE TABLE telemetry_session_usage (
    subject_id         INTEGER NOT NULL,
    session_ref        INTEGER NOT NULL,
    source             TEXT    NOT NULL,                  -- events, metrics
    hour               INTEGER NOT NULL,
    model_id           INTEGER NOT NULL,
    terminal_id        INTEGER NOT NULL,
    query_id           INTEGER NOT NULL,                  -- query_source: sdk, compact, web_search_tool, main, …
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    PRIMARY KEY (subject_id, session_ref, source, hour, model_id, terminal_id, query_id)
) WITHOUT ROWID;

-- Recent events, kept for TELEMETRY_RETENTION_DAYS. The key is made of request_id, or of session, name, time and sequence: an event that comes again is known by it.
CREATE TABLE telemetry_events (
    event_id           INTEGER PRIMARY KEY,
    subject_id         INTEGER NOT NULL,
    event_key          INTEGER NOT NULL,
    session_ref        INTEGER NOT NULL,
    at                 INTEGER NOT NULL,
    kind               TEXT    NOT NULL,                  -- api_request, api_error, tool_result, tool_decision, user_prompt, compaction, subagent_completed
    model_id           INTEGER,
    name_id            INTEGER,                           -- the tool, the error's status, the compaction's trigger, the agent's type
    detail_id          INTEGER,                           -- success or failure, accept or reject
    source_id          INTEGER,                           -- query_source, a decision's source
    request_id         TEXT,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    duration_ms        INTEGER,
    UNIQUE (subject_id, event_key)
);
CREATE INDEX telemetry_events_by_time ON telemetry_events (at);

-- Metric points seen, by stream, start and time: one that comes again adds nothing.
CREATE TABLE telemetry_points (
    day        INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    point_key  INTEGER NOT NULL,
    PRIMARY KEY (day, subject_id, point_key)
) WITHOUT ROWID;

-- Cumulative streams, start time included in the key: what they stood at last.
CREATE TABLE telemetry_streams (
    subject_id INTEGER NOT NULL,
    stream_key INTEGER NOT NULL,
    last_time  INTEGER NOT NULL,                          -- nanoseconds, as sent
    last_value INTEGER NOT NULL,
    PRIMARY KEY (subject_id, stream_key)
) WITHOUT ROWID;

-- Prompts seen: a conversation is a distinct prompt.id.
CREATE TABLE telemetry_prompts (
    day        INTEGER NOT NULL,
    subject_id INTEGER NOT NULL,
    prompt_key INTEGER NOT NULL,
    PRIMARY KEY (subject_id, prompt_key)
) WITHOUT ROWID;
CREATE INDEX telemetry_prompts_by_day ON telemetry_prompts (day);

-- Rollups of requests, kept in the transaction that writes the events and points. Reads add up 'events' and 'metrics';
-- 'shadowed' holds the metrics of sessions that events describe already.
CREATE TABLE telemetry_hours (
    hour               INTEGER NOT NULL,
    subject_id         INTEGER NOT NULL,
    terminal_id        INTEGER NOT NULL,
    model_id           INTEGER NOT NULL,
    source             TEXT    NOT NULL,                  -- events, metrics, shadowed
    requests           INTEGER NOT NULL,
    errors             INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    PRIMARY KEY (hour, subject_id, terminal_id, model_id, source)
) WITHOUT ROWID;

CREATE TABLE telemetry_days (
    day                INTEGER NOT NULL,
    subject_id         INTEGER NOT NULL,
    terminal_id        INTEGER NOT NULL,
    model_id           INTEGER NOT NULL,
    source             TEXT    NOT NULL,
    requests           INTEGER NOT NULL,
    errors             INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    PRIMARY KEY (day, subject_id, terminal_id, model_id, source)
) WITHOUT ROWID;

-- Rollups of everything else that is counted.
CREATE TABLE telemetry_hour_counts (
    hour        INTEGER NOT NULL,
    subject_id  INTEGER NOT NULL,
    terminal_id INTEGER NOT NULL,
    kind        TEXT    NOT NULL,                         -- session, session_start, conversation, error, tool, decision, edit_decision, active_time, lines, commit, pull_request, …
    name_id     INTEGER NOT NULL,                         -- the tool, the status, the type
    detail_id   INTEGER NOT NULL,                         -- the outcome, the decision's source
    count       INTEGER NOT NULL,                         -- times; milliseconds for active_time
    PRIMARY KEY (hour, subject_id, terminal_id, kind, name_id, detail_id)
) WITHOUT ROWID;

CREATE TABLE telemetry_day_counts (
    day         INTEGER NOT NULL,
    subject_id  INTEGER NOT NULL,
    terminal_id INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    name_id     INTEGER NOT NULL,
    detail_id   INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (day, subject_id, terminal_id, kind, name_id, detail_id)
) WITHOUT ROWID;

-- How often requests and calls of tools took how long: counts by bucket, sixteen to a doubling, at most 640 for each model or tool. A transaction only adds
-- to a count, so several writers need not read what others wrote. Read by person only, whose days are added up from their hours.
CREATE TABLE telemetry_durations (
    subject_id  INTEGER NOT NULL,
    day         INTEGER NOT NULL,
    hour_of_day INTEGER NOT NULL,                         -- 0 to 23
    terminal_id INTEGER NOT NULL,
    is_tool     INTEGER NOT NULL,                         -- 1: name_id is a tool, 0: a model
    name_id     INTEGER NOT NULL,
    bucket      INTEGER NOT NULL,                         -- 0 to 639, see LatencyHistogram
    count       INTEGER NOT NULL,
    PRIMARY KEY (subject_id, day, hour_of_day, terminal_id, is_tool, name_id, bucket)
) WITHOUT ROWID;

-- The same counts over everybody, by hour and by day, written with them: a page over everybody reads no person's rows. Each writer counts in rows of its own,
-- which readers add up. An erasure takes away what it deletes.
CREATE TABLE telemetry_duration_sums (
    is_day      INTEGER NOT NULL,                         -- 1: period is a day, 0: an hour
    period      INTEGER NOT NULL,
    is_tool     INTEGER NOT NULL,
    name_id     INTEGER NOT NULL,
    terminal_id INTEGER NOT NULL,
    bucket      INTEGER NOT NULL,
    writer      INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (is_day, period, is_tool, name_id, terminal_id, bucket, writer)
) WITHOUT ROWID;

-- Names that were received and not understood, or refused, and how often: for the admin.
CREATE TABLE telemetry_seen (
    kind     TEXT    NOT NULL,                            -- metric, event, attribute, service, capped
    name     TEXT    NOT NULL,
    count    INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

-- What a page keeps in memory of a day is right as long as the day's version is the same. Triggers count it, so that whoever writes cannot forget to.
-- Hours and durations need no version of their own: they are written with their days.
CREATE TABLE telemetry_day_versions (
    day     INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
);

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

-- What clients state of themselves: the plan, the kind of seat, where managed settings come from, and the attributes that the organisation names
-- (TELEMETRY_ATTRIBUTES). One row a value, with the time that it was stated for: to the hour, days exact. Rows stay as long as the hourly and daily
-- figures that are grouped by them; those of names that are no longer asked for go after TELEMETRY_RETENTION_DAYS.
CREATE TABLE telemetry_labels (
    subject_id INTEGER NOT NULL,
    name       TEXT    NOT NULL,                          -- anthropic.plan, anthropic.seat_type, managed_settings, team, …
    value      TEXT    NOT NULL,
    first_at   INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    PRIMARY KEY (subject_id, name, value)
) WITHOUT ROWID;
