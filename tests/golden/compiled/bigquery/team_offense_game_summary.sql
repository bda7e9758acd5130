-- compiled from 56751db8d3541393 as fb3024d9d7cbceb6
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_flag AS BOOL) AS home_flag,
  CAST(win_flag AS BOOL) AS win_flag,
  CAST(margin AS INT64) AS margin,
  CAST(points AS INT64) AS points,
  CAST(opponent_points AS INT64) AS opponent_points,
  CAST(fgm AS INT64) AS fgm,
  CAST(fga AS INT64) AS fga,
  CAST(fg3m AS INT64) AS fg3m,
  CAST(fg3a AS INT64) AS fg3a,
  CAST(ftm AS INT64) AS ftm,
  CAST(fta AS INT64) AS fta,
  CAST(oreb AS INT64) AS oreb,
  CAST(dreb AS INT64) AS dreb,
  CAST(ast AS INT64) AS ast,
  CAST(tov AS INT64) AS tov,
  CAST(overtime_periods AS INT64) AS overtime_periods,
  ROUND(CAST(team_minutes AS FLOAT64), 6) AS team_minutes,
  ROUND(CAST(possessions AS FLOAT64), 6) AS possessions,
  ROUND(CAST(pace AS FLOAT64), 6) AS pace,
  ROUND(CAST(offensive_rating AS FLOAT64), 6) AS offensive_rating,
  ROUND(CAST(ts_pct AS FLOAT64), 6) AS ts_pct,
  ROUND(CAST(efg_pct AS FLOAT64), 6) AS efg_pct,
  CAST(paint_fga AS INT64) AS paint_fga,
  CAST(paint_fgm AS INT64) AS paint_fgm,
  CAST(mid_range_fga AS INT64) AS mid_range_fga,
  CAST(mid_range_fgm AS INT64) AS mid_range_fgm,
  CAST(three_fga AS INT64) AS three_fga,
  CAST(three_fgm AS INT64) AS three_fgm,
  CAST(unknown_two_fga AS INT64) AS unknown_two_fga,
  CAST(unknown_two_fgm AS INT64) AS unknown_two_fgm,
  CAST(paint_fga_blocked AS INT64) AS paint_fga_blocked,
  CAST(mid_range_fga_blocked AS INT64) AS mid_range_fga_blocked,
  CAST(three_fga_blocked AS INT64) AS three_fga_blocked,
  CAST(assisted_fgm AS INT64) AS assisted_fgm
FROM (
  WITH teams AS (
    SELECT
      *,
      ROUND((
        minutes - 240e0
      ) / 25e0) AS overtimes,
      240e0 + 25e0 * ROUND((
        minutes - 240e0
      ) / 25e0) AS team_minutes,
      fga + 44e-2 * fta + tov - oreb AS own_possessions
    FROM (
      SELECT
        *
      FROM nba_raw.nbac_team_boxscore
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS nbac_team_boxscore
  ), zones AS (
    SELECT
      game_id,
      team_abbr,
      SUM(paint_fga) AS paint_fga,
      SUM(paint_fgm) AS paint_fgm,
      SUM(mid_range_fga) AS mid_range_fga,
      SUM(mid_range_fgm) AS mid_range_fgm,
      SUM(three_fga) AS three_fga,
      SUM(three_fgm) AS three_fgm,
      SUM(unknown_two_fga) AS unknown_two_fga,
      SUM(unknown_two_fgm) AS unknown_two_fgm,
      SUM(paint_fga_blocked) AS paint_fga_blocked,
      SUM(mid_range_fga_blocked) AS mid_range_fga_blocked,
      SUM(three_fga_blocked) AS three_fga_blocked,
      SUM(assisted_fgm) AS assisted_fgm
    FROM (
      SELECT
        *
      FROM nba_analytics.player_game_summary
      WHERE
        game_date BETWEEN @batch_start AND @batch_end
    ) AS player_game_summary
    GROUP BY
      game_id,
      team_abbr
  )
  SELECT
    t.game_id,
    t.team_abbr,
    t.season,
    s.season_stage,
    t.game_date,
    o.team_abbr AS opponent_team_abbr,
    t.team_abbr = s.home_team_abbr AS home_flag,
    t.points > o.points AS win_flag,
    t.points - o.points AS margin,
    t.points,
    o.points AS opponent_points,
    t.fgm,
    t.fga,
    t.fg3m,
    t.fg3a,
    t.ftm,
    t.fta,
    t.oreb,
    t.dreb,
    t.ast,
    t.tov,
    t.overtimes AS overtime_periods,
    t.team_minutes,
    (
      t.own_possessions + o.own_possessions
    ) / 2e0 AS possessions,
    24e1 * (
      t.own_possessions + o.own_possessions
    ) / 2e0 / NULLIF(t.team_minutes, 0e0) AS pace,
    1e2 * t.points / NULLIF((
      t.own_possessions + o.own_possessions
    ) / 2e0, 0e0) AS offensive_rating,
    t.points / NULLIF(2e0 * (
      t.fga + 44e-2 * t.fta
    ), 0e0) AS ts_pct,
    (
      t.fgm + 5e-1 * t.fg3m
    ) / NULLIF(CAST(t.fga AS FLOAT64), 0e0) AS efg_pct,
    z.paint_fga,
    z.paint_fgm,
    z.mid_range_fga,
    z.mid_range_fgm,
    z.three_fga,
    z.three_fgm,
    z.unknown_two_fga,
    z.unknown_two_fgm,
    z.paint_fga_blocked,
    z.mid_range_fga_blocked,
    z.three_fga_blocked,
    z.assisted_fgm
  FROM teams AS t
  INNER JOIN teams AS o
    ON t.game_id = o.game_id AND t.team_abbr <> o.team_abbr
  INNER JOIN (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN @batch_start AND @batch_end
  ) AS s
    ON t.game_id = s.game_id
    AND s.game_status = 3
    AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
  LEFT JOIN zones AS z
    ON t.game_id = z.game_id AND t.team_abbr = z.team_abbr
) AS model_rows
WHERE
  game_date BETWEEN @batch_start AND @batch_end
