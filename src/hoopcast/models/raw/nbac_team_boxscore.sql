-- Box score totals of each team of each game, as the league published them.
-- grain: game_id, team_abbr
-- time: game_date
CREATE TABLE nba_raw.nbac_team_boxscore (
    game_id VARCHAR,             -- ! NBA.com game id [pre-game history]
    team_abbr VARCHAR,           -- ! tricode [pre-game history]
    season VARCHAR,              -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,              -- ! US Eastern date of the game [pre-game history]
    team_id BIGINT,              -- NBA.com team id [pre-game history]
    minutes DOUBLE,              -- ! 200..500 summed player minutes, as published (237-244 in regulation) [post-game]
    fgm BIGINT,                  -- ! 0..120 field goals made [post-game]
    fga BIGINT,                  -- ! 0..200 field goals attempted [post-game]
    fg3m BIGINT,                 -- ! 0..80 three-pointers made [post-game]
    fg3a BIGINT,                 -- ! 0..120 three-pointers attempted [post-game]
    ftm BIGINT,                  -- ! 0..100 free throws made [post-game]
    fta BIGINT,                  -- ! 0..120 free throws attempted [post-game]
    oreb BIGINT,                 -- ! 0..60 offensive rebounds [post-game]
    dreb BIGINT,                 -- 0..100 defensive rebounds [post-game]
    ast BIGINT,                  -- 0..80 assists [post-game]
    stl BIGINT,                  -- 0..50 steals [post-game]
    blk BIGINT,                  -- 0..50 blocks [post-game]
    tov BIGINT,                  -- ! 0..60 turnovers of its players, without team turnovers [post-game]
    pf BIGINT,                   -- 0..70 personal fouls [post-game]
    points BIGINT,               -- ! 30..250 points scored [post-game]
    plus_minus DOUBLE,           -- -120..120 final margin, points [post-game]
    source_id BIGINT             -- ! file it came from, see nba_raw.ingested_file [pre-game history]
)
