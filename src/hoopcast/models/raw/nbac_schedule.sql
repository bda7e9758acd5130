-- Every game that the league scheduled, all stages, with its score once it is final.
-- grain: game_id
-- time: game_date
CREATE TABLE nba_raw.nbac_schedule (
    game_id VARCHAR,             -- ! NBA.com game id, 10 characters; the first three tell the stage [pre-game history]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    season_stage VARCHAR,        -- ! preseason, regular, cup_final, allstar, playin or playoffs [pre-game history]
    game_date DATE,              -- ! US Eastern date of the game [pre-game history]
    tip_off_utc TIMESTAMP,       -- scheduled tip-off, UTC [pre-game history]
    home_team_id BIGINT,         -- NBA.com id of the home team [pre-game history]
    away_team_id BIGINT,         -- NBA.com id of the visiting team [pre-game history]
    home_team_abbr VARCHAR,      -- ! tricode of the home team [pre-game history]
    away_team_abbr VARCHAR,      -- ! tricode of the visiting team [pre-game history]
    team_known BOOLEAN,          -- ! both teams are among the league's 30; other games take no part [pre-game history]
    game_status BIGINT,          -- ! 1..3 1 scheduled, 2 live, 3 final [post-game]
    game_status_text VARCHAR,    -- status as the source words it, such as Final or PPD [post-game]
    home_score BIGINT,           -- 0..300 points of the home team, NULL until final [post-game]
    away_score BIGINT,           -- 0..300 points of the visiting team, NULL until final [post-game]
    arena_name VARCHAR,          -- arena [pre-game history]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
