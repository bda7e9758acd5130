-- What each team did in each game with the ball.
-- grain: game_id, team_abbr
-- time: game_date
-- look-back: 0
-- short: togs
-- expected: final_team_games
-- requires: nba_raw.nbac_team_boxscore
-- inputs: nba_raw.nbac_team_boxscore same, nba_raw.nbac_schedule same, nba_analytics.player_game_summary same
WITH teams AS (
    SELECT
        *, ROUND((minutes - 240e0) / 25e0) AS overtimes, 240e0 + 25e0 * ROUND((minutes - 240e0) / 25e0) AS team_minutes,
        fga + 44e-2 * fta + tov - oreb AS own_possessions
    FROM nba_raw.nbac_team_boxscore
),
zones AS (
    SELECT
        game_id, team_abbr,
        SUM(paint_fga) AS paint_fga,
        SUM(paint_fgm) AS paint_fgm,
        SUM(mid_range_fga) AS mid_range_fga,
        SUM(mid_range_fgm) AS mid_range_fgm,
        SUM(three_fga) AS three_fga,
        SUM(three_fgm) AS three_fgm,
        SUM(unknown_two_fga) AS unknown_two_fga,
        SUM(unknown_two_fgm) AS unknown_two_fgm,
        SUM(paint_fga_blocked) AS paint_fga_blocked,
        SUM(mid_range_fga_blocked) AS mid_range_fga_blocked,
        SUM(three_fga_blocked) AS three_fga_blocked,
        SUM(assisted_fgm) AS assisted_fgm
    FROM nba_analytics.player_game_summary
    GROUP BY game_id, team_abbr
)
SELECT
    t.game_id,                         -- VARCHAR! NBA.com game id [pre-game history]
    t.team_abbr,                       -- VARCHAR! tricode [pre-game history]
    t.season,                          -- VARCHAR! season, such as 2021-22 [pre-game history]
    s.season_stage,                    -- VARCHAR! regular, playin or playoffs [pre-game history]
    t.game_date,                       -- DATE! US Eastern date of the game [pre-game history]
    o.team_abbr AS opponent_team_abbr, -- VARCHAR! tricode of the other team [pre-game history]
    t.team_abbr = s.home_team_abbr
        AS home_flag,                  -- BOOLEAN! at home [pre-game history]
    t.points > o.points AS win_flag,   -- BOOLEAN! won [post-game]
    t.points - o.points AS margin,     -- BIGINT! -120..120 points more than the other team [post-game]
    t.points,                          -- BIGINT! 30..250 points scored [post-game]
    o.points AS opponent_points,       -- BIGINT! 30..250 points of the other team [post-game]
    t.fgm,                             -- BIGINT! 0..120 field goals made [post-game]
    t.fga,                             -- BIGINT! 0..200 field goals attempted [post-game]
    t.fg3m,                            -- BIGINT! 0..80 three-pointers made [post-game]
    t.fg3a,                            -- BIGINT! 0..120 three-pointers attempted [post-game]
    t.ftm,                             -- BIGINT! 0..100 free throws made [post-game]
    t.fta,                             -- BIGINT! 0..120 free throws attempted [post-game]
    t.oreb,                            -- BIGINT! 0..60 offensive rebounds [post-game]
    t.dreb,                            -- BIGINT 0..100 defensive rebounds [post-game]
    t.ast,                             -- BIGINT 0..80 assists [post-game]
    t.tov,                             -- BIGINT! 0..60 turnovers of its players [post-game]
    t.overtimes AS overtime_periods,   -- BIGINT! 0..8 overtime periods [post-game]
    t.team_minutes,                    -- DOUBLE! 200..500 player minutes, 240 and 25 for each overtime [post-game]
    (t.own_possessions + o.own_possessions) / 2e0
        AS possessions,                -- DOUBLE! 40..220 FGA + 0.44*FTA + TOV - OREB, mean of both teams [post-game]
    24e1 * (t.own_possessions + o.own_possessions) / 2e0 / NULLIF(t.team_minutes, 0e0)
        AS pace,                       -- DOUBLE! 40..160 possessions per 48 minutes [post-game]
    1e2 * t.points / NULLIF((t.own_possessions + o.own_possessions) / 2e0, 0e0)
        AS offensive_rating,           -- DOUBLE! 30..220 points per 100 possessions [post-game]
    t.points / NULLIF(2e0 * (t.fga + 44e-2 * t.fta), 0e0)
        AS ts_pct,                     -- DOUBLE 0..1.5 true shooting [post-game]
    (t.fgm + 5e-1 * t.fg3m) / NULLIF(CAST(t.fga AS DOUBLE), 0e0)
        AS efg_pct,                    -- DOUBLE 0..1.5 effective field-goal share [post-game]
    z.paint_fga,                       -- BIGINT 0..120 two-point attempts within 8 ft [post-game]
    z.paint_fgm,                       -- BIGINT 0..120 of these made [post-game]
    z.mid_range_fga,                   -- BIGINT 0..120 other two-point attempts [post-game]
    z.mid_range_fgm,                   -- BIGINT 0..120 of these made [post-game]
    z.three_fga,                       -- BIGINT 0..120 three-point attempts charted [post-game]
    z.three_fgm,                       -- BIGINT 0..120 of these made [post-game]
    z.unknown_two_fga,                 -- BIGINT 0..120 two-point attempts of unknown distance [post-game]
    z.unknown_two_fgm,                 -- BIGINT 0..120 of these made [post-game]
    z.paint_fga_blocked,               -- BIGINT 0..60 paint attempts that were blocked [post-game]
    z.mid_range_fga_blocked,           -- BIGINT 0..60 mid-range attempts that were blocked [post-game]
    z.three_fga_blocked,               -- BIGINT 0..60 three-point attempts that were blocked [post-game]
    z.assisted_fgm                     -- BIGINT 0..120 made field goals that were assisted [post-game]
FROM teams AS t
INNER JOIN teams AS o ON t.game_id = o.game_id AND t.team_abbr <> o.team_abbr
INNER JOIN nba_raw.nbac_schedule AS s ON t.game_id = s.game_id AND s.game_status = 3 AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
LEFT JOIN zones AS z ON t.game_id = z.game_id AND t.team_abbr = z.team_abbr
