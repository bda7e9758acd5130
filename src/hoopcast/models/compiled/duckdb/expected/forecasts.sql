-- compiled from 6d9683a491168eb2 as 0373dc3e3e85def0
SELECT
  *
FROM (
  WITH learned AS (
    SELECT DISTINCT
      system_id,
      season,
      refit_date
    FROM (
      SELECT
        *
      FROM nba_predictions.trained_model
      WHERE
        season BETWEEN $first_season AND $season AND refit_date <= $batch_end
    ) AS trained_model
  ), able AS (
    SELECT
      l.system_id,
      d.game_date,
      MAX(l.refit_date) AS refit_date
    FROM (
      SELECT DISTINCT
        season,
        game_date
      FROM (
        SELECT
          *
        FROM nba_analytics.upcoming_player_game_context
        WHERE
          game_date BETWEEN $batch_start AND $batch_end
      ) AS upcoming_player_game_context
    ) AS d
    INNER JOIN learned AS l
      ON d.season = l.season AND l.refit_date <= d.game_date
    GROUP BY
      l.system_id,
      d.game_date
  ), judged AS (
    SELECT
      CAST(y.system_id AS TEXT) AS system_id,
      p.game_id,
      p.player_id,
      p.season,
      p.game_date,
      CASE
        WHEN CASE p.expected_level
          WHEN 'history'
          THEN 0
          WHEN 'news'
          THEN 1
          WHEN 'market'
          THEN 2
          ELSE 3
        END > y.level_rank
        THEN 1
        WHEN p.ruled_out_flag AND y.level_rank >= 1
        THEN 2
        WHEN q.player_id IS NULL AND y.level_rank >= 3
        THEN 3
        WHEN f.points_avg_season IS NULL
        THEN 4
        WHEN a.refit_date IS NULL AND y.is_trained = 1
        THEN 5
        ELSE 0
      END AS lack
    FROM (
      SELECT
        *
      FROM nba_analytics.upcoming_player_game_context
      WHERE
        game_date BETWEEN $batch_start AND $batch_end
    ) AS p
    CROSS JOIN asked_system AS y
    LEFT JOIN (
      SELECT
        *
      FROM nba_predictions.ml_feature_store
      WHERE
        analysis_date BETWEEN $batch_start AND $batch_end
    ) AS f
      ON p.game_id = f.game_id AND p.player_id = f.player_id
    LEFT JOIN (
      SELECT
        *
      FROM nba_analytics.player_prop_line
      WHERE
        game_date BETWEEN $batch_start AND $batch_end
    ) AS q
      ON p.game_id = q.game_id AND p.player_id = q.player_id AND q.market = 'points'
    LEFT JOIN able AS a
      ON p.game_date = a.game_date AND a.system_id = y.system_id
  )
  SELECT
    'points' AS market,
    game_id,
    player_id,
    system_id,
    season,
    game_date AS partition_date,
    CASE lack
      WHEN 1
      THEN 'INFORMATION_SET'
      WHEN 2
      THEN 'NOT_EXPECTED_TO_PLAY'
      WHEN 3
      THEN 'NO_LINE'
      WHEN 4
      THEN 'INSUFFICIENT_HISTORY'
      WHEN 5
      THEN 'INSUFFICIENT_HISTORY'
    END AS category,
    CASE lack
      WHEN 1
      THEN 'expected at a higher information level alone'
      WHEN 2
      THEN 'an official report before tip-off says OUT'
      WHEN 3
      THEN 'no bookmaker quotes him'
      WHEN 4
      THEN 'nobody has played a game on record before'
      WHEN 5
      THEN 'the system has had too few games to learn from'
    END AS reason
  FROM judged
) AS spine_rows
WHERE
  partition_date BETWEEN $batch_start AND $batch_end
