-- compiled from 1857a26f19927fd6 as 8604e63464cd52d3
SELECT
  *
FROM (
  SELECT
    s.system_id,
    s.population,
    t.period,
    s.season_stage,
    s.season,
    s.game_date AS unit_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_predictions.system_day_score
    WHERE
      game_date BETWEEN @span_start AND @span_end
  ) AS s
  CROSS JOIN (
    SELECT
      'date' AS period
    UNION ALL
    SELECT
      'month'
    UNION ALL
    SELECT
      'season'
  ) AS t
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
