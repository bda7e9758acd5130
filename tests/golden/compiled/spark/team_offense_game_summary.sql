-- compiled from 56751db8d3541393 as ce156ff67628c351
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
      game_date BETWEEN :batch_start AND :batch_end
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
      game_date BETWEEN :batch_start AND :batch_end
  ) AS player_game_summary
  GROUP BY
    game_id,
    team_abbr
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_flag AS BOOLEAN) AS home_flag,
  CAST(win_flag AS BOOLEAN) AS win_flag,
  CAST(margin AS BIGINT) AS margin,
  CAST(points AS BIGINT) AS points,
  CAST(opponent_points AS BIGINT) AS opponent_points,
  CAST(fgm AS BIGINT) AS fgm,
  CAST(fga AS BIGINT) AS fga,
  CAST(fg3m AS BIGINT) AS fg3m,
  CAST(fg3a AS BIGINT) AS fg3a,
  CAST(ftm AS BIGINT) AS ftm,
  CAST(fta AS BIGINT) AS fta,
  CAST(oreb AS BIGINT) AS oreb,
  CAST(dreb AS BIGINT) AS dreb,
  CAST(ast AS BIGINT) AS ast,
  CAST(tov AS BIGINT) AS tov,
  CAST(overtime_periods AS BIGINT) AS overtime_periods,
  ROUND(CAST(team_minutes AS DOUBLE), 6) AS team_minutes,
  ROUND(CAST(possessions AS DOUBLE), 6) AS possessions,
  ROUND(CAST(pace AS DOUBLE), 6) AS pace,
  ROUND(CAST(offensive_rating AS DOUBLE), 6) AS offensive_rating,
  ROUND(CAST(ts_pct AS DOUBLE), 6) AS ts_pct,
  ROUND(CAST(efg_pct AS DOUBLE), 6) AS efg_pct,
  CAST(paint_fga AS BIGINT) AS paint_fga,
  CAST(paint_fgm AS BIGINT) AS paint_fgm,
  CAST(mid_range_fga AS BIGINT) AS mid_range_fga,
  CAST(mid_range_fgm AS BIGINT) AS mid_range_fgm,
  CAST(three_fga AS BIGINT) AS three_fga,
  CAST(three_fgm AS BIGINT) AS three_fgm,
  CAST(unknown_two_fga AS BIGINT) AS unknown_two_fga,
  CAST(unknown_two_fgm AS BIGINT) AS unknown_two_fgm,
  CAST(paint_fga_blocked AS BIGINT) AS paint_fga_blocked,
  CAST(mid_range_fga_blocked AS BIGINT) AS mid_range_fga_blocked,
  CAST(three_fga_blocked AS BIGINT) AS three_fga_blocked,
  CAST(assisted_fgm AS BIGINT) AS assisted_fgm
FROM (
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
    ) / NULLIF(CAST(t.fga AS DOUBLE), 0e0) AS efg_pct,
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
      game_date BETWEEN :batch_start AND :batch_end
  ) AS s
    ON t.game_id = s.game_id
    AND s.game_status = 3
    AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
  LEFT JOIN zones AS z
    ON t.game_id = z.game_id AND t.team_abbr = z.team_abbr
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
