-- compiled from ec1191a7bb667760 as 8936182f830313b4
WITH shots AS (
  SELECT
    game_id,
    player_id,
    assist_player_id,
    block_player_id,
    CASE WHEN shot_made_flag THEN 1 ELSE 0 END AS made,
    CASE
      WHEN three_pointer_flag
      THEN 'three'
      WHEN distance_ft IS NULL
      THEN 'unknown_two'
      WHEN distance_ft <= 8
      THEN 'paint'
      ELSE 'mid_range'
    END AS zone
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_shot
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_shot
), zones AS (
  SELECT
    game_id,
    player_id,
    COUNT(*) AS fga,
    SUM(made) AS fgm,
    SUM(CASE WHEN zone = 'paint' THEN 1 ELSE 0 END) AS paint_fga,
    SUM(CASE WHEN zone = 'paint' THEN made ELSE 0 END) AS paint_fgm,
    SUM(CASE WHEN zone = 'paint' AND NOT block_player_id IS NULL THEN 1 ELSE 0 END) AS paint_fga_blocked,
    SUM(CASE WHEN zone = 'mid_range' THEN 1 ELSE 0 END) AS mid_range_fga,
    SUM(CASE WHEN zone = 'mid_range' THEN made ELSE 0 END) AS mid_range_fgm,
    SUM(CASE WHEN zone = 'mid_range' AND NOT block_player_id IS NULL THEN 1 ELSE 0 END) AS mid_range_fga_blocked,
    SUM(CASE WHEN zone = 'three' THEN 1 ELSE 0 END) AS three_fga,
    SUM(CASE WHEN zone = 'three' THEN made ELSE 0 END) AS three_fgm,
    SUM(CASE WHEN zone = 'three' AND NOT block_player_id IS NULL THEN 1 ELSE 0 END) AS three_fga_blocked,
    SUM(CASE WHEN zone = 'unknown_two' THEN 1 ELSE 0 END) AS unknown_two_fga,
    SUM(CASE WHEN zone = 'unknown_two' THEN made ELSE 0 END) AS unknown_two_fgm,
    SUM(CASE WHEN NOT assist_player_id IS NULL THEN made ELSE 0 END) AS assisted_fgm
  FROM shots
  GROUP BY
    game_id,
    player_id
), charted AS (
  SELECT
    game_id,
    MAX(assist_player_id) AS any_assister
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_shot
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_shot
  GROUP BY
    game_id
), teams AS (
  SELECT
    *,
    240e0 + 25e0 * ROUND((
      minutes - 240e0
    ) / 25e0) AS team_minutes
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_team_boxscore
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS nbac_team_boxscore
)
SELECT
  CAST(game_id AS STRING) AS game_id,
  CAST(player_id AS BIGINT) AS player_id,
  CAST(season AS STRING) AS season,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(game_date AS DATE) AS game_date,
  CAST(player_name AS STRING) AS player_name,
  CAST(player_lookup AS STRING) AS player_lookup,
  CAST(team_abbr AS STRING) AS team_abbr,
  CAST(opponent_team_abbr AS STRING) AS opponent_team_abbr,
  CAST(home_flag AS BOOLEAN) AS home_flag,
  CAST(played_flag AS BOOLEAN) AS played_flag,
  CAST(starter_flag AS BOOLEAN) AS starter_flag,
  CAST(win_flag AS BOOLEAN) AS win_flag,
  ROUND(CAST(minutes AS DOUBLE), 6) AS minutes,
  CAST(points AS BIGINT) AS points,
  CAST(fgm AS BIGINT) AS fgm,
  CAST(fga AS BIGINT) AS fga,
  CAST(fg3m AS BIGINT) AS fg3m,
  CAST(fg3a AS BIGINT) AS fg3a,
  CAST(ftm AS BIGINT) AS ftm,
  CAST(fta AS BIGINT) AS fta,
  CAST(oreb AS BIGINT) AS oreb,
  CAST(dreb AS BIGINT) AS dreb,
  CAST(ast AS BIGINT) AS ast,
  CAST(stl AS BIGINT) AS stl,
  CAST(blk AS BIGINT) AS blk,
  CAST(tov AS BIGINT) AS tov,
  CAST(pf AS BIGINT) AS pf,
  ROUND(CAST(plus_minus AS DOUBLE), 6) AS plus_minus,
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
  CAST(assisted_fgm AS BIGINT) AS assisted_fgm,
  CAST(unassisted_fgm AS BIGINT) AS unassisted_fgm,
  CAST(zones_complete_flag AS BOOLEAN) AS zones_complete_flag,
  ROUND(CAST(ts_pct AS DOUBLE), 6) AS ts_pct,
  ROUND(CAST(efg_pct AS DOUBLE), 6) AS efg_pct,
  ROUND(CAST(usage_rate AS DOUBLE), 6) AS usage_rate,
  ROUND(CAST(team_minutes AS DOUBLE), 6) AS team_minutes,
  ROUND(CAST(points_line AS DOUBLE), 6) AS points_line,
  CAST(over_under_result AS STRING) AS over_under_result
