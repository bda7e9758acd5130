-- Rows that broke their contract, kept with the reason.
-- grain: quarantine_id
CREATE TABLE nba_raw.quarantine (
    quarantine_id BIGINT,        -- ! running number [pre-game history]
    source_id BIGINT,            -- ! file it came from, see nba_raw.ingested_file [pre-game history]
    table_name VARCHAR,          -- ! table that it was meant for [pre-game history]
    row_number BIGINT,           -- row in its file, from 1 [pre-game history]
    reason VARCHAR,              -- ! what is wrong with it [pre-game history]
    season VARCHAR,              -- season, where it could be read [pre-game history]
    game_date DATE,              -- date, where it could be read [pre-game history]
    game_id VARCHAR,             -- game, where it could be read [pre-game history]
    player_id BIGINT,            -- player, where it could be read [pre-game history]
    row_key VARCHAR,             -- key of the row in its table, where it could be read [pre-game history]
    raw_row VARCHAR,             -- ! the row as JSON [post-game]
    quarantined_at_utc TIMESTAMP -- ! when, UTC [pre-game history]
)
