-- compiled from 2d82bcfd35d108a1 as 0a49c921c6048893
SELECT
  *
FROM (
  SELECT
    y.system_id,
    s.game_date AS refit_date,
    s.season,
    s.game_date AS partition_date,
    'INSUFFICIENT_HISTORY' AS category,
    y.too_little AS reason
  FROM nba_raw.nbac_schedule AS s
  CROSS JOIN asked_system AS y
  WHERE
    s.team_known AND s.season_stage IN ('regular', 'playin', 'playoffs')
  GROUP BY
    y.system_id,
    y.too_little,
    s.season,
    s.game_date
) AS spine_rows
WHERE
  partition_date BETWEEN $batch_start AND $batch_end
