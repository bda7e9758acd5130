-- Who started each game. Known only once the game has begun.
-- grain: game_id, player_id
-- time: game_date
CREATE TABLE nba_raw.nbac_starter (
    game_id VARCHAR,             -- ! NBA.com game id [pre-game history]
    player_id BIGINT,            -- ! 1..99999999 NBA.com player id [pre-game history]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,              -- ! US Eastern date of the game [pre-game history]
    starter_flag BOOLEAN,        -- ! he was in the starting five [post-game]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
