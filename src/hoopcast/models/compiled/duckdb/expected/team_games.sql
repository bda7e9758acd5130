-- compiled from 32fce6ba2aa70106 as 5e211f28d5803a7d
SELECT
  *
FROM (
  SELECT
    game_id,
    home_team_abbr AS team_abbr,
    season,
    game_date AS unit_date,
    CAST(NULL AS TEXT) AS category,
    CAST(NULL AS TEXT) AS reason
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN $span_start AND $span_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  UNION ALL
  SELECT
    game_id,
    away_team_abbr,
    season,
    game_date,
    CAST(NULL AS TEXT),
    CAST(NULL AS TEXT)
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN $span_start AND $span_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
) AS spine_rows
WHERE
  unit_date BETWEEN $span_start AND $span_end
