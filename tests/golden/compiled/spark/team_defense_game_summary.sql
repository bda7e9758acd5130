-- compiled from 215d96bbf8dd9067 as 18faecdab13ab2d3
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_flag AS BOOLEAN) AS home_flag,
  CAST(win_flag AS BOOLEAN) AS win_flag,
  CAST(points_allowed AS BIGINT) AS points_allowed,
  ROUND(CAST(possessions AS DOUBLE), 6) AS possessions,
  ROUND(CAST(opponent_pace AS DOUBLE), 6) AS opponent_pace,
  ROUND(CAST(defensive_rating AS DOUBLE), 6) AS defensive_rating,
  CAST(fga_allowed AS BIGINT) AS fga_allowed,
  CAST(fgm_allowed AS BIGINT) AS fgm_allowed,
  CAST(fta_allowed AS BIGINT) AS fta_allowed,
  CAST(paint_fga_allowed AS BIGINT) AS paint_fga_allowed,
  CAST(paint_fgm_allowed AS BIGINT) AS paint_fgm_allowed,
  CAST(paint_points_allowed AS BIGINT) AS paint_points_allowed,
  CAST(mid_range_fga_allowed AS BIGINT) AS mid_range_fga_allowed,
  CAST(mid_range_fgm_allowed AS BIGINT) AS mid_range_fgm_allowed,
  CAST(mid_range_points_allowed AS BIGINT) AS mid_range_points_allowed,
  CAST(three_fga_allowed AS BIGINT) AS three_fga_allowed,
  CAST(three_fgm_allowed AS BIGINT) AS three_fgm_allowed,
  CAST(three_points_allowed AS BIGINT) AS three_points_allowed,
  CAST(paint_blocks AS BIGINT) AS paint_blocks,
  CAST(mid_range_blocks AS BIGINT) AS mid_range_blocks,
  CAST(three_blocks AS BIGINT) AS three_blocks,
  CAST(turnovers_forced AS BIGINT) AS turnovers_forced
FROM (
  SELECT
    o.game_id,
    o.opponent_team_abbr AS team_abbr,
    o.season,
    o.season_stage,
    o.game_date,
    o.team_abbr AS opponent_team_abbr,
    NOT o.home_flag AS home_flag,
    NOT o.win_flag AS win_flag,
    o.points AS points_allowed,
    o.possessions,
    o.pace AS opponent_pace,
    o.offensive_rating AS defensive_rating,
    o.fga AS fga_allowed,
    o.fgm AS fgm_allowed,
    o.fta AS fta_allowed,
    o.paint_fga AS paint_fga_allowed,
    o.paint_fgm AS paint_fgm_allowed,
    2 * o.paint_fgm AS paint_points_allowed,
    o.mid_range_fga AS mid_range_fga_allowed,
    o.mid_range_fgm AS mid_range_fgm_allowed,
    2 * o.mid_range_fgm AS mid_range_points_allowed,
    o.three_fga AS three_fga_allowed,
    o.three_fgm AS three_fgm_allowed,
    3 * o.three_fgm AS three_points_allowed,
    o.paint_fga_blocked AS paint_blocks,
    o.mid_range_fga_blocked AS mid_range_blocks,
    o.three_fga_blocked AS three_blocks,
    o.tov AS turnovers_forced
  FROM (
    SELECT
      *
    FROM nba_analytics.team_offense_game_summary
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS o
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
