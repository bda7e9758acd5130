-- Form of each team after each game of its season. A later model joins it as of a date.
-- grain: game_id, team_abbr
-- time: game_date
-- look-back: 0
-- short: team_form
-- helper: yes
-- made-from: nba_analytics.team_offense_game_summary
-- expected: final_team_games
-- requires: nba_raw.nbac_team_boxscore
-- inputs: nba_analytics.team_offense_game_summary until
WITH games AS (SELECT *, CASE WHEN win_flag THEN 1e0 ELSE 0e0 END AS win FROM nba_analytics.team_offense_game_summary)
SELECT
    game_id,                                -- VARCHAR! NBA.com game id of the last game counted [pre-game history]
    team_abbr,                              -- VARCHAR! tricode [pre-game history]
    season,                                 -- VARCHAR! season, such as 2021-22 [pre-game history]
    game_date,                              -- DATE! US Eastern date of the last game counted [pre-game history]
    COUNT(*) OVER so_far AS games_played,   -- BIGINT! 1..130 games this season [post-game]
    AVG(win) OVER so_far AS win_pct,        -- DOUBLE! 0..1 share of this season's games won [post-game]
    AVG(pace) OVER last_10 AS pace_last_10, -- DOUBLE! 40..160 possessions per 48 minutes, last 10 games [post-game]
    AVG(pace) OVER so_far AS pace_season,   -- DOUBLE! 40..160 possessions per 48 minutes, this season [post-game]
    1e2 * SUM(points) OVER last_10 / NULLIF(SUM(possessions) OVER last_10, 0e0)
        AS offensive_rating_last_10,        -- DOUBLE! 30..220 points per 100 possessions, last 10 games [post-game]
    1e2 * SUM(points) OVER so_far / NULLIF(SUM(possessions) OVER so_far, 0e0)
        AS offensive_rating_season          -- DOUBLE! 30..220 points per 100 possessions, this season [post-game]
FROM games
WINDOW
    last_10 AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
    so_far AS (
        PARTITION BY team_abbr, season ORDER BY game_date, game_id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
