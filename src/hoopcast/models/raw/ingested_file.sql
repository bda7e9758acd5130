-- Files that were ingested.
-- grain: source_id
CREATE TABLE nba_raw.ingested_file (
    source_id BIGINT,            -- ! running number [pre-game history]
    path VARCHAR,                -- ! path as given [pre-game history]
    sha256 VARCHAR,              -- ! hash of the contents [pre-game history]
    table_name VARCHAR,          -- ! table that it was read into [pre-game history]
    rows_read BIGINT,            -- ! 0..1000000000 rows in the file [pre-game history]
    rows_added BIGINT,           -- ! 0..1000000000 new keys [pre-game history]
    rows_changed BIGINT,         -- ! 0..1000000000 rows corrected [pre-game history]
    rows_unchanged BIGINT,       -- ! 0..1000000000 rows the same as before [pre-game history]
    rows_quarantined BIGINT,     -- ! 0..1000000000 rows that broke their contract [pre-game history]
    rows_unresolved BIGINT,      -- ! 0..1000000000 rows without a known player [pre-game history]
    ingested_at_utc TIMESTAMP    -- ! when, UTC [pre-game history]
)
