-- Names of sources without ids that match no known player, or more than one.
-- grain: unresolved_id
CREATE TABLE nba_raw.unresolved_name (
    unresolved_id BIGINT, -- ! running number [pre-game history]
    source_id BIGINT,     -- ! file it came from, see nba_raw.ingested_file [pre-game history]
    table_name VARCHAR,   -- ! table that the row was meant for [pre-game history]
    player_name VARCHAR,  -- ! name as the source writes it [pre-game history]
    team_abbr VARCHAR,    -- team as the source gives it [pre-game history]
    row_count BIGINT,     -- ! 1..1000000 rows under this name and team [pre-game history]
    first_date DATE,      -- date of the first of them [pre-game history]
    last_date DATE,       -- date of the last of them [pre-game history]
    candidates VARCHAR,   -- ! known players whose names are nearest, with ids [pre-game history]
    raw_rows VARCHAR      -- ! the rows as JSON, resolved by a later ingest that knows the name [pre-game history]
)
