-- compiled from 3ae420d368810284 as bcafba62229d6f5f
SELECT
  *
FROM (
  SELECT
    game_id,
    home_team_abbr AS team_abbr,
    season,
    game_date AS partition_date,
    CAST(NULL AS STRING) AS category,
    CAST(NULL AS STRING) AS reason
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  UNION ALL
  SELECT
    game_id,
    away_team_abbr,
    season,
    game_date,
    CAST(NULL AS STRING),
    CAST(NULL AS STRING)
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
