-- By how much this game's circumstances move each expected player, each factor in points. Signs: more fatigue never
-- raises, a weaker defence never lowers, a faster game never lowers, absent team-mates never lower. Sums over
-- team-mates are of whole millionths, so that their order does not show. Weights of fatigue_score and the two
-- coefficients were fitted by benchmarks/fit_constants.py on 2018-19 to 2020-21.
-- grain: game_id, player_id
-- time: analysis_date
-- look-back: 0
-- short: pcf
-- expected: player_games
-- inputs: nba_analytics.upcoming_player_game_context same, nba_precompute.player_daily_cache same,
--   nba_precompute.player_shot_zone_analysis same, nba_precompute.team_defense_zone_analysis same,
--   nba_precompute.availability same
WITH constants AS (SELECT 4e-3 AS fatigue_share, 62e-3 AS vacancy_share),
levels AS (
    SELECT
        game_id, player_id, MAX(dnp_rate_last_10) AS dnp_rate,
        MAX(CASE level WHEN 'history' THEN 1e0 - play_probability END) AS absent_history,
        MAX(CASE level WHEN 'news' THEN 1e0 - play_probability END) AS absent_news,
        MAX(CASE level WHEN 'market' THEN 1e0 - play_probability END) AS absent_market
    FROM nba_precompute.availability
    GROUP BY game_id, player_id
),
players AS (
    SELECT
        u.*, c.points_avg_last_10, c.team_pace_last_10,
        COALESCE(c.usage_rate_last_10 * c.minutes_avg_last_10 / 48e0, 0e0) AS usage,
        CASE WHEN u.expected_level = 'history' THEN 1 ELSE 0 END AS in_history,
        CASE WHEN u.expected_level = 'market' THEN 0 ELSE 1 END AS in_news,
        a.absent_history, a.absent_news, a.absent_market, a.dnp_rate,
        1e2
            - CASE WHEN u.days_rest = 1 THEN 2e1 ELSE 0e0 END
            - 4e0 * u.back_to_backs_in_last_14_days
            - CASE WHEN u.games_in_last_7_days > 2 THEN 8e0 * (u.games_in_last_7_days - 2) ELSE 0e0 END
            - CASE WHEN u.minutes_in_last_7_days > 8e1 THEN 2e-1 * (u.minutes_in_last_7_days - 8e1) ELSE 0e0 END
            AS freshness
    FROM nba_analytics.upcoming_player_game_context AS u
    INNER JOIN nba_precompute.player_daily_cache AS c ON u.player_id = c.player_id AND u.game_date = c.analysis_date
    INNER JOIN levels AS a ON u.game_id = a.game_id AND u.player_id = a.player_id
),
measured AS (
    SELECT
        *,
        CASE WHEN freshness < 0e0 THEN 0e0 ELSE freshness END AS fatigue_score,
        CAST(ROUND(1e6 * usage) AS BIGINT) AS present,
        CAST(ROUND(1e6 * points_avg_last_10 * absent_history) AS BIGINT) AS vacant_history,
        CAST(ROUND(1e6 * points_avg_last_10 * absent_news) AS BIGINT) AS vacant_news,
        CAST(ROUND(1e6 * points_avg_last_10 * absent_market) AS BIGINT) AS vacant_market,
        CAST(ROUND(1e6 * usage * absent_history) AS BIGINT) AS out_history,
        CAST(ROUND(1e6 * usage * absent_news) AS BIGINT) AS out_news,
        CAST(ROUND(1e6 * usage * absent_market) AS BIGINT) AS out_market
    FROM players
),
teams AS (
    SELECT
        game_id, team_abbr,
        SUM(in_history * vacant_history) AS vacant_history,
        SUM(in_news * vacant_news) AS vacant_news,
        SUM(vacant_market) AS vacant_market,
        SUM(in_history * out_history) AS out_history,
        SUM(in_news * out_news) AS out_news,
        SUM(out_market) AS out_market,
        SUM(in_history * (present - out_history)) AS present_history,
        SUM(in_news * (present - out_news)) AS present_news,
        SUM(present - out_market) AS present_market
    FROM measured
    GROUP BY game_id, team_abbr
)
SELECT
    m.game_id,                          -- VARCHAR! NBA.com game id [pre-game history]
    m.player_id,                        -- BIGINT! NBA.com player id [pre-game history]
    m.game_date AS analysis_date,       -- DATE! morning on which this was known, the game's date [pre-game history]
    m.season,                           -- VARCHAR! season, such as 2021-22 [pre-game history]
    m.team_abbr,                        -- VARCHAR! team that he is expected to play for [pre-game history]
    m.opponent_team_abbr,               -- VARCHAR! tricode of the other team [pre-game history]
    m.fatigue_score,                    -- DOUBLE! 0..100 100 = fresh; less for a game yesterday, games and minutes in 7
                                        -- days, back-to-backs in 14 [pre-game history]
    -k.fatigue_share * (1e2 - m.fatigue_score) / 1e2 * m.points_avg_last_10
        AS fatigue_adjustment,          -- DOUBLE -20..0 points that tiredness costs [pre-game history]
    z.attempts_per_game_last_10 * (
        2e0 * z.paint_rate_last_10 * (d.paint_fg_pct_allowed_shrunk - d.paint_fg_pct_league)
        + 2e0 * z.mid_range_rate_last_10 * (d.mid_range_fg_pct_allowed_shrunk - d.mid_range_fg_pct_league)
        + 3e0 * z.three_rate_last_10 * (d.three_fg_pct_allowed_shrunk - d.three_fg_pct_league)
    ) AS shot_zone_mismatch_score,      -- DOUBLE -20..20 points more than against the league's average defence, by his
                                        -- shots and its zones [pre-game history]
    (o.pace_shrunk + d.pace_shrunk - d.pace_league)
        AS expected_pace,               -- DOUBLE 60..140 possessions per 48 minutes expected of this game
                                        -- [pre-game history]
    m.points_avg_last_10 * ((o.pace_shrunk + d.pace_shrunk - d.pace_league) / NULLIF(m.team_pace_last_10, 0e0) - 1e0)
        AS pace_score,                  -- DOUBLE -30..30 points more than at the pace of his team's last 10 games
                                        -- [pre-game history]
    (t.out_history - m.in_history * m.out_history) / 1e6
        AS teammates_out_usage_history, -- DOUBLE 0..20 sum over team-mates of usage per game x P(absent)
                                        -- [pre-game history]
    (t.out_news - m.in_news * m.out_news) / 1e6
        AS teammates_out_usage_news,    -- DOUBLE 0..20 teammates_out_usage_history with moves of the game date
                                        -- [pre-game news]
    (t.out_market - m.out_market) / 1e6
        AS teammates_out_usage_market,  -- DOUBLE 0..20 teammates_out_usage_news with who is quoted [pre-game market]
    k.vacancy_share * (t.vacant_history - m.in_history * m.vacant_history) / 1e6
        * m.usage / NULLIF(m.usage + (t.present_history - m.in_history * (m.present - m.out_history)) / 1e6, 0e0)
        AS usage_spike_score_history,   -- DOUBLE 0..30 points of absent team-mates that fall to him [pre-game history]
    k.vacancy_share * (t.vacant_news - m.in_news * m.vacant_news) / 1e6
        * m.usage / NULLIF(m.usage + (t.present_news - m.in_news * (m.present - m.out_news)) / 1e6, 0e0)
        AS usage_spike_score_news,      -- DOUBLE 0..30 usage_spike_score_history with moves of the game date
                                        -- [pre-game news]
    k.vacancy_share * (t.vacant_market - m.vacant_market) / 1e6
        * m.usage / NULLIF(m.usage + (t.present_market - (m.present - m.out_market)) / 1e6, 0e0)
        AS usage_spike_score_market,    -- DOUBLE 0..30 usage_spike_score_news with who is quoted [pre-game market]
    1e0 - m.absent_history
        AS play_probability_history,    -- DOUBLE 0..1 probability that he plays [pre-game history]
    1e0 - m.absent_news
        AS play_probability_news,       -- DOUBLE 0..1 probability that he plays, with moves of the game date
                                        -- [pre-game news]
    1e0 - m.absent_market
        AS play_probability_market,     -- DOUBLE 0..1 probability that he plays, with moves of the game date and who is
                                        -- quoted [pre-game market]
    m.dnp_rate                          -- DOUBLE 0..1 share of the last 10 games he was expected in that he missed
                                        -- [pre-game history]
FROM measured AS m
CROSS JOIN constants AS k
INNER JOIN teams AS t ON m.game_id = t.game_id AND m.team_abbr = t.team_abbr
LEFT JOIN nba_precompute.team_defense_zone_analysis AS d
    ON m.opponent_team_abbr = d.team_abbr AND m.game_date = d.analysis_date
LEFT JOIN nba_precompute.team_defense_zone_analysis AS o ON m.team_abbr = o.team_abbr AND m.game_date = o.analysis_date
LEFT JOIN nba_precompute.player_shot_zone_analysis AS z ON m.player_id = z.player_id AND m.game_date = z.analysis_date
