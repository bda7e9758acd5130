-- compiled from 51ca0f6d6d54345b as 307a5d7624b51978
SELECT
  CAST(system_id AS TEXT) AS system_id,
  CAST(population AS TEXT) AS population,
  CAST(season_stage AS TEXT) AS season_stage,
  CAST(season AS TEXT) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(forecasts AS BIGINT) AS forecasts,
  CAST(line_forecasts AS BIGINT) AS line_forecasts,
  CAST(priced_lines AS BIGINT) AS priced_lines,
  CAST(bets AS BIGINT) AS bets,
  CAST(wins AS BIGINT) AS wins,
  CAST(stakes AS BIGINT) AS stakes,
  CAST(profit AS BIGINT) AS profit,
  CAST(absolute_error AS BIGINT) AS absolute_error,
  CAST(error AS BIGINT) AS error,
  CAST(squared_error AS BIGINT) AS squared_error,
  CAST(crps AS BIGINT) AS crps,
  CAST(log_score AS BIGINT) AS log_score,
  CAST(line_loss AS BIGINT) AS line_loss,
  CAST(market_loss AS BIGINT) AS market_loss,
  CAST(below_10 AS BIGINT) AS below_10,
  CAST(below_25 AS BIGINT) AS below_25,
  CAST(below_50 AS BIGINT) AS below_50,
  CAST(below_75 AS BIGINT) AS below_75,
  CAST(below_90 AS BIGINT) AS below_90
FROM (
  WITH populations AS (
    SELECT
      'ALL' AS population
    UNION ALL
    SELECT
      'GP10'
    UNION ALL
    SELECT
      'MIN20'
    UNION ALL
    SELECT
      'PTS20'
    UNION ALL
    SELECT
      'PROP'
  ), graded AS (
    SELECT
      a.system_id,
      a.season,
      g.season_stage,
      a.game_date,
      g.in_all,
      g.in_gp10,
      g.in_min20,
      g.in_pts20,
      g.in_prop,
      a.pit,
      a.error,
      a.absolute_error,
      a.crps,
      a.log_score,
      CASE a.result WHEN 'WIN' THEN 1 WHEN 'LOSS' THEN 0 END AS hit,
      CASE WHEN a.result IN ('WIN', 'LOSS') THEN a.profit END AS bet_profit,
      CASE
        WHEN a.actual_points > p.line
        THEN p.probability_over
        WHEN a.actual_points < p.line
        THEN 1e0 - p.probability_over
      END AS own_probability,
      CASE
        WHEN a.actual_points > p.line
        THEN p.no_vig_probability_over
        WHEN a.actual_points < p.line
        THEN 1e0 - p.no_vig_probability_over
      END AS market_probability
    FROM (
      SELECT
        *
      FROM nba_predictions.prediction_accuracy
      WHERE
        game_date BETWEEN $batch_start AND $batch_end
    ) AS a
    INNER JOIN (
      SELECT
        *
      FROM nba_predictions.prediction
      WHERE
        game_date BETWEEN $batch_start AND $batch_end
    ) AS p
      ON a.market = p.market
      AND a.game_id = p.game_id
      AND a.player_id = p.player_id
      AND a.system_id = p.system_id
    INNER JOIN (
      SELECT
        *
      FROM nba_predictions.appearance
      WHERE
        game_date BETWEEN $batch_start AND $batch_end
    ) AS g
      ON a.game_id = g.game_id AND a.player_id = g.player_id
  ), sums AS (
    SELECT
      g.system_id,
      p.population,
      g.season_stage,
      g.game_date,
      COUNT(*) AS n,
      COUNT(g.own_probability) AS with_line,
      COUNT(g.market_probability) AS priced,
      COUNT(g.hit) AS bets,
      SUM(g.hit) AS hits,
      COUNT(g.bet_profit) AS stakes,
      SUM(CAST(ROUND(1e6 * g.bet_profit) AS BIGINT)) AS profit,
      SUM(CAST(ROUND(1e6 * g.absolute_error) AS BIGINT)) AS ae,
      SUM(CAST(ROUND(1e6 * g.error) AS BIGINT)) AS e,
      SUM(CAST(ROUND(1e6 * g.error * g.error) AS BIGINT)) AS ee,
      SUM(CAST(ROUND(1e6 * g.crps) AS BIGINT)) AS crps,
      SUM(CAST(ROUND(1e6 * g.log_score) AS BIGINT)) AS ls,
      SUM(
        CASE
          WHEN NOT g.own_probability IS NULL
          THEN CAST(ROUND(-1e6 * LN(LEAST(GREATEST(g.own_probability, 5e-3), 995e-3))) AS BIGINT)
        END
      ) AS loss,
      SUM(
        CASE
          WHEN NOT g.market_probability IS NULL
          THEN CAST(ROUND(-1e6 * LN(LEAST(GREATEST(g.market_probability, 5e-3), 995e-3))) AS BIGINT)
        END
      ) AS market_loss,
      COUNT(CASE WHEN g.pit < 1e-1 THEN 1 END) AS b10,
      COUNT(CASE WHEN g.pit < 25e-2 THEN 1 END) AS b25,
      COUNT(CASE WHEN g.pit < 5e-1 THEN 1 END) AS b50,
      COUNT(CASE WHEN g.pit < 75e-2 THEN 1 END) AS b75,
      COUNT(CASE WHEN g.pit < 9e-1 THEN 1 END) AS b90
    FROM graded AS g
    INNER JOIN populations AS p
      ON CASE p.population
        WHEN 'ALL'
        THEN g.in_all
        WHEN 'GP10'
        THEN g.in_gp10
        WHEN 'MIN20'
        THEN g.in_min20
        WHEN 'PTS20'
        THEN g.in_pts20
        ELSE g.in_prop
      END
    GROUP BY
      g.system_id,
      p.population,
      g.season_stage,
      g.game_date
  )
  SELECT
    d.system_id,
    p.population,
    d.season_stage,
    d.season,
    d.game_date,
    COALESCE(s.n, 0) AS forecasts,
    COALESCE(s.with_line, 0) AS line_forecasts,
    COALESCE(s.priced, 0) AS priced_lines,
    COALESCE(s.bets, 0) AS bets,
    COALESCE(s.hits, 0) AS wins,
    COALESCE(s.stakes, 0) AS stakes,
    COALESCE(s.profit, 0) AS profit,
    COALESCE(s.ae, 0) AS absolute_error,
    COALESCE(s.e, 0) AS error,
    COALESCE(s.ee, 0) AS squared_error,
    COALESCE(s.crps, 0) AS crps,
    COALESCE(s.ls, 0) AS log_score,
    COALESCE(s.loss, 0) AS line_loss,
    COALESCE(s.market_loss, 0) AS market_loss,
    COALESCE(s.b10, 0) AS below_10,
    COALESCE(s.b25, 0) AS below_25,
    COALESCE(s.b50, 0) AS below_50,
    COALESCE(s.b75, 0) AS below_75,
    COALESCE(s.b90, 0) AS below_90
  FROM (
    SELECT DISTINCT
      system_id,
      season,
      season_stage,
      game_date
    FROM graded
  ) AS d
  CROSS JOIN populations AS p
  LEFT JOIN sums AS s
    ON d.system_id = s.system_id
    AND p.population = s.population
    AND d.season_stage = s.season_stage
    AND d.game_date = s.game_date
) AS model_rows
WHERE
  game_date BETWEEN $batch_start AND $batch_end
