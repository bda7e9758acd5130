-- compiled from a5ea044ab222f94d as b9fb4d6844539583
SELECT
  *
FROM (
  SELECT
    CAST(@system_id AS STRING) AS system_id,
    game_date AS refit_date,
    season,
    game_date AS unit_date,
    'INSUFFICIENT_HISTORY' AS category,
    'fewer games before this date than the system needs to learn from' AS reason
  FROM nba_raw.nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  GROUP BY
    season,
    game_date
) AS spine_rows
WHERE
  unit_date BETWEEN @span_start AND @span_end
