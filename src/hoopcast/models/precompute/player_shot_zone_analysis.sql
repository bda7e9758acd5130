-- Where each expected player shoots from and how well, as of the morning of a date. Windows count games that he played
-- and reach into last season; shrunk shares use all his attempts of this season and last.
-- shrunk = (made + k * league) / (attempts + k), k attempts (empirical Bayes, fitted by benchmarks/fit_constants.py).
-- grain: player_id, analysis_date
-- time: analysis_date
-- look-back: 1
-- short: psza
-- expected: player_dates
-- inputs: nba_analytics.upcoming_player_game_context same, nba_analytics.player_game_summary before
WITH constants AS (SELECT 60e0 AS k_paint, 100e0 AS k_mid_range, 200e0 AS k_three),
form AS (
    SELECT
        player_id, season,
        game_date AS valid_from,
        COALESCE(LEAD(game_date) OVER career, DATE '9999-12-31') AS valid_to,
        COUNT(*) OVER last_10 AS games_10,
        SUM(paint_fga) OVER last_10 AS paint_fga_10,
        SUM(paint_fgm) OVER last_10 AS paint_fgm_10,
        SUM(mid_range_fga) OVER last_10 AS mid_fga_10,
        SUM(mid_range_fgm) OVER last_10 AS mid_fgm_10,
        SUM(three_fga) OVER last_10 AS three_fga_10,
        SUM(three_fgm) OVER last_10 AS three_fgm_10,
        SUM(fga) OVER last_10 AS fga_10,
        SUM(fgm) OVER last_10 AS fgm_10,
        SUM(assisted_fgm) OVER last_10 AS assisted_10,
        SUM(paint_fga) OVER last_20 AS paint_fga_20,
        SUM(paint_fgm) OVER last_20 AS paint_fgm_20,
        SUM(mid_range_fga) OVER last_20 AS mid_fga_20,
        SUM(mid_range_fgm) OVER last_20 AS mid_fgm_20,
        SUM(three_fga) OVER last_20 AS three_fga_20,
        SUM(three_fgm) OVER last_20 AS three_fgm_20,
        SUM(paint_fga) OVER so_far AS paint_fga,
        SUM(paint_fgm) OVER so_far AS paint_fgm,
        SUM(mid_range_fga) OVER so_far AS mid_fga,
        SUM(mid_range_fgm) OVER so_far AS mid_fgm,
        SUM(three_fga) OVER so_far AS three_fga,
        SUM(three_fgm) OVER so_far AS three_fgm,
        COUNT(*) OVER season_last_10 AS season_games_10
    FROM nba_analytics.player_game_summary
    WHERE played_flag
    WINDOW
        career AS (PARTITION BY player_id ORDER BY game_date, game_id),
        last_10 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 9 PRECEDING AND CURRENT ROW),
        last_20 AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN 19 PRECEDING AND CURRENT ROW),
        so_far AS (PARTITION BY player_id ORDER BY game_date, game_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        season_last_10 AS (
            PARTITION BY player_id, season ORDER BY game_date, game_id
            ROWS BETWEEN 9 PRECEDING AND CURRENT ROW
        )
),
league AS (
    SELECT
        d.analysis_date,
        SUM(l.paint_fgm) / NULLIF(SUM(l.paint_fga), 0e0) AS paint_pct,
        SUM(l.mid_fgm) / NULLIF(SUM(l.mid_fga), 0e0) AS mid_pct,
        SUM(l.three_fgm) / NULLIF(SUM(l.three_fga), 0e0) AS three_pct
    FROM (SELECT DISTINCT game_date AS analysis_date FROM nba_analytics.upcoming_player_game_context) AS d
    INNER JOIN (
        SELECT
            game_date, SUM(paint_fga) AS paint_fga, SUM(paint_fgm) AS paint_fgm, SUM(mid_range_fga) AS mid_fga,
            SUM(mid_range_fgm) AS mid_fgm, SUM(three_fga) AS three_fga, SUM(three_fgm) AS three_fgm
        FROM nba_analytics.player_game_summary
        GROUP BY game_date
    ) AS l ON l.game_date < d.analysis_date
    GROUP BY d.analysis_date
),
players AS (SELECT season, player_id, game_date AS analysis_date FROM nba_analytics.upcoming_player_game_context),
shares AS (
    SELECT
        p.player_id AS expected_player_id, p.analysis_date, p.season AS analysis_season,
        l.paint_pct, l.mid_pct, l.three_pct, f.*,
        NULLIF(CAST(f.paint_fga_10 + f.mid_fga_10 + f.three_fga_10 AS DOUBLE), 0e0) AS zoned_10
    FROM players AS p
    LEFT JOIN form AS f
        ON p.player_id = f.player_id AND f.valid_from < p.analysis_date AND p.analysis_date <= f.valid_to
    LEFT JOIN league AS l ON p.analysis_date = l.analysis_date
)
SELECT
    s.expected_player_id AS player_id, -- BIGINT! NBA.com player id [pre-game history]
    s.analysis_date,                   -- DATE! morning on which this was known [pre-game history]
    s.analysis_season AS season,       -- VARCHAR! season, such as 2021-22 [pre-game history]
    CASE WHEN s.season = s.analysis_season THEN s.season_games_10 ELSE 0 END
        AS games_in_sample_10,         -- BIGINT! 0..10 games of this season among the last 10 that he played
                                       -- [pre-game history]
    s.paint_fga_10 / s.zoned_10
        AS paint_rate_last_10,         -- DOUBLE 0..1 share of his attempts from the paint [pre-game history]
    s.mid_fga_10 / s.zoned_10
        AS mid_range_rate_last_10,     -- DOUBLE 0..1 share from mid-range [pre-game history]
    s.three_fga_10 / s.zoned_10
        AS three_rate_last_10,         -- DOUBLE 0..1 share of threes [pre-game history]
    s.paint_fgm_10 / NULLIF(CAST(s.paint_fga_10 AS DOUBLE), 0e0)
        AS paint_fg_pct_last_10,       -- DOUBLE 0..1 field-goal share in the paint, last 10 games [pre-game history]
    s.mid_fgm_10 / NULLIF(CAST(s.mid_fga_10 AS DOUBLE), 0e0)
        AS mid_range_fg_pct_last_10,   -- DOUBLE 0..1 field-goal share from mid-range, last 10 games [pre-game history]
    s.three_fgm_10 / NULLIF(CAST(s.three_fga_10 AS DOUBLE), 0e0)
        AS three_fg_pct_last_10,       -- DOUBLE 0..1 field-goal share of threes, last 10 games [pre-game history]
    s.paint_fgm_20 / NULLIF(CAST(s.paint_fga_20 AS DOUBLE), 0e0)
        AS paint_fg_pct_last_20,       -- DOUBLE 0..1 field-goal share in the paint, last 20 games [pre-game history]
    s.mid_fgm_20 / NULLIF(CAST(s.mid_fga_20 AS DOUBLE), 0e0)
        AS mid_range_fg_pct_last_20,   -- DOUBLE 0..1 field-goal share from mid-range, last 20 games [pre-game history]
    s.three_fgm_20 / NULLIF(CAST(s.three_fga_20 AS DOUBLE), 0e0)
        AS three_fg_pct_last_20,       -- DOUBLE 0..1 field-goal share of threes, last 20 games [pre-game history]
    CASE WHEN s.assisted_10 <= s.fgm_10 THEN s.assisted_10 / NULLIF(CAST(s.fgm_10 AS DOUBLE), 0e0) END
        AS assisted_rate_last_10,      -- DOUBLE 0..1 share of his made field goals that were assisted, NULL where
                                       -- charts have more assisted ones than box scores made [pre-game history]
    s.fga_10 / NULLIF(CAST(s.games_10 AS DOUBLE), 0e0)
        AS attempts_per_game_last_10,  -- DOUBLE 0..60 field-goal attempts a game [pre-game history]
    CASE WHEN s.zoned_10 IS NULL THEN NULL
        WHEN s.paint_fga_10 >= 40e-2 * s.zoned_10 THEN 'paint'
        WHEN s.three_fga_10 >= 40e-2 * s.zoned_10 THEN 'three'
        WHEN s.mid_fga_10 >= 35e-2 * s.zoned_10 THEN 'mid_range'
        ELSE 'balanced' END
        AS primary_scoring_zone,       -- VARCHAR paint, three, mid_range or balanced [pre-game history]
    (COALESCE(s.paint_fgm, 0) + c.k_paint * s.paint_pct) / (COALESCE(s.paint_fga, 0) + c.k_paint)
        AS paint_fg_pct_shrunk,        -- DOUBLE 0..1 estimate of his share in the paint [pre-game history]
    (COALESCE(s.mid_fgm, 0) + c.k_mid_range * s.mid_pct) / (COALESCE(s.mid_fga, 0) + c.k_mid_range)
        AS mid_range_fg_pct_shrunk,    -- DOUBLE 0..1 estimate of his share from mid-range [pre-game history]
    (COALESCE(s.three_fgm, 0) + c.k_three * s.three_pct) / (COALESCE(s.three_fga, 0) + c.k_three)
        AS three_fg_pct_shrunk         -- DOUBLE 0..1 estimate of his share of threes [pre-game history]
FROM shares AS s
CROSS JOIN constants AS c
