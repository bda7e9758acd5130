-- What each team's defence allows by zone, as of the morning of a date: its last 15 games of the season beside the
-- league's, and an estimate:
-- shrunk = league + (n * (team - league) + k * carry * (team - league, last season)) / (n + k), n games
-- (empirical Bayes; k and carry per measure were fitted by benchmarks/fit_constants.py on 2018-19 to 2020-21).
-- grain: team_abbr, analysis_date
-- time: analysis_date
-- look-back: 1
-- short: tdza
-- expected: team_dates
-- inputs: nba_raw.team constant, nba_analytics.upcoming_team_game_context same,
--   nba_analytics.team_defense_game_summary before
WITH dates AS (SELECT DISTINCT season, game_date AS analysis_date FROM nba_analytics.upcoming_team_game_context),
measures AS (
    SELECT 'paint' AS measure, 2 AS value, 30e0 AS k, 6e-1 AS carry
    UNION ALL SELECT 'mid_range', 2, 120e0, 4e-1
    UNION ALL SELECT 'three', 3, 60e0, 2e-1
    UNION ALL SELECT 'rating', 0, 15e0, 4e-1
    UNION ALL SELECT 'pace', 0, 4e0, 4e-1
), -- Thousandths of a possession and millionths of a pace: sums of integers are the same in any order.
measured AS (
    SELECT
        g.season, g.team_abbr, g.game_date, g.game_id, m.measure,
        CASE m.measure
            WHEN 'paint' THEN g.paint_fgm_allowed
            WHEN 'mid_range' THEN g.mid_range_fgm_allowed
            WHEN 'three' THEN g.three_fgm_allowed
            WHEN 'rating' THEN 100000 * g.points_allowed
            ELSE CAST(ROUND(1e6 * g.opponent_pace) AS BIGINT) END
            AS made,
        CASE m.measure
            WHEN 'paint' THEN g.paint_fga_allowed
            WHEN 'mid_range' THEN g.mid_range_fga_allowed
            WHEN 'three' THEN g.three_fga_allowed
            WHEN 'rating' THEN CAST(ROUND(1e3 * g.possessions) AS BIGINT)
            ELSE 1000000 END
            AS tried
    FROM nba_analytics.team_defense_game_summary AS g
    CROSS JOIN measures AS m
),
form AS (
    SELECT
        season, team_abbr, measure,
        game_date AS valid_from,
        COALESCE(LEAD(game_date) OVER games, DATE '9999-12-31') AS valid_to,
        COUNT(tried) OVER last_15 AS n,
        SUM(made) OVER last_15 AS made,
        SUM(tried) OVER last_15 AS tried
    FROM measured
    WINDOW
        games AS (PARTITION BY team_abbr, season, measure ORDER BY game_date, game_id),
        last_15 AS (
            PARTITION BY team_abbr, season, measure ORDER BY game_date, game_id
            ROWS BETWEEN 14 PRECEDING AND CURRENT ROW
        )
),
last_season AS (
    SELECT
        d.season, m.team_abbr, m.measure, SUM(m.made) / NULLIF(SUM(m.tried), 0e0) AS rate,
        SUM(SUM(m.made)) OVER league / NULLIF(SUM(SUM(m.tried)) OVER league, 0e0) AS league_rate
    FROM measured AS m
    INNER JOIN (SELECT DISTINCT season FROM dates) AS d ON m.season < d.season
    GROUP BY d.season, m.team_abbr, m.measure
    WINDOW league AS (PARTITION BY d.season, m.measure)
),
league_last_season AS (SELECT season, measure, MAX(league_rate) AS rate FROM last_season GROUP BY season, measure),
rates AS (
    SELECT
        t.team_abbr, d.season, d.analysis_date, c.measure, c.value, c.k, c.carry,
        COALESCE(f.n, 0) AS n,
        f.made, f.tried,
        f.made / NULLIF(f.tried, 0e0) AS rate,
        l.rate - l.league_rate AS last_season_difference,
        SUM(f.made) OVER league / NULLIF(SUM(f.tried) OVER league, 0e0) AS league_rate,
        COALESCE(SUM(f.n) OVER league, 0) AS league_n,
        p.rate AS league_last_season
    FROM dates AS d CROSS JOIN nba_raw.team AS t CROSS JOIN measures AS c
    LEFT JOIN form AS f ON t.team_abbr = f.team_abbr AND d.season = f.season AND c.measure = f.measure
        AND f.valid_from < d.analysis_date AND d.analysis_date <= f.valid_to
    LEFT JOIN last_season AS l ON t.team_abbr = l.team_abbr AND d.season = l.season AND c.measure = l.measure
    LEFT JOIN league_last_season AS p ON d.season = p.season AND c.measure = p.measure
    WINDOW league AS (PARTITION BY d.analysis_date, c.measure)
),
estimates AS (
    SELECT
        *,
        COALESCE(
            (COALESCE(league_n * league_rate, 0e0) + 60e0 * league_last_season) / (league_n + 60e0),
            league_rate
        ) AS league_estimate
    FROM rates
),
shrunk AS (
    SELECT
        *,
        CASE WHEN value > 0 THEN 1 ELSE 0 END AS is_zone,
        (n * COALESCE(rate - league_estimate, 0e0) + k * carry * COALESCE(last_season_difference, 0e0))
            / (n + k)
            AS difference
    FROM estimates
),
ranked AS (
    SELECT *, CASE WHEN league_estimate IS NOT NULL THEN ROW_NUMBER() OVER zones END AS zone_rank FROM shrunk
    WINDOW zones AS (PARTITION BY team_abbr, analysis_date, is_zone ORDER BY value * difference, measure)
)
SELECT
    team_abbr,                                  -- VARCHAR! tricode [pre-game history]
    analysis_date,                              -- DATE! morning on which this was known [pre-game history]
    season,                                     -- VARCHAR! season, such as 2021-22 [pre-game history]
    MAX(CASE measure WHEN 'rating' THEN n END)
        AS games_in_sample,                     -- BIGINT! 0..15 games of this season in the window [pre-game history]
    MAX(CASE measure WHEN 'paint' THEN rate END)
        AS paint_fg_pct_allowed_last_15,        -- DOUBLE 0..1 field-goal share allowed in the paint [pre-game history]
    MAX(CASE measure WHEN 'mid_range' THEN rate END)
        AS mid_range_fg_pct_allowed_last_15,    -- DOUBLE 0..1 field-goal share allowed from mid-range
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'three' THEN rate END)
        AS three_fg_pct_allowed_last_15,        -- DOUBLE 0..1 field-goal share allowed of threes [pre-game history]
    MAX(CASE measure WHEN 'paint' THEN tried / NULLIF(n, 0e0) END)
        AS paint_attempts_allowed_per_game,     -- DOUBLE 0..120 paint attempts allowed [pre-game history]
    MAX(CASE measure WHEN 'mid_range' THEN tried / NULLIF(n, 0e0) END)
        AS mid_range_attempts_allowed_per_game, -- DOUBLE 0..120 mid-range attempts allowed [pre-game history]
    MAX(CASE measure WHEN 'three' THEN tried / NULLIF(n, 0e0) END)
        AS three_attempts_allowed_per_game,     -- DOUBLE 0..120 three-point attempts allowed [pre-game history]
    MAX(CASE measure WHEN 'paint' THEN value * made / NULLIF(n, 0e0) END)
        AS paint_points_allowed_per_game,       -- DOUBLE 0..200 points from the paint allowed [pre-game history]
    MAX(CASE measure WHEN 'mid_range' THEN value * made / NULLIF(n, 0e0) END)
        AS mid_range_points_allowed_per_game,   -- DOUBLE 0..200 points from mid-range allowed [pre-game history]
    MAX(CASE measure WHEN 'three' THEN value * made / NULLIF(n, 0e0) END)
        AS three_points_allowed_per_game,       -- DOUBLE 0..200 points from threes allowed [pre-game history]
    1e2 * MAX(CASE measure WHEN 'paint' THEN rate - league_rate END)
        AS paint_vs_league_pct_points,          -- DOUBLE -100..100 percentage points above the league's same window,
                                                -- positive = weaker defence [pre-game history]
    1e2 * MAX(CASE measure WHEN 'mid_range' THEN rate - league_rate END)
        AS mid_range_vs_league_pct_points,      -- DOUBLE -100..100 percentage points from mid-range above the league's
                                                -- same window, positive = weaker defence [pre-game history]
    1e2 * MAX(CASE measure WHEN 'three' THEN rate - league_rate END)
        AS three_vs_league_pct_points,          -- DOUBLE -100..100 percentage points of threes above the league's same
                                                -- window, positive = weaker defence [pre-game history]
    MAX(CASE measure WHEN 'paint' THEN league_estimate END)
        AS paint_fg_pct_league,                 -- DOUBLE 0..1 league's share in the paint, same window, leaning on 60
                                                -- team games of last season [pre-game history]
    MAX(CASE measure WHEN 'mid_range' THEN league_estimate END)
        AS mid_range_fg_pct_league,             -- DOUBLE 0..1 league's share from mid-range, same window, leaning on 60
                                                -- team games of last season [pre-game history]
    MAX(CASE measure WHEN 'three' THEN league_estimate END)
        AS three_fg_pct_league,                 -- DOUBLE 0..1 league's share of threes, same window, leaning on 60 team
                                                -- games of last season [pre-game history]
    MAX(CASE measure WHEN 'paint' THEN league_estimate + difference END)
        AS paint_fg_pct_allowed_shrunk,         -- DOUBLE 0..1 estimate of the share allowed in the paint
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'mid_range' THEN league_estimate + difference END)
        AS mid_range_fg_pct_allowed_shrunk,     -- DOUBLE 0..1 estimate of the share allowed from mid-range
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'three' THEN league_estimate + difference END)
        AS three_fg_pct_allowed_shrunk,         -- DOUBLE 0..1 estimate of the share allowed of threes
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'rating' THEN rate END)
        AS defensive_rating_last_15,            -- DOUBLE 50..180 points allowed per 100 possessions [pre-game history]
    MAX(CASE measure WHEN 'pace' THEN rate END)
        AS opponent_pace_last_15,               -- DOUBLE 60..140 possessions per 48 minutes of its games
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'rating' THEN league_estimate + difference END)
        AS defensive_rating_shrunk,             -- DOUBLE 50..180 estimate of points allowed per 100 possessions
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'pace' THEN league_estimate + difference END)
        AS pace_shrunk,                         -- DOUBLE 60..140 estimate of possessions per 48 minutes of its games
                                                -- [pre-game history]
    MAX(CASE measure WHEN 'pace' THEN league_estimate END)
        AS pace_league,                         -- DOUBLE 60..140 league's possessions per 48 minutes, same window
                                                -- [pre-game history]
    MIN(CASE WHEN is_zone = 1 AND zone_rank = 1 THEN measure END)
        AS strongest_zone,                      -- VARCHAR zone with the lowest estimate against the league, in points
                                                -- per attempt [pre-game history]
    MIN(CASE WHEN is_zone = 1 AND zone_rank = 3 THEN measure END)
        AS weakest_zone                         -- VARCHAR zone with the highest [pre-game history]
FROM ranked
GROUP BY team_abbr, analysis_date, season
