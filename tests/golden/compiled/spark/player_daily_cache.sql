-- compiled from 5a5c2b22bca99add as 05d26b8c1eca4f97
WITH constants AS (
  SELECT
    2e0 AS k,
    4e0 AS m,
    40e0 AS k_rate,
    2e0 AS k_pace,
    2e1 AS k_team
), players AS (
  SELECT
    player_id,
    game_date AS analysis_date,
    season,
    team_abbr,
    last_game_date
  FROM (
    SELECT
      *
    FROM nba_analytics.upcoming_player_game_context
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS upcoming_player_game_context
), form AS (
  SELECT
    f.*,
    r.points_ewma,
    r.minutes_ewma,
    r.rate_points,
    r.rate_minutes,
    ROW_NUMBER() OVER backwards AS from_the_end,
    COALESCE(LEAD(f.game_date) OVER seasons, CAST('9999-12-31' AS DATE)) AS valid_to
  FROM (
    SELECT
      *
    FROM nba_analytics.player_form
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS f
  INNER JOIN (
    SELECT
      *
    FROM nba_analytics.player_recency
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS r
    ON f.game_id = r.game_id AND f.player_id = r.player_id
  WINDOW seasons AS (PARTITION BY f.player_id, f.season ORDER BY f.game_date, f.game_id), backwards AS (PARTITION BY f.player_id, f.season ORDER BY f.game_date DESC, f.game_id DESC)
), appearances AS (
  SELECT
    game_date,
    points,
    CAST(ROUND(6e1 * minutes) AS BIGINT) AS seconds,
    CASE WHEN starter_flag THEN 1 ELSE 0 END AS starter
  FROM (
    SELECT
      *
    FROM nba_analytics.player_game_summary
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS player_game_summary
  WHERE
    played_flag
), days AS (
  SELECT
    game_date,
    starter,
    COUNT(*) AS games,
    SUM(points) AS points,
    SUM(seconds) AS seconds
  FROM appearances
  GROUP BY
    game_date,
    starter
), roles AS (
  SELECT
    d.analysis_date,
    r.starter,
    SUM(r.points) / CAST(SUM(r.games) AS DOUBLE) AS points,
    SUM(r.seconds) / 6e1 / SUM(r.games) AS minutes,
    6e1 * SUM(r.points) / NULLIF(CAST(SUM(r.seconds) AS DOUBLE), 0e0) AS rate
  FROM (
    SELECT DISTINCT
      analysis_date
    FROM players
  ) AS d
  INNER JOIN days AS r
    ON r.game_date < d.analysis_date
  GROUP BY
    d.analysis_date,
    r.starter
), team_forms AS (
  SELECT
    *,
    COALESCE(LEAD(game_date) OVER seasons, CAST('9999-12-31' AS DATE)) AS valid_to,
    ROW_NUMBER() OVER backwards AS from_the_end
  FROM (
    SELECT
      *
    FROM nba_analytics.team_form
    WHERE
      season BETWEEN :first_season AND :season AND game_date < :batch_end
  ) AS team_form
  WINDOW seasons AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id), backwards AS (PARTITION BY team_abbr, season ORDER BY game_date DESC, game_id DESC)
), team_days AS (
  SELECT
    f.*,
    d.analysis_date
  FROM (
    SELECT DISTINCT
      season,
      team_abbr,
      analysis_date
    FROM players
  ) AS d
  INNER JOIN team_forms AS f
    ON d.team_abbr = f.team_abbr
    AND d.season = f.season
    AND f.game_date < d.analysis_date
    AND d.analysis_date <= f.valid_to
), priors AS (
  SELECT
    p.player_id,
    p.analysis_date,
    p.season,
    p.team_abbr,
    p.last_game_date,
    r.starter,
    COALESCE(l.games_played, 0) AS last_games,
    (
      COALESCE(l.games_played * l.points_avg_season, 0e0) + c.m * r.points
    ) / (
      COALESCE(l.games_played, 0) + c.m
    ) AS points,
    (
      COALESCE(l.games_played * l.minutes_avg_season, 0e0) + c.m * r.minutes
    ) / (
      COALESCE(l.games_played, 0) + c.m
    ) AS minutes,
    r.rate,
    l.points_std_last_10,
    l.usage_rate_last_10,
    l.ts_pct_last_10,
    l.free_throw_share_last_10,
    l.start_rate_last_10,
    l.points_ewma,
    l.minutes_ewma,
    l.rate_points,
    l.rate_minutes,
    c.k_rate,
    c.k_pace,
    c.k_team,
    CASE
      WHEN f.games_played >= 5
      THEN 1e0
      ELSE f.games_played / (
        f.games_played + c.k
      )
    END AS w_5,
    CASE
      WHEN f.games_played >= 10
      THEN 1e0
      ELSE f.games_played / (
        f.games_played + c.k
      )
    END AS w_10
  FROM players AS p
  CROSS JOIN constants AS c
  LEFT JOIN form AS l
    ON p.player_id = l.player_id AND l.season < p.season AND l.from_the_end = 1
  LEFT JOIN form AS f
    ON p.player_id = f.player_id
    AND p.season = f.season
    AND p.last_game_date = f.game_date
    AND f.game_date < p.analysis_date
    AND p.analysis_date <= f.valid_to
  LEFT JOIN roles AS r
    ON p.analysis_date = r.analysis_date
    AND r.starter = CASE
      WHEN COALESCE(f.start_rate_last_10, l.start_rate_last_10, 0e0) >= 5e-1
      THEN 1
      ELSE 0
    END
)
SELECT
  CAST(player_id AS BIGINT) AS player_id,
  CAST(analysis_date AS DATE) AS analysis_date,
  CAST(season AS STRING) AS season,
  CAST(games_played AS BIGINT) AS games_played,
  CAST(games_in_sample AS BIGINT) AS games_in_sample,
  CAST(early_season_flag AS BOOLEAN) AS early_season_flag,
  CAST(games_played_last_season AS BIGINT) AS games_played_last_season,
  ROUND(CAST(points_prior AS DOUBLE), 6) AS points_prior,
  ROUND(CAST(points_avg_last_5 AS DOUBLE), 6) AS points_avg_last_5,
  ROUND(CAST(points_avg_last_10 AS DOUBLE), 6) AS points_avg_last_10,
  ROUND(CAST(points_avg_season AS DOUBLE), 6) AS points_avg_season,
  ROUND(CAST(points_std_last_10 AS DOUBLE), 6) AS points_std_last_10,
  ROUND(CAST(minutes_avg_last_5 AS DOUBLE), 6) AS minutes_avg_last_5,
  ROUND(CAST(minutes_avg_last_10 AS DOUBLE), 6) AS minutes_avg_last_10,
  ROUND(CAST(minutes_avg_season AS DOUBLE), 6) AS minutes_avg_season,
  ROUND(CAST(usage_rate_last_10 AS DOUBLE), 6) AS usage_rate_last_10,
  ROUND(CAST(ts_pct_last_10 AS DOUBLE), 6) AS ts_pct_last_10,
  ROUND(CAST(free_throw_share_last_10 AS DOUBLE), 6) AS free_throw_share_last_10,
  ROUND(CAST(start_rate_last_10 AS DOUBLE), 6) AS start_rate_last_10,
  ROUND(CAST(points_ewma AS DOUBLE), 6) AS points_ewma,
  ROUND(CAST(minutes_ewma AS DOUBLE), 6) AS minutes_ewma,
  ROUND(CAST(points_per_minute_ewma AS DOUBLE), 6) AS points_per_minute_ewma,
  ROUND(CAST(points_per_minute_last_10 AS DOUBLE), 6) AS points_per_minute_last_10,
  ROUND(CAST(scoring_slope_last_10 AS DOUBLE), 6) AS scoring_slope_last_10,
  ROUND(CAST(minutes_range_last_10 AS DOUBLE), 6) AS minutes_range_last_10,
  CAST(team_games_played AS BIGINT) AS team_games_played,
  ROUND(CAST(team_pace_last_10 AS DOUBLE), 6) AS team_pace_last_10,
  ROUND(CAST(team_offensive_rating_last_10 AS DOUBLE), 6) AS team_offensive_rating_last_10,
  ROUND(CAST(team_win_pct AS DOUBLE), 6) AS team_win_pct
FROM (
  SELECT
    p.player_id,
    p.analysis_date,
    p.season,
    COALESCE(f.games_played, 0) AS games_played,
    CASE WHEN f.games_played >= 10 THEN 10 ELSE COALESCE(f.games_played, 0) END AS games_in_sample,
    COALESCE(f.games_played, 0) < 10 AS early_season_flag,
    p.last_games AS games_played_last_season,
    p.points AS points_prior,
    COALESCE(
      p.w_5 * f.points_avg_last_5 + (
        1e0 - p.w_5
      ) * p.points,
      f.points_avg_last_5,
      p.points
    ) AS points_avg_last_5,
    COALESCE(
      p.w_10 * f.points_avg_last_10 + (
        1e0 - p.w_10
      ) * p.points,
      f.points_avg_last_10,
      p.points
    ) AS points_avg_last_10,
    COALESCE(
      p.w_10 * f.points_avg_season + (
        1e0 - p.w_10
      ) * p.points,
      f.points_avg_season,
      p.points
    ) AS points_avg_season,
    COALESCE(
      p.w_10 * f.points_std_last_10 + (
        1e0 - p.w_10
      ) * p.points_std_last_10,
      f.points_std_last_10,
      p.points_std_last_10
    ) AS points_std_last_10,
    COALESCE(
      p.w_5 * f.minutes_avg_last_5 + (
        1e0 - p.w_5
      ) * p.minutes,
      f.minutes_avg_last_5,
      p.minutes
    ) AS minutes_avg_last_5,
    COALESCE(
      p.w_10 * f.minutes_avg_last_10 + (
        1e0 - p.w_10
      ) * p.minutes,
      f.minutes_avg_last_10,
      p.minutes
    ) AS minutes_avg_last_10,
    COALESCE(
      p.w_10 * f.minutes_avg_season + (
        1e0 - p.w_10
      ) * p.minutes,
      f.minutes_avg_season,
      p.minutes
    ) AS minutes_avg_season,
    COALESCE(
      p.w_10 * f.usage_rate_last_10 + (
        1e0 - p.w_10
      ) * p.usage_rate_last_10,
      f.usage_rate_last_10,
      p.usage_rate_last_10
    ) AS usage_rate_last_10,
    COALESCE(
      p.w_10 * f.ts_pct_last_10 + (
        1e0 - p.w_10
      ) * p.ts_pct_last_10,
      f.ts_pct_last_10,
      p.ts_pct_last_10
    ) AS ts_pct_last_10,
    COALESCE(
      p.w_10 * f.free_throw_share_last_10 + (
        1e0 - p.w_10
      ) * p.free_throw_share_last_10,
      f.free_throw_share_last_10,
      p.free_throw_share_last_10
    ) AS free_throw_share_last_10,
    COALESCE(
      p.w_10 * f.start_rate_last_10 + (
        1e0 - p.w_10
      ) * p.start_rate_last_10,
      f.start_rate_last_10,
      p.start_rate_last_10
    ) AS start_rate_last_10,
    COALESCE(f.points_ewma, p.points_ewma, p.points) AS points_ewma,
    COALESCE(f.minutes_ewma, p.minutes_ewma, p.minutes) AS minutes_ewma,
    (
      COALESCE(f.rate_points, p.rate_points, 0e0) + p.k_rate * p.rate
    ) / (
      COALESCE(f.rate_minutes, p.rate_minutes, 0e0) + p.k_rate
    ) AS points_per_minute_ewma,
    f.points_per_minute_last_10,
    f.scoring_slope_last_10,
    f.minutes_range_last_10,
    COALESCE(t.games_played, 0) AS team_games_played,
    CASE
      WHEN t.games_played >= 10 OR y.pace_season IS NULL
      THEN t.pace_last_10
      ELSE (
        COALESCE(t.games_played * t.pace_last_10, 0e0) + p.k_pace * y.pace_season
      ) / (
        COALESCE(t.games_played, 0) + p.k_pace
      )
    END AS team_pace_last_10,
    CASE
      WHEN t.games_played >= 10 OR y.offensive_rating_season IS NULL
      THEN t.offensive_rating_last_10
      ELSE (
        COALESCE(t.games_played * t.offensive_rating_last_10, 0e0) + p.k_team * y.offensive_rating_season
      ) / (
        COALESCE(t.games_played, 0) + p.k_team
      )
    END AS team_offensive_rating_last_10,
    CASE
      WHEN t.games_played >= 10 OR y.win_pct IS NULL
      THEN t.win_pct
      ELSE (
        COALESCE(t.games_played * t.win_pct, 0e0) + p.k_team * y.win_pct
      ) / (
        COALESCE(t.games_played, 0) + p.k_team
      )
    END AS team_win_pct
  FROM priors AS p
  LEFT JOIN form AS f
    ON p.player_id = f.player_id
    AND p.season = f.season
    AND p.last_game_date = f.game_date
    AND f.game_date < p.analysis_date
    AND p.analysis_date <= f.valid_to
  LEFT JOIN team_days AS t
    ON p.team_abbr = t.team_abbr AND p.analysis_date = t.analysis_date
  LEFT JOIN team_forms AS y
    ON p.team_abbr = y.team_abbr AND y.season < p.season AND y.from_the_end = 1
) AS model_rows
WHERE
  analysis_date BETWEEN :batch_start AND :batch_end
