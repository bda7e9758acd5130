-- compiled from 72b431698047dd04 as bd68815a045a1d37
SELECT
  *
FROM (
  SELECT
    game_date,
    player_id,
    season,
    game_date AS unit_date,
    CAST(NULL AS TEXT) AS category,
    CAST(NULL AS TEXT) AS reason
  FROM (
    SELECT
      *
    FROM nba_analytics.expected_player
    WHERE
      game_date BETWEEN $span_start AND $span_end
  ) AS expected_player
  UNION
  SELECT
    game_date,
    player_id,
    season,
    game_date,
    CAST(NULL AS TEXT),
    CAST(NULL AS TEXT)
  FROM (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN $span_start AND $span_end
  ) AS player_prop_line
  WHERE
    market = 'points'
) AS spine_rows
WHERE
  unit_date BETWEEN $span_start AND $span_end
