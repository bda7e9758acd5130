-- The feature store: one row per expected player and game, the 25 features of old in their order, then the others.
-- grain: player_id, game_id
-- time: analysis_date
-- look-back: 1
-- short: mlfs
-- expected: player_games
-- made-from: nba_precompute.player_daily_cache
-- constant: playoff_game regular playoffs, back_to_back playoffs, opening_line unless-live, line_movement unless-live,
--   line_disagreement unless-live, no_vig_probability_over unless-two-sided
-- inputs: nba_analytics.upcoming_player_game_context same, nba_analytics.upcoming_team_game_context same,
--   nba_analytics.player_game_summary before, nba_analytics.player_prop_line same,
--   nba_precompute.player_daily_cache same, nba_precompute.player_shot_zone_analysis same,
--   nba_precompute.team_defense_zone_analysis same, nba_precompute.player_composite_factors same,
--   nba_precompute.feature_quality same
WITH versus AS (
    SELECT u.game_id, u.player_id, AVG(g.points) AS points_avg, COUNT(*) AS games
    FROM nba_analytics.upcoming_player_game_context AS u
    INNER JOIN nba_analytics.player_game_summary AS g
        ON u.player_id = g.player_id AND u.opponent_team_abbr = g.opponent_team_abbr
        AND g.game_date < u.game_date AND g.played_flag
    GROUP BY u.game_id, u.player_id
)
SELECT
    u.player_id,                       -- BIGINT! NBA.com player id [pre-game history]
    u.game_id,                         -- VARCHAR! NBA.com game id [pre-game history]
    u.game_date AS analysis_date,      -- DATE! morning on which this was known, the game's date [pre-game history]
    u.game_date,                       -- DATE! US Eastern date of the game [pre-game history]
    u.season,                          -- VARCHAR! season, such as 2021-22 [pre-game history]
    u.season_stage,                    -- VARCHAR! regular, playin or playoffs [pre-game history]
    u.team_abbr,                       -- VARCHAR! team that he is expected to play for [pre-game history]
    u.opponent_team_abbr,              -- VARCHAR! tricode of the other team [pre-game history]
    u.expected_level,                  -- VARCHAR! lowest information level that knows of him for this game
                                       -- [pre-game history]
    c.points_avg_last_5,               -- DOUBLE 0..120 points a game, last 5 games played, blended early in a season
                                       -- [pre-game history]
    c.points_avg_last_10,              -- DOUBLE 0..120 points a game, last 10 games played, blended early
                                       -- [pre-game history]
    c.points_avg_season,               -- DOUBLE 0..120 points a game, this season, blended early [pre-game history]
    c.points_std_last_10,              -- DOUBLE 0..60 standard deviation of points, last 10 games played
                                       -- [pre-game history]
    u.games_in_last_7_days,            -- BIGINT! 0..7 games he played on the 7 days before [pre-game history]
    f.fatigue_score,                   -- DOUBLE 0..100 100 = fresh [pre-game history]
    f.shot_zone_mismatch_score,        -- DOUBLE -20..20 points, his shots against this defence's zones
                                       -- [pre-game history]
    f.pace_score,                      -- DOUBLE -30..30 points, expected pace against his recent games'
                                       -- [pre-game history]
    f.usage_spike_score_history
        AS usage_spike_score,          -- DOUBLE 0..30 points of absent team-mates that fall to him [pre-game history]
    t.rest_advantage,                  -- BIGINT -2..2 own less opponent's days since the last game, capped at 2; NULL
                                       -- before a team's first [pre-game history]
    u.injury_risk_history
        AS injury_risk,                -- BIGINT! 0..3 0 available to 3 on the list and not played since
                                       -- [pre-game history]
    c.points_avg_last_5 - c.points_avg_last_10
        AS recent_trend,               -- DOUBLE -60..60 points of the last 5 above the last 10 games, positive = rising
                                       -- [pre-game history]
    c.minutes_avg_last_5 - c.minutes_avg_season
        AS minutes_change,             -- DOUBLE -60..60 minutes of the last 5 games above the season's
                                       -- [pre-game history]
    d.defensive_rating_shrunk
        AS opponent_def_rating,        -- DOUBLE 50..180 opponent's points allowed per 100 possessions
                                       -- [pre-game history]
    d.pace_shrunk AS opponent_pace,    -- DOUBLE 60..140 opponent's possessions per 48 minutes [pre-game history]
    u.home_game AS home_away,          -- BIGINT! 0..1 1 = at home [pre-game history]
    t.is_back_to_back AS back_to_back, -- BIGINT! 0..1 1 = his team played yesterday [pre-game history]
    CASE WHEN u.season_stage IN ('playin', 'playoffs') THEN 1 ELSE 0 END
        AS playoff_game,               -- BIGINT! 0..1 1 = play-in or playoffs; 0 throughout the regular season
                                       -- [pre-game history]
    z.paint_rate_last_10 AS pct_paint, -- DOUBLE 0..1 share of his attempts from the paint [pre-game history]
    z.mid_range_rate_last_10
        AS pct_mid_range,              -- DOUBLE 0..1 share of his attempts from mid-range [pre-game history]
    z.three_rate_last_10 AS pct_three, -- DOUBLE 0..1 share of threes among his attempts [pre-game history]
    c.free_throw_share_last_10
        AS pct_free_throw,             -- DOUBLE 0..1 share of his points from the line [pre-game history]
    c.team_pace_last_10 AS team_pace,  -- DOUBLE 60..140 his team's possessions per 48 minutes [pre-game history]
    c.team_offensive_rating_last_10
        AS team_off_rating,            -- DOUBLE 50..180 his team's points per 100 possessions [pre-game history]
    c.team_win_pct,                    -- DOUBLE 0..1 share of games his team has won [pre-game history]
    q.features_missing,                -- BIGINT! 0..25 how many of the 25 are NULL [pre-game history]
    q.feature_quality_score,           -- DOUBLE! 0..100 share of the 25 that are present and backed by a full sample
                                       -- [pre-game history]
    c.early_season_flag,               -- BOOLEAN! fewer than 10 games this season [pre-game history]
    c.games_played
        AS games_played_season,        -- BIGINT! 0..130 games he played this season [pre-game history]
    c.minutes_avg_last_5,              -- DOUBLE 0..90 minutes a game, last 5 games [pre-game history]
    c.minutes_avg_last_10,             -- DOUBLE 0..90 minutes a game, last 10 games [pre-game history]
    c.usage_rate_last_10,              -- DOUBLE 0..10000 share of his team's plays he uses while playing
                                       -- [pre-game history]
    c.ts_pct_last_10,                  -- DOUBLE 0..2 true shooting, last 10 games [pre-game history]
    c.points_per_minute_last_10
        AS ppm_avg_last_10,            -- DOUBLE 0..10000 points a minute, last 10 games [pre-game history]
    c.points_ewma,                     -- DOUBLE 0..120 points a game, exponential weights [pre-game history]
    c.minutes_ewma,                    -- DOUBLE 0..90 minutes a game, exponential weights [pre-game history]
    c.points_per_minute_ewma,          -- DOUBLE 0..3 points a minute, slow exponential weights [pre-game history]
    v.points_avg
        AS points_avg_vs_opponent,     -- DOUBLE 0..120 points a game against this opponent, this season and last
                                       -- [pre-game history]
    COALESCE(v.games, 0)
        AS games_vs_opponent,          -- BIGINT! 0..20 games of that average [pre-game history]
    u.days_rest,                       -- BIGINT 1..7 days since his last game of the season [pre-game history]
    u.games_missed_streak,             -- BIGINT 0..130 games of his team he has missed in a row [pre-game history]
    f.dnp_rate,                        -- DOUBLE 0..1 share of the last 10 games he was expected in that he missed
                                       -- [pre-game history]
    c.scoring_slope_last_10
        AS scoring_slope,              -- DOUBLE -100..100 points a game by which he rises, last 10 games
                                       -- [pre-game history]
    c.start_rate_last_10
        AS past_starter_share,         -- DOUBLE 0..1 share of his last 10 games he started [pre-game history]
    c.minutes_range_last_10
        AS minutes_volatility,         -- DOUBLE 0..90 most less fewest minutes of the last 10 games [pre-game history]
    f.teammates_out_usage_history,     -- DOUBLE 0..20 usage of team-mates x P(absent) [pre-game history]
    f.teammates_out_usage_news,        -- DOUBLE 0..20 teammates_out_usage_history with moves of the game date
                                       -- [pre-game news]
    f.teammates_out_usage_market,      -- DOUBLE 0..20 teammates_out_usage_news with who is quoted [pre-game market]
    f.usage_spike_score_news,          -- DOUBLE 0..30 usage_spike_score with moves of the game date [pre-game news]
    f.usage_spike_score_market,        -- DOUBLE 0..30 usage_spike_score with who is quoted [pre-game market]
    u.injury_risk_news,                -- BIGINT! 0..3 injury_risk with reports and moves to the game date
                                       -- [pre-game news]
    f.play_probability_history,        -- DOUBLE 0..1 probability that he plays [pre-game history]
    f.play_probability_news,           -- DOUBLE 0..1 probability that he plays, with moves of the game date
                                       -- [pre-game news]
    f.play_probability_market,         -- DOUBLE 0..1 probability that he plays, with moves of the game date and who is
                                       -- quoted [pre-game market]
    ABS(t.spread) AS spread_magnitude, -- DOUBLE 0..60 points of the closing spread, either way [pre-game market]
    t.implied_team_total,              -- DOUBLE 40..200 points of his team by closing spread and total
                                       -- [pre-game market]
    t.total_line AS game_total,        -- DOUBLE 100..350 closing total of the game, points [pre-game market]
    u.is_quoted,                       -- BIGINT! 0..1 1 = a bookmaker quotes his points [pre-game market]
    p.points_line,                     -- DOUBLE 0..100 the line, points [pre-game line]
    p.opening_line,                    -- DOUBLE 0..100 first live line seen, points [pre-game line]
    p.line_movement,                   -- DOUBLE -100..100 line less opening line, points [pre-game line]
    p.line_disagreement,               -- DOUBLE 0..100 highest less lowest line of the books, points [pre-game line]
    p.no_vig_probability_over          -- DOUBLE 0..1 P(over), margin removed in proportion [pre-game line]
FROM nba_analytics.upcoming_player_game_context AS u
LEFT JOIN nba_analytics.upcoming_team_game_context AS t ON u.game_id = t.game_id AND u.team_abbr = t.team_abbr
LEFT JOIN nba_precompute.feature_quality AS q ON u.game_id = q.game_id AND u.player_id = q.player_id
LEFT JOIN nba_precompute.player_daily_cache AS c ON u.player_id = c.player_id AND u.game_date = c.analysis_date
LEFT JOIN nba_precompute.player_shot_zone_analysis AS z ON u.player_id = z.player_id AND u.game_date = z.analysis_date
LEFT JOIN nba_precompute.player_composite_factors AS f ON u.game_id = f.game_id AND u.player_id = f.player_id
LEFT JOIN nba_precompute.team_defense_zone_analysis AS d
    ON u.opponent_team_abbr = d.team_abbr AND u.game_date = d.analysis_date
LEFT JOIN versus AS v ON u.game_id = v.game_id AND u.player_id = v.player_id
LEFT JOIN nba_analytics.player_prop_line AS p
    ON u.game_id = p.game_id AND u.player_id = p.player_id AND p.market = 'points'