FROM (
  SELECT
    b.game_id,
    b.player_id,
    b.season,
    s.season_stage,
    b.game_date,
    b.player_name,
    b.player_lookup,
    b.team_abbr,
    CASE
      WHEN b.team_abbr = s.home_team_abbr
      THEN s.away_team_abbr
      ELSE s.home_team_abbr
    END AS opponent_team_abbr,
    b.team_abbr = s.home_team_abbr AS home_flag,
    b.played_flag,
    st.starter_flag,
    CASE
      WHEN b.team_abbr = s.home_team_abbr
      THEN s.home_score > s.away_score
      ELSE s.away_score > s.home_score
    END AS win_flag,
    b.minutes,
    b.points,
    b.fgm,
    b.fga,
    b.fg3m,
    b.fg3a,
    b.ftm,
    b.fta,
    b.oreb,
    b.dreb,
    b.ast,
    b.stl,
    b.blk,
    b.tov,
    b.pf,
    b.plus_minus,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.paint_fga, 0) END AS paint_fga,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.paint_fgm, 0) END AS paint_fgm,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.mid_range_fga, 0) END AS mid_range_fga,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.mid_range_fgm, 0) END AS mid_range_fgm,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.three_fga, 0) END AS three_fga,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.three_fgm, 0) END AS three_fgm,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.unknown_two_fga, 0) END AS unknown_two_fga,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.unknown_two_fgm, 0) END AS unknown_two_fgm,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.paint_fga_blocked, 0) END AS paint_fga_blocked,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.mid_range_fga_blocked, 0) END AS mid_range_fga_blocked,
    CASE WHEN NOT c.game_id IS NULL THEN COALESCE(z.three_fga_blocked, 0) END AS three_fga_blocked,
    CASE WHEN NOT c.any_assister IS NULL THEN COALESCE(z.assisted_fgm, 0) END AS assisted_fgm,
    CASE
      WHEN NOT c.any_assister IS NULL AND b.fgm >= COALESCE(z.assisted_fgm, 0)
      THEN b.fgm - COALESCE(z.assisted_fgm, 0)
    END AS unassisted_fgm,
    NOT c.game_id IS NULL
    AND COALESCE(z.fga, 0) = b.fga
    AND COALESCE(z.fgm, 0) = b.fgm AS zones_complete_flag,
    b.points / NULLIF(2e0 * (
      b.fga + 44e-2 * b.fta
    ), 0e0) AS ts_pct,
    (
      b.fgm + 5e-1 * b.fg3m
    ) / NULLIF(CAST(b.fga AS DOUBLE), 0e0) AS efg_pct,
    (
      b.fga + 44e-2 * b.fta + b.tov
    ) * (
      t.team_minutes / 5e0
    ) / NULLIF(b.minutes * (
      t.fga + 44e-2 * t.fta + t.tov
    ), 0e0) AS usage_rate,
    t.team_minutes,
    p.points_line,
    CASE
      WHEN p.points_line IS NULL OR NOT b.played_flag
      THEN NULL
      WHEN b.points > p.points_line
      THEN 'OVER'
      WHEN b.points < p.points_line
      THEN 'UNDER'
      ELSE 'PUSH'
    END AS over_under_result
  FROM (
    SELECT
      *
    FROM nba_raw.nbac_player_boxscore
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS b
  INNER JOIN (
    SELECT
      *
    FROM nba_raw.nbac_schedule
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS s
    ON b.game_id = s.game_id
    AND s.game_status = 3
    AND s.team_known
    AND s.season_stage IN ('regular', 'playin', 'playoffs')
  LEFT JOIN teams AS t
    ON b.game_id = t.game_id AND b.team_abbr = t.team_abbr
  LEFT JOIN zones AS z
    ON b.game_id = z.game_id AND b.player_id = z.player_id
  LEFT JOIN charted AS c
    ON b.game_id = c.game_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_raw.nbac_starter
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS st
    ON b.game_id = st.game_id AND b.player_id = st.player_id
  LEFT JOIN (
    SELECT
      *
    FROM nba_analytics.player_prop_line
    WHERE
      game_date BETWEEN :batch_start AND :batch_end
  ) AS p
    ON b.game_id = p.game_id AND b.player_id = p.player_id AND p.market = 'points'
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
