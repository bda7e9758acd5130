-- compiled from 14169eb2665d0361 as 1e5f06acbd482550
WITH sides AS (
  SELECT
    game_id,
    season,
    season_stage,
    game_date,
    tip_off_utc,
    game_status,
    home_team_abbr AS team_abbr,
    away_team_abbr AS opponent_team_abbr,
    1 AS home_game,
    home_score - away_score AS margin
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
  UNION ALL
  SELECT
    game_id,
    season,
    season_stage,
    game_date,
    tip_off_utc,
    game_status,
    away_team_abbr,
    home_team_abbr,
    0,
    away_score - home_score
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS nbac_schedule
  WHERE
    team_known AND season_stage IN ('regular', 'playin', 'playoffs')
), played AS (
  SELECT
    team_abbr,
    season,
    game_date,
    game_id,
    CASE WHEN margin > 0 THEN 1 ELSE 0 END AS win,
    ROW_NUMBER() OVER form AS games_played
  FROM sides
  WHERE
    game_status = 3
  WINDOW form AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id)
), form AS (
  SELECT
    team_abbr,
    season,
    game_date AS valid_from,
    games_played,
    SUM(win) OVER so_far AS wins,
    win,
    COALESCE(LEAD(game_date) OVER games, CAST('9999-12-31' AS DATE)) AS valid_to,
    games_played - COALESCE(MAX(CASE WHEN win = 0 THEN games_played END) OVER so_far, 0) AS wins_in_a_row,
    games_played - COALESCE(MAX(CASE WHEN win = 1 THEN games_played END) OVER so_far, 0) AS losses_in_a_row
  FROM played
  WINDOW games AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id), so_far AS (
    PARTITION BY team_abbr, season
    ORDER BY game_date, game_id
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), recent AS (
  SELECT
    u.game_id,
    u.team_abbr,
    COUNT(*) AS games_in_last_14_days,
    SUM(CASE WHEN DATEDIFF(DAY, p.game_date, u.game_date) <= 7 THEN 1 ELSE 0 END) AS games_in_last_7_days
  FROM sides AS u
  INNER JOIN played AS p
    ON u.team_abbr = p.team_abbr
    AND u.season = p.season
    AND p.game_date < u.game_date
    AND DATEDIFF(DAY, p.game_date, u.game_date) <= 14
  GROUP BY
    u.game_id,
    u.team_abbr
), line_choice AS (
  SELECT
    l.game_id,
    l.home_spread,
    l.total_line,
    l.home_moneyline,
    l.away_moneyline,
    ROW_NUMBER() OVER choice AS choice
  FROM (
    SELECT
      *
    FROM nba_raw.game_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS l
  INNER JOIN sides AS s
    ON l.game_id = s.game_id AND s.home_game = 1
  WHERE
    NOT l.suspect_line
    AND (
      l.line_kind = 'closing' OR l.captured_at_utc < s.tip_off_utc
    )
  WINDOW choice AS (PARTITION BY l.game_id ORDER BY l.line_kind, l.captured_at_utc DESC, l.bookmaker)
), lines AS (
  SELECT
    *
  FROM line_choice
  WHERE
    choice = 1
), rested AS (
  SELECT
    u.*,
    f.games_played,
    f.wins,
    f.win,
    f.wins_in_a_row,
    f.losses_in_a_row,
    DATEDIFF(DAY, f.valid_from, u.game_date) AS days_since_last_game
  FROM sides AS u
  LEFT JOIN form AS f
    ON u.team_abbr = f.team_abbr
    AND u.season = f.season
    AND f.valid_from < u.game_date
    AND u.game_date <= f.valid_to
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_game AS BIGINT) AS home_game,
  CAST(games_played AS BIGINT) AS games_played,
  CAST(days_since_last_game AS BIGINT) AS days_since_last_game,
  CAST(opponent_days_since_last_game AS BIGINT) AS opponent_days_since_last_game,
  CAST(rest_advantage AS BIGINT) AS rest_advantage,
  CAST(is_back_to_back AS BIGINT) AS is_back_to_back,
  CAST(games_in_last_7_days AS BIGINT) AS games_in_last_7_days,
  CAST(games_in_last_14_days AS BIGINT) AS games_in_last_14_days,
  ROUND(CAST(win_pct AS DOUBLE), 6) AS win_pct,
  CAST(streak AS BIGINT) AS streak,
  ROUND(CAST(spread AS DOUBLE), 6) AS spread,
  ROUND(CAST(total_line AS DOUBLE), 6) AS total_line,
  ROUND(CAST(implied_team_total AS DOUBLE), 6) AS implied_team_total,
  CAST(moneyline AS BIGINT) AS moneyline
FROM (
  SELECT
    u.game_id,
    u.team_abbr,
    u.season,
    u.season_stage,
    u.game_date,
    u.opponent_team_abbr,
    u.home_game,
    COALESCE(u.games_played, 0) AS games_played,
    u.days_since_last_game,
    o.days_since_last_game AS opponent_days_since_last_game,
    CASE
      WHEN u.days_since_last_game - o.days_since_last_game > 2
      THEN 2
      WHEN u.days_since_last_game - o.days_since_last_game < -2
      THEN -2
      ELSE u.days_since_last_game - o.days_since_last_game
    END AS rest_advantage,
    CASE WHEN u.days_since_last_game = 1 THEN 1 ELSE 0 END AS is_back_to_back,
    COALESCE(r.games_in_last_7_days, 0) AS games_in_last_7_days,
    COALESCE(r.games_in_last_14_days, 0) AS games_in_last_14_days,
    u.wins / NULLIF(CAST(u.games_played AS DOUBLE), 0e0) AS win_pct,
    CASE WHEN u.win = 1 THEN u.wins_in_a_row WHEN u.win = 0 THEN -u.losses_in_a_row END AS streak,
    CASE WHEN u.home_game = 1 THEN l.home_spread ELSE -l.home_spread END AS spread,
    l.total_line,
    l.total_line / 2e0 - (
      CASE WHEN u.home_game = 1 THEN l.home_spread ELSE -l.home_spread END
    ) / 2e0 AS implied_team_total,
    CASE WHEN u.home_game = 1 THEN l.home_moneyline ELSE l.away_moneyline END AS moneyline
  FROM rested AS u
  INNER JOIN rested AS o
    ON u.game_id = o.game_id AND u.team_abbr <> o.team_abbr
  LEFT JOIN recent AS r
    ON u.game_id = r.game_id AND u.team_abbr = r.team_abbr
  LEFT JOIN lines AS l
    ON u.game_id = l.game_id
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
