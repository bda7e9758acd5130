-- Every field-goal attempt.
-- grain: game_id, event_num
-- time: game_date
CREATE TABLE nba_raw.nbac_shot (
    game_id VARCHAR,             -- ! NBA.com game id [pre-game history]
    event_num BIGINT,            -- ! 0..99999 number of the event in its game [post-game]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,              -- ! US Eastern date of the game [pre-game history]
    period BIGINT,               -- 1..14 period, overtime from 5 [post-game]
    player_id BIGINT,            -- ! 1..99999999 shooter [post-game]
    team_abbr VARCHAR,           -- tricode of the shooter's team [post-game]
    shot_made_flag BOOLEAN,      -- ! it went in [post-game]
    three_pointer_flag BOOLEAN,  -- ! it was a three-point attempt [post-game]
    distance_ft BIGINT,          -- 0..99 distance in feet, NULL where the source does not give it [post-game]
    assist_player_id BIGINT,     -- who assisted, NULL for none [post-game]
    block_player_id BIGINT,      -- who blocked it, NULL for none [post-game]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
