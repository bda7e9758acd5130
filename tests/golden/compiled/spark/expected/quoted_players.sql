-- compiled from 5630a07b12a82731 as 2e484cbaf7bae8c5
WITH known AS (
  SELECT
    player_id,
    DATEDIFF(DAY, CAST('1970-01-01' AS DATE), game_date) AS known_after
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_player_boxscore
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS nbac_player_boxscore
  UNION ALL
  SELECT
    player_id,
    DATEDIFF(DAY, CAST('1970-01-01' AS DATE), roster_date) - 1
  FROM (
    SELECT
      *
    FROM nba_raw.roster
    WHERE
      season BETWEEN :first_season AND :season AND roster_date <= :batch_end
  ) AS roster
)
SELECT
  *
FROM (
  SELECT
    l.market,
    l.game_date,
    l.player_id,
    l.season,
    l.game_date AS partition_date,
    CASE
      WHEN MIN(k.known_after) IS NULL
      THEN 'INSUFFICIENT_HISTORY'
      ELSE 'MISSING_UPSTREAM'
    END AS category,
    CASE
      WHEN MIN(k.known_after) IS NULL
      THEN 'quoted, but no roster and no earlier game tells his team'
      ELSE 'quoted, but the team known for him does not play that day, or the line was captured after tip-off'
    END AS reason
  FROM (
    SELECT
      *
    FROM nba_raw.points_prop_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS l
  LEFT JOIN known AS k
    ON l.player_id = k.player_id
    AND k.known_after < DATEDIFF(DAY, CAST('1970-01-01' AS DATE), l.game_date)
  GROUP BY
    l.market,
    l.game_date,
    l.player_id,
    l.season
) AS spine_rows
WHERE
  partition_date BETWEEN :batch_start AND :batch_end
