-- Colours of models, one table for all pages: usage and telemetry once counted each by itself. Those of usage stay as they were.
CREATE TABLE model_colours (
    name  TEXT    PRIMARY KEY,
    place INTEGER NOT NULL UNIQUE                         -- from 0; six at most
) WITHOUT ROWID;

INSERT INTO model_colours (name, place)
SELECT name, row_number() OVER (ORDER BY source, seen) - 1
FROM (SELECT name, 0 AS source, row_number() OVER (ORDER BY first_seen_at, model_id) AS seen FROM models
      UNION ALL
      SELECT name, 1, name_id FROM telemetry_names
      WHERE name <> '' AND name NOT IN (SELECT name FROM models) AND name_id IN (SELECT name_id FROM telemetry_subject_names WHERE category = 'model'))
ORDER BY source, seen
LIMIT 6;
