-- compiled from c50db08d7a74d97b as 872a7cfb82196270
WITH sides AS (
  SELECT
    game_id,
    home_team_abbr AS team_abbr,
    season,
    game_date,
    game_status,
    team_known,
    season_stage
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_schedule
  UNION ALL
  SELECT
    game_id,
    away_team_abbr,
    season,
    game_date,
    game_status,
    team_known,
    season_stage
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_schedule
), boxes AS (
  SELECT
    game_id,
    COUNT(*) AS teams
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_team_boxscore
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_team_boxscore
  GROUP BY
    game_id
)
SELECT
  *
FROM (
  SELECT
    s.game_id,
    s.team_abbr,
    s.season,
    s.game_date AS partition_date,
    CASE WHEN COALESCE(b.teams, 0) < 2 THEN 'MISSING_UPSTREAM' END AS category,
    CASE
      WHEN COALESCE(b.teams, 0) < 2
      THEN 'final game without the box scores of both teams'
    END AS reason
  FROM sides AS s
  LEFT JOIN boxes AS b
    ON s.game_id = b.game_id
  WHERE
    s.game_status = 3
    AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
