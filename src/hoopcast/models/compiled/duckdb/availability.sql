-- compiled from 19feb9128cce5a1a as a17d281e4eaf6445
SELECT
  CAST(game_id AS TEXT) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(level AS TEXT) AS level,
  CAST(season AS TEXT) AS season,
  CAST(game_date AS DATE) AS game_date,
  ROUND(CAST(play_probability AS DOUBLE), 6) AS play_probability,
  ROUND(CAST(dnp_rate_last_10 AS DOUBLE), 6) AS dnp_rate_last_10,
  CAST(rows_in_sample AS BIGINT) AS rows_in_sample
FROM (
  WITH constants AS (
    SELECT
      25e0 AS k
  ), charted AS (
    SELECT DISTINCT
      game_id
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN $first_season AND $season AND game_date < $span_end
    ) AS player_game_summary
  ), outcomes AS (
    SELECT
      u.game_id,
      u.player_id,
      u.season,
      u.game_date,
      u.expected_level,
      u.is_quoted,
      u.injury_risk_history,
      u.injury_risk_news,
      u.ruled_out_flag,
      CASE
        WHEN u.games_missed_streak IS NULL
        THEN 9
        WHEN u.games_missed_streak <= 2
        THEN u.games_missed_streak
        WHEN u.games_missed_streak <= 5
        THEN 3
        WHEN u.games_missed_streak <= 10
        THEN 4
        ELSE 5
      END AS missed,
      CASE
        WHEN c.minutes_avg_last_10 >= 24e0
        THEN 2
        WHEN c.minutes_avg_last_10 >= 12e0
        THEN 1
        ELSE 0
      END AS tier,
      CASE WHEN g.game_id IS NULL THEN NULL WHEN b.played_flag THEN 1 ELSE 0 END AS played
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_player_game_context
      WHERE
        season BETWEEN $first_season AND $season AND game_date <= $span_end
    ) AS u
    INNER JOIN (
      SELECT
        *
      FROM nba_precompute.player_daily_cache
      WHERE
        season BETWEEN $first_season AND $season AND analysis_date <= $span_end
    ) AS c
      ON u.player_id = c.player_id AND u.game_date = c.analysis_date
    LEFT JOIN charted AS g
      ON u.game_id = g.game_id
    LEFT JOIN (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        season BETWEEN $first_season AND $season AND game_date < $span_end
    ) AS b
      ON u.game_id = b.game_id AND u.player_id = b.player_id
  ), quoted_dates AS (
    SELECT
      game_date,
      CASE WHEN MAX(is_quoted) = 0 THEN 2 ELSE 0 END AS unquoted
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_player_game_context
      WHERE
        season BETWEEN $first_season AND $season AND game_date <= $span_end
    ) AS upcoming_player_game_context
    GROUP BY
      game_date
  ), leveled AS (
    SELECT
      *,
      'history' AS level,
      missed * 100 + tier * 10 + injury_risk_history AS bucket,
      CASE WHEN expected_level = 'history' THEN played END AS outcome
    FROM outcomes
    UNION ALL
    SELECT
      *,
      'news',
      missed * 100 + tier * 10 + injury_risk_news,
      CASE WHEN expected_level <> 'market' THEN played END
    FROM outcomes
    UNION ALL
    SELECT
      o.*,
      'market',
      o.missed * 100 + o.tier * 10 + o.injury_risk_news + 1000 * (
        q.unquoted + o.is_quoted
      ),
      o.played AS outcome
    FROM outcomes AS o
    INNER JOIN quoted_dates AS q
      ON o.game_date = q.game_date
  ), daily AS (
    SELECT
      level,
      bucket,
      game_date,
      COUNT(outcome) AS n,
      SUM(outcome) AS played
    FROM leveled
    GROUP BY
      level,
      bucket,
      game_date
  ), shares AS (
    SELECT
      level,
      bucket,
      game_date,
      SUM(n) OVER earlier AS n,
      SUM(played) OVER earlier AS played
    FROM daily
    WINDOW earlier AS (
      PARTITION BY level, bucket
      ORDER BY game_date NULLS FIRST
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
  ), overall_days AS (
    SELECT
      game_date,
      SUM(n) AS n,
      SUM(played) AS played
    FROM daily
    WHERE
      level = 'history'
    GROUP BY
      game_date
  ), overall AS (
    SELECT
      game_date,
      SUM(played) OVER earlier / NULLIF(CAST(SUM(n) OVER earlier AS DOUBLE), 0e0) AS share
    FROM overall_days
    WINDOW earlier AS (ORDER BY game_date NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ), personal AS (
    SELECT
      game_id,
      player_id,
      AVG(CASE WHEN expected_level = 'history' THEN 1e0 - played END) OVER before AS absent_rate
    FROM outcomes
    WINDOW before AS (
      PARTITION BY player_id
      ORDER BY game_date NULLS FIRST, game_id NULLS FIRST
      ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
    )
  )
  SELECT
    u.game_id,
    u.player_id,
    u.level,
    u.season,
    u.game_date,
    CASE
      WHEN u.ruled_out_flag AND u.level <> 'history'
      THEN 0e0
      ELSE (
        COALESCE(s.played, 0) + c.k * o.share
      ) / (
        COALESCE(s.n, 0) + c.k
      )
    END AS play_probability,
    p.absent_rate AS dnp_rate_last_10,
    COALESCE(s.n, 0) AS rows_in_sample
  FROM leveled AS u
  CROSS JOIN constants AS c
  INNER JOIN personal AS p
    ON u.game_id = p.game_id AND u.player_id = p.player_id
  LEFT JOIN shares AS s
    ON u.level = s.level AND u.bucket = s.bucket AND u.game_date = s.game_date
  LEFT JOIN overall AS o
    ON u.game_date = o.game_date
) AS model_rows
WHERE
  game_date BETWEEN $span_start AND $span_end
