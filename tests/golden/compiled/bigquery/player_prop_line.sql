-- compiled from 715bab76b6c11832 as 3d746e6ddd13d22e
SELECT
  CAST(market AS STRING) AS market,
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS INT64) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(bookmaker AS STRING) AS bookmaker,
  CAST(line_kind AS STRING) AS line_kind,
  CAST(captured_at_utc AS DATETIME) AS captured_at_utc,
  ROUND(CAST(points_line AS FLOAT64), 6) AS points_line,
  CAST(over_price AS INT64) AS over_price,
  CAST(under_price AS INT64) AS under_price,
  ROUND(CAST(no_vig_probability_over AS FLOAT64), 6) AS no_vig_probability_over,
  ROUND(CAST(opening_line AS FLOAT64), 6) AS opening_line,
  ROUND(CAST(line_movement AS FLOAT64), 6) AS line_movement,
  ROUND(CAST(line_disagreement AS FLOAT64), 6) AS line_disagreement
FROM (
  WITH sightings AS (
    SELECT
      player_id,
      team_abbr,
      DATE_DIFF(game_date, CAST('1970-01-01' AS DATE), DAY) AS known_after,
      0 AS is_roster
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_player_boxscore
      WHERE
        season BETWEEN @first_season AND @season AND game_date < @batch_end
    ) AS nbac_player_boxscore
    UNION ALL
    SELECT
      player_id,
      team_abbr,
      DATE_DIFF(roster_date, CAST('1970-01-01' AS DATE), DAY) - 1,
      1
    FROM (
      SELECT
        *
      FROM nba_raw.roster
      WHERE
        season BETWEEN @first_season AND @season AND roster_date <= @batch_end
    ) AS roster
  ), teams AS (
    SELECT
      player_id,
      team_abbr,
      known_after,
      COALESCE(LEAD(known_after) OVER career, 999999) AS known_until
    FROM sightings
    WINDOW career AS (PARTITION BY player_id ORDER BY known_after, is_roster, team_abbr)
  ), sides AS (
    SELECT
      game_id,
      season,
      game_date,
      tip_off_utc,
      home_team_abbr AS team_abbr
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_schedule
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS nbac_schedule
    WHERE
      team_known
    UNION ALL
    SELECT
      game_id,
      season,
      game_date,
      tip_off_utc,
      away_team_abbr
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_schedule
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS nbac_schedule
    WHERE
      team_known
  ), priced AS (
    SELECT
      *,
      DATE_DIFF(game_date, CAST('1970-01-01' AS DATE), DAY) AS day,
      CASE WHEN over_price < 0 THEN -over_price ELSE 100e0 END / (
        100e0 + ABS(over_price)
      ) AS over_implied,
      CASE WHEN under_price < 0 THEN -under_price ELSE 100e0 END / (
        100e0 + ABS(under_price)
      ) AS under_implied
    FROM (
      SELECT
        *
      FROM nba_raw.points_prop_line
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS points_prop_line
  ), compared AS (
    SELECT
      *,
      COALESCE(
        ABS(over_implied - under_implied),
        ABS(2e0 * over_implied - 1e0),
        ABS(2e0 * under_implied - 1e0),
        1e0
      ) AS from_even
    FROM priced
  ), eligible AS (
    SELECT
      l.market,
      s.game_id,
      l.player_id,
      s.season,
      s.game_date,
      s.team_abbr,
      l.bookmaker,
      l.line_kind,
      l.captured_at_utc,
      l.line,
      l.over_price,
      l.under_price,
      l.over_implied,
      l.under_implied,
      ROW_NUMBER() OVER book AS book_choice,
      ROW_NUMBER() OVER choice AS choice,
      ROW_NUMBER() OVER first_seen AS sighting
    FROM compared AS l
    INNER JOIN teams AS t
      ON l.player_id = t.player_id AND t.known_after < l.day AND l.day <= t.known_until
    INNER JOIN sides AS s
      ON t.team_abbr = s.team_abbr AND l.game_date = s.game_date
    WHERE
      l.line_kind = 'closing' OR l.captured_at_utc < s.tip_off_utc
    WINDOW choice AS (
      PARTITION BY l.market, s.game_id, l.player_id
      ORDER BY l.line_kind, l.captured_at_utc DESC, l.from_even, l.bookmaker, l.line
    ), book AS (
      PARTITION BY l.market, s.game_id, l.player_id, l.bookmaker
      ORDER BY l.line_kind, l.captured_at_utc DESC, l.from_even, l.line
    ), first_seen AS (
      PARTITION BY l.market, s.game_id, l.player_id
      ORDER BY l.captured_at_utc, l.line_kind DESC, l.bookmaker, l.line
    )
  ), books AS (
    SELECT
      market,
      game_id,
      player_id,
      MAX(CASE WHEN sighting = 1 AND line_kind = 'live' THEN line END) AS opening_line,
      CASE
        WHEN MIN(bookmaker) <> MAX(bookmaker)
        THEN MAX(CASE WHEN book_choice = 1 THEN line END) - MIN(CASE WHEN book_choice = 1 THEN line END)
      END AS disagreement
    FROM eligible
    GROUP BY
      market,
      game_id,
      player_id
  )
  SELECT
    e.market,
    e.game_id,
    e.player_id,
    e.season,
    e.game_date,
    e.team_abbr,
    e.bookmaker,
    e.line_kind,
    e.captured_at_utc,
    e.line AS points_line,
    e.over_price,
    e.under_price,
    e.over_implied / NULLIF(e.over_implied + e.under_implied, 0e0) AS no_vig_probability_over,
    b.opening_line,
    e.line - b.opening_line AS line_movement,
    b.disagreement AS line_disagreement
  FROM eligible AS e
  INNER JOIN books AS b
    ON e.market = b.market AND e.game_id = b.game_id AND e.player_id = b.player_id
  WHERE
    e.choice = 1
) AS model_rows
WHERE
  game_date BETWEEN @batch_start AND @batch_end
