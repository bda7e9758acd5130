-- What each team's defence allowed in each game.
-- grain: game_id, team_abbr
-- time: game_date
-- look-back: 0
-- short: tdgs
-- expected: final_team_games
-- requires: nba_raw.nbac_team_boxscore
-- inputs: nba_analytics.team_offense_game_summary same
SELECT
    o.game_id,                                       -- VARCHAR! NBA.com game id [pre-game history]
    o.opponent_team_abbr AS team_abbr,               -- VARCHAR! tricode of the defending team [pre-game history]
    o.season,                                        -- VARCHAR! season, such as 2021-22 [pre-game history]
    o.season_stage,                                  -- VARCHAR! regular, playin or playoffs [pre-game history]
    o.game_date,                                     -- DATE! US Eastern date of the game [pre-game history]
    o.team_abbr AS opponent_team_abbr,               -- VARCHAR! tricode of the attacking team [pre-game history]
    NOT o.home_flag AS home_flag,                    -- BOOLEAN! the defending team was at home [pre-game history]
    NOT o.win_flag AS win_flag,                      -- BOOLEAN! the defending team won [post-game]
    o.points AS points_allowed,                      -- BIGINT! 30..250 points allowed [post-game]
    o.possessions,                                   -- DOUBLE! 40..220 possessions, mean of both teams [post-game]
    o.pace AS opponent_pace,                         -- DOUBLE! 40..160 possessions per 48 minutes [post-game]
    o.offensive_rating AS defensive_rating,          -- DOUBLE! 30..220 points allowed per 100 possessions [post-game]
    o.fga AS fga_allowed,                            -- BIGINT! 0..200 field-goal attempts allowed [post-game]
    o.fgm AS fgm_allowed,                            -- BIGINT! 0..120 of these made [post-game]
    o.fta AS fta_allowed,                            -- BIGINT! 0..120 free throws allowed [post-game]
    o.paint_fga AS paint_fga_allowed,                -- BIGINT 0..120 paint attempts allowed [post-game]
    o.paint_fgm AS paint_fgm_allowed,                -- BIGINT 0..120 of these made [post-game]
    2 * o.paint_fgm AS paint_points_allowed,         -- BIGINT 0..240 points from the paint allowed [post-game]
    o.mid_range_fga AS mid_range_fga_allowed,        -- BIGINT 0..120 mid-range attempts allowed [post-game]
    o.mid_range_fgm AS mid_range_fgm_allowed,        -- BIGINT 0..120 of these made [post-game]
    2 * o.mid_range_fgm AS mid_range_points_allowed, -- BIGINT 0..240 points from mid-range allowed [post-game]
    o.three_fga AS three_fga_allowed,                -- BIGINT 0..120 three-point attempts allowed [post-game]
    o.three_fgm AS three_fgm_allowed,                -- BIGINT 0..120 of these made [post-game]
    3 * o.three_fgm AS three_points_allowed,         -- BIGINT 0..360 points from threes allowed [post-game]
    o.paint_fga_blocked AS paint_blocks,             -- BIGINT 0..60 blocks of paint attempts [post-game]
    o.mid_range_fga_blocked AS mid_range_blocks,     -- BIGINT 0..60 blocks of mid-range attempts [post-game]
    o.three_fga_blocked AS three_blocks,             -- BIGINT 0..60 blocks of three-point attempts [post-game]
    o.tov AS turnovers_forced                        -- BIGINT! 0..60 turnovers of the other team's players [post-game]
FROM nba_analytics.team_offense_game_summary AS o
