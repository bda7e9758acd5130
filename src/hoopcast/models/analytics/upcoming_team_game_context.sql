-- What is known of each team on the morning of its game: rest, form, and the game's lines.
-- grain: game_id, team_abbr
-- time: game_date
-- look-back: 0
-- short: utgc
-- expected: team_games
-- inputs: nba_raw.nbac_schedule until, nba_raw.game_line same
WITH sides AS (
    SELECT
        game_id, season, season_stage, game_date, tip_off_utc, game_status, home_team_abbr AS team_abbr,
        away_team_abbr AS opponent_team_abbr, 1 AS home_game, home_score - away_score AS margin
    FROM nba_raw.nbac_schedule
    WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
    UNION ALL
    SELECT
        game_id, season, season_stage, game_date, tip_off_utc, game_status, away_team_abbr, home_team_abbr, 0,
        away_score - home_score
    FROM nba_raw.nbac_schedule
    WHERE team_known AND season_stage IN ('regular', 'playin', 'playoffs')
),
played AS (
    SELECT
        team_abbr, season, game_date, game_id, CASE WHEN margin > 0 THEN 1 ELSE 0 END AS win,
        ROW_NUMBER() OVER form AS games_played
    FROM sides
    WHERE game_status = 3
    WINDOW form AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id)
),
form AS (
    SELECT
        team_abbr, season, game_date AS valid_from, games_played, SUM(win) OVER so_far AS wins, win,
        COALESCE(LEAD(game_date) OVER games, DATE '9999-12-31') AS valid_to,
        games_played - COALESCE(MAX(CASE WHEN win = 0 THEN games_played END) OVER so_far, 0) AS wins_in_a_row,
        games_played - COALESCE(MAX(CASE WHEN win = 1 THEN games_played END) OVER so_far, 0) AS losses_in_a_row
    FROM played
    WINDOW
        games AS (PARTITION BY team_abbr, season ORDER BY game_date, game_id),
        so_far AS (
            PARTITION BY team_abbr, season ORDER BY game_date, game_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),
recent AS (
    SELECT
        u.game_id, u.team_abbr, COUNT(*) AS games_in_last_14_days,
        SUM(CASE WHEN DATE_DIFF('day', p.game_date, u.game_date) <= 7 THEN 1 ELSE 0 END) AS games_in_last_7_days
    FROM sides AS u
    INNER JOIN played AS p ON u.team_abbr = p.team_abbr AND u.season = p.season AND p.game_date < u.game_date
        AND DATE_DIFF('day', p.game_date, u.game_date) <= 14
    GROUP BY u.game_id, u.team_abbr
),
line_choice AS (
    SELECT
        l.game_id, l.home_spread, l.total_line, l.home_moneyline, l.away_moneyline,
        ROW_NUMBER() OVER choice AS choice
    FROM nba_raw.game_line AS l
    INNER JOIN sides AS s ON l.game_id = s.game_id AND s.home_game = 1
    WHERE NOT l.suspect_line AND (l.line_kind = 'closing' OR l.captured_at_utc < s.tip_off_utc)
    WINDOW choice AS (PARTITION BY l.game_id ORDER BY l.line_kind, l.captured_at_utc DESC, l.bookmaker)
),
lines AS (SELECT * FROM line_choice WHERE choice = 1),
rested AS (
    SELECT
        u.*, f.games_played, f.wins, f.win, f.wins_in_a_row, f.losses_in_a_row,
        DATE_DIFF('day', f.valid_from, u.game_date) AS days_since_last_game
    FROM sides AS u
    LEFT JOIN form AS f
        ON u.team_abbr = f.team_abbr AND u.season = f.season
        AND f.valid_from < u.game_date AND u.game_date <= f.valid_to
)
SELECT
    u.game_id,                            -- VARCHAR! NBA.com game id [pre-game history]
    u.team_abbr,                          -- VARCHAR! tricode [pre-game history]
    u.season,                             -- VARCHAR! season, such as 2021-22 [pre-game history]
    u.season_stage,                       -- VARCHAR! regular, playin or playoffs [pre-game history]
    u.game_date,                          -- DATE! US Eastern date of the game [pre-game history]
    u.opponent_team_abbr,                 -- VARCHAR! tricode of the other team [pre-game history]
    u.home_game,                          -- BIGINT! 0..1 1 at home, 0 away [pre-game history]
    COALESCE(u.games_played, 0)
        AS games_played,                  -- BIGINT! 0..130 games of the team this season before this one
                                          -- [pre-game history]
    u.days_since_last_game,               -- BIGINT 1..300 days since its last game of the season, 1 = back-to-back
                                          -- [pre-game history]
    o.days_since_last_game
        AS opponent_days_since_last_game, -- BIGINT 1..300 days since the last game of the other team [pre-game history]
    CASE WHEN u.days_since_last_game - o.days_since_last_game > 2 THEN 2
        WHEN u.days_since_last_game - o.days_since_last_game < -2 THEN -2
        ELSE u.days_since_last_game - o.days_since_last_game END
        AS rest_advantage,                -- BIGINT -2..2 own less opponent's days since the last game, at most 2 either
                                          -- way [pre-game history]
    CASE WHEN u.days_since_last_game = 1 THEN 1 ELSE 0 END
        AS is_back_to_back,               -- BIGINT! 0..1 1 = the team played yesterday [pre-game history]
    COALESCE(r.games_in_last_7_days, 0)
        AS games_in_last_7_days,          -- BIGINT! 0..7 games on the 7 days before this one [pre-game history]
    COALESCE(r.games_in_last_14_days, 0)
        AS games_in_last_14_days,         -- BIGINT! 0..14 games on the 14 days before this one [pre-game history]
    u.wins / NULLIF(CAST(u.games_played AS DOUBLE), 0e0)
        AS win_pct,                       -- DOUBLE 0..1 share of this season's games won, NULL before the first
                                          -- [pre-game history]
    CASE WHEN u.win = 1 THEN u.wins_in_a_row WHEN u.win = 0 THEN -u.losses_in_a_row END
        AS streak,                        -- BIGINT -82..82 wins in a row, losses in a row if negative
                                          -- [pre-game history]
    CASE WHEN u.home_game = 1 THEN l.home_spread ELSE -l.home_spread END
        AS spread,                        -- DOUBLE -60..60 points, negative = this team favoured; closing line, time
                                          -- not provable [pre-game market]
    l.total_line,                         -- DOUBLE 100..350 points of both teams; closing line, time not provable
                                          -- [pre-game market]
    l.total_line / 2e0 - (CASE WHEN u.home_game = 1 THEN l.home_spread ELSE -l.home_spread END) / 2e0
        AS implied_team_total,            -- DOUBLE 40..200 points of this team by spread and total [pre-game market]
    CASE WHEN u.home_game = 1 THEN l.home_moneyline ELSE l.away_moneyline END
        AS moneyline                      -- BIGINT American odds of a win of this team [pre-game market]
FROM rested AS u
INNER JOIN rested AS o ON u.game_id = o.game_id AND u.team_abbr <> o.team_abbr
LEFT JOIN recent AS r ON u.game_id = r.game_id AND u.team_abbr = r.team_abbr
LEFT JOIN lines AS l ON u.game_id = l.game_id
