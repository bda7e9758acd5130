-- Players that a team listed on its roster on a date.
-- grain: player_id, roster_date
-- time: roster_date
CREATE TABLE nba_raw.roster (
    player_id BIGINT,            -- ! 1..99999999 NBA.com player id [pre-game history]
    roster_date DATE,            -- ! date from which he is listed [pre-game history]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    player_name VARCHAR,         -- ! name as published [pre-game history]
    team_abbr VARCHAR,           -- ! tricode [pre-game history]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
