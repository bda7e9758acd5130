-- compiled from d94886ef9dd695ad as 2582c6559217470f
WITH dated AS (
  SELECT
    s.*,
    t.period,
    SUBSTRING(CAST(s.game_date AS STRING), 1, t.length) AS part
  FROM (
    SELECT
      *
    FROM nba_predictions.system_day_score
    WHERE
      season BETWEEN :first_season AND :season AND game_date <= :batch_end
  ) AS s
  CROSS JOIN (
    SELECT
      'date' AS period,
      10 AS length
    UNION ALL
    SELECT
      'month',
      7
    UNION ALL
    SELECT
      'season',
      0
  ) AS t
), running AS (
  SELECT
    d.system_id,
    d.population,
    d.period,
    d.season_stage,
    d.season,
    d.game_date,
    SUM(d.forecasts) OVER so_far AS forecasts,
    SUM(d.line_forecasts) OVER so_far AS line_forecasts,
    SUM(d.priced_lines) OVER so_far AS priced_lines,
    SUM(d.bets) OVER so_far AS bets,
    SUM(d.wins) OVER so_far AS wins,
    SUM(d.stakes) OVER so_far AS stakes,
    SUM(d.profit) OVER so_far AS profit,
    SUM(d.absolute_error) OVER so_far AS absolute_error,
    SUM(d.error) OVER so_far AS error,
    SUM(d.squared_error) OVER so_far AS squared_error,
    SUM(d.crps) OVER so_far AS crps,
    SUM(d.log_score) OVER so_far AS log_score,
    SUM(d.line_loss) OVER so_far AS line_loss,
    SUM(d.market_loss) OVER so_far AS market_loss,
    SUM(d.below_10) OVER so_far AS below_10,
    SUM(d.below_25) OVER so_far AS below_25,
    SUM(d.below_50) OVER so_far AS below_50,
    SUM(d.below_75) OVER so_far AS below_75,
    SUM(d.below_90) OVER so_far AS below_90,
    SUM(1e0 * d.absolute_error * d.absolute_error) OVER so_far AS absolute_error_2,
    SUM(1e0 * d.absolute_error * d.forecasts) OVER so_far AS absolute_error_1,
    SUM(1e0 * d.crps * d.crps) OVER so_far AS crps_2,
    SUM(1e0 * d.crps * d.forecasts) OVER so_far AS crps_1,
    SUM(1e0 * d.wins * d.wins) OVER so_far AS wins_2,
    SUM(1e0 * d.wins * d.bets) OVER so_far AS wins_1,
    SUM(1e0 * d.profit * d.profit) OVER so_far AS profit_2,
    SUM(1e0 * d.profit * d.stakes) OVER so_far AS profit_1,
    SUM(1e0 * d.forecasts * d.forecasts) OVER so_far AS forecasts_2,
    SUM(1e0 * d.bets * d.bets) OVER so_far AS bets_2,
    SUM(1e0 * d.stakes * d.stakes) OVER so_far AS stakes_2,
    COUNT(CASE WHEN d.forecasts > 0 THEN 1 END) OVER so_far AS days
  FROM dated AS d
  WINDOW so_far AS (
    PARTITION BY system_id, population, period, season, season_stage, part
    ORDER BY game_date, season
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
  )
), rates AS (
  SELECT
    *,
    absolute_error / NULLIF(1e0 * forecasts, 0e0) AS absolute_error_0,
    crps / NULLIF(1e0 * forecasts, 0e0) AS crps_0,
    wins / NULLIF(1e0 * bets, 0e0) AS wins_0,
    profit / NULLIF(1e0 * stakes, 0e0) AS profit_0
  FROM running
), widths AS (
  SELECT
    *,
    CASE
      WHEN days > 1
      THEN 196e-2 * SQRT(
        GREATEST(
          0e0,
          COALESCE(
            absolute_error_2 - 2e0 * absolute_error_0 * absolute_error_1 + absolute_error_0 * absolute_error_0 * forecasts_2,
            0e0
          )
        )
      ) / NULLIF(1e0 * forecasts, 0e0)
    END AS absolute_error_width,
    CASE
      WHEN days > 1
      THEN 196e-2 * SQRT(
        GREATEST(0e0, COALESCE(crps_2 - 2e0 * crps_0 * crps_1 + crps_0 * crps_0 * forecasts_2, 0e0))
      ) / NULLIF(1e0 * forecasts, 0e0)
    END AS crps_width,
    CASE
      WHEN days > 1
      THEN 196e-2 * SQRT(
        GREATEST(0e0, COALESCE(wins_2 - 2e0 * wins_0 * wins_1 + wins_0 * wins_0 * bets_2, 0e0))
      ) / NULLIF(1e0 * bets, 0e0)
    END AS wins_width,
    CASE
      WHEN days > 1
      THEN 196e-2 * SQRT(
        GREATEST(
          0e0,
          COALESCE(profit_2 - 2e0 * profit_0 * profit_1 + profit_0 * profit_0 * stakes_2, 0e0)
        )
      ) / NULLIF(1e0 * stakes, 0e0)
    END AS profit_width
  FROM rates
)
SELECT
  CAST(system_id AS STRING) AS system_id,
  CAST(population AS STRING) AS population,
  CAST(period AS STRING) AS period,
  CAST(season_stage AS STRING) AS season_stage,
  CAST(season AS STRING) AS season,
  CAST(game_date AS DATE) AS game_date,
  CAST(forecasts AS BIGINT) AS forecasts,
  ROUND(CAST(mae AS DOUBLE), 6) AS mae,
  ROUND(CAST(mae_low AS DOUBLE), 6) AS mae_low,
  ROUND(CAST(mae_high AS DOUBLE), 6) AS mae_high,
  ROUND(CAST(rmse AS DOUBLE), 6) AS rmse,
  ROUND(CAST(bias AS DOUBLE), 6) AS bias,
  ROUND(CAST(crps AS DOUBLE), 6) AS crps,
  ROUND(CAST(crps_low AS DOUBLE), 6) AS crps_low,
  ROUND(CAST(crps_high AS DOUBLE), 6) AS crps_high,
  ROUND(CAST(log_score AS DOUBLE), 6) AS log_score,
  ROUND(CAST(coverage_80 AS DOUBLE), 6) AS coverage_80,
  ROUND(CAST(calibration_error AS DOUBLE), 6) AS calibration_error,
  CAST(line_forecasts AS BIGINT) AS line_forecasts,
  ROUND(CAST(line_log_loss AS DOUBLE), 6) AS line_log_loss,
  ROUND(CAST(market_log_loss AS DOUBLE), 6) AS market_log_loss,
  CAST(bets AS BIGINT) AS bets,
  ROUND(CAST(hit_rate AS DOUBLE), 6) AS hit_rate,
  ROUND(CAST(hit_rate_low AS DOUBLE), 6) AS hit_rate_low,
  ROUND(CAST(hit_rate_high AS DOUBLE), 6) AS hit_rate_high,
  ROUND(CAST(return_rate AS DOUBLE), 6) AS return_rate,
  ROUND(CAST(return_low AS DOUBLE), 6) AS return_low,
  ROUND(CAST(return_high AS DOUBLE), 6) AS return_high
