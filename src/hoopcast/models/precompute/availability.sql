-- Probability that an expected player plays, at each information level: learned each month from who was absent before.
-- Before there is a past to learn from it rests on rates of 2018-19 by games missed in a row. Whoever an official
-- report rules out has 0 from the news level on.
-- grain: game_id, player_id, level
-- time: game_date
-- short: availability
-- helper: yes
-- made-from: nba_precompute.availability_features
CREATE TABLE nba_precompute.availability (
    game_id VARCHAR,         -- ! NBA.com game id [pre-game history]
    player_id BIGINT,        -- ! NBA.com player id [pre-game history]
    level VARCHAR,           -- ! information level: history, news or market [pre-game history]
    season VARCHAR,          -- ! season, such as 2021-22 [pre-game history]
    game_date DATE,          -- ! US Eastern date of the game [pre-game history]
    play_probability DOUBLE, -- ! 0..1 probability that he plays, by what the row's level may know [pre-game market]
    dnp_rate_last_10 DOUBLE, -- 0..1 share of the last 10 games he was expected in that he missed [pre-game history]
    basis VARCHAR            -- ! model, or prior before there was a past to learn from [pre-game history]
)