FROM (
  SELECT
    system_id,
    population,
    period,
    season_stage,
    season,
    game_date,
    forecasts,
    absolute_error_0 / 1e6 AS mae,
    (
      absolute_error_0 - absolute_error_width
    ) / 1e6 AS mae_low,
    (
      absolute_error_0 + absolute_error_width
    ) / 1e6 AS mae_high,
    SQRT(squared_error / NULLIF(1e6 * forecasts, 0e0)) AS rmse,
    error / NULLIF(1e6 * forecasts, 0e0) AS bias,
    crps_0 / 1e6 AS crps,
    (
      crps_0 - crps_width
    ) / 1e6 AS crps_low,
    (
      crps_0 + crps_width
    ) / 1e6 AS crps_high,
    log_score / NULLIF(1e6 * forecasts, 0e0) AS log_score,
    (
      below_90 - below_10
    ) / NULLIF(1e0 * forecasts, 0e0) AS coverage_80,
    (
      ABS(below_10 / NULLIF(1e0 * forecasts, 0e0) - 1e-1) + ABS(below_25 / NULLIF(1e0 * forecasts, 0e0) - 25e-2) + ABS(below_50 / NULLIF(1e0 * forecasts, 0e0) - 5e-1) + ABS(below_75 / NULLIF(1e0 * forecasts, 0e0) - 75e-2) + ABS(below_90 / NULLIF(1e0 * forecasts, 0e0) - 9e-1)
    ) / 5e0 AS calibration_error,
    line_forecasts,
    line_loss / NULLIF(1e6 * line_forecasts, 0e0) AS line_log_loss,
    market_loss / NULLIF(1e6 * priced_lines, 0e0) AS market_log_loss,
    bets,
    wins_0 AS hit_rate,
    wins_0 - wins_width AS hit_rate_low,
    wins_0 + wins_width AS hit_rate_high,
    profit_0 / 1e6 AS return_rate,
    (
      profit_0 - profit_width
    ) / 1e6 AS return_low,
    (
      profit_0 + profit_width
    ) / 1e6 AS return_high
  FROM widths
) AS model_rows
WHERE
  game_date BETWEEN :batch_start AND :batch_end
