-- The one points line of each player and game that counts for a forecast: a closing line before a live one, then the
-- latest, then the one nearest to even by its prices, or by the one that is there. The player's game is that of his
-- team by roster, else his last team.
-- grain: market, game_id, player_id
-- time: game_date
-- look-back: 1
-- short: ppl
-- helper: yes
-- expected: quoted_players
-- inputs: nba_raw.points_prop_line same, nba_raw.nbac_player_boxscore before, nba_raw.roster until,
--   nba_raw.nbac_schedule same
WITH sightings AS (
    SELECT player_id, team_abbr, DATE_DIFF('day', DATE '1970-01-01', game_date) AS known_after, 0 AS is_roster
    FROM nba_raw.nbac_player_boxscore
    UNION ALL
    SELECT player_id, team_abbr, DATE_DIFF('day', DATE '1970-01-01', roster_date) - 1, 1
    FROM nba_raw.roster
),
teams AS (
    SELECT player_id, team_abbr, known_after, COALESCE(LEAD(known_after) OVER career, 999999) AS known_until
    FROM sightings
    WINDOW career AS (PARTITION BY player_id ORDER BY known_after, is_roster, team_abbr)
),
sides AS (
    SELECT game_id, season, game_date, tip_off_utc, home_team_abbr AS team_abbr
    FROM nba_raw.nbac_schedule
    WHERE team_known
    UNION ALL
    SELECT game_id, season, game_date, tip_off_utc, away_team_abbr
    FROM nba_raw.nbac_schedule
    WHERE team_known
),
priced AS (
    SELECT
        *, DATE_DIFF('day', DATE '1970-01-01', game_date) AS day,
        CASE WHEN over_price < 0 THEN -over_price ELSE 100e0 END / (100e0 + ABS(over_price)) AS over_implied,
        CASE WHEN under_price < 0 THEN -under_price ELSE 100e0 END / (100e0 + ABS(under_price)) AS under_implied
    FROM nba_raw.points_prop_line
),
compared AS (
    SELECT
        *,
        COALESCE(
            ABS(over_implied - under_implied), ABS(2e0 * over_implied - 1e0), ABS(2e0 * under_implied - 1e0), 1e0
        ) AS from_even
    FROM priced
),
eligible AS (
    SELECT
        l.market, s.game_id, l.player_id, s.season, s.game_date, s.team_abbr, l.bookmaker, l.line_kind,
        l.captured_at_utc, l.line, l.over_price, l.under_price, l.over_implied, l.under_implied,
        ROW_NUMBER() OVER book AS book_choice,
        ROW_NUMBER() OVER choice AS choice,
        ROW_NUMBER() OVER first_seen AS sighting
    FROM compared AS l
    INNER JOIN teams AS t ON l.player_id = t.player_id AND t.known_after < l.day AND l.day <= t.known_until
    INNER JOIN sides AS s ON t.team_abbr = s.team_abbr AND l.game_date = s.game_date
    WHERE l.line_kind = 'closing' OR l.captured_at_utc < s.tip_off_utc
    WINDOW
        choice AS (
            PARTITION BY l.market, s.game_id, l.player_id
            ORDER BY l.line_kind, l.captured_at_utc DESC, l.from_even, l.bookmaker, l.line
        ),
        book AS (
            PARTITION BY l.market, s.game_id, l.player_id, l.bookmaker
            ORDER BY l.line_kind, l.captured_at_utc DESC, l.from_even, l.line
        ),
        first_seen AS (
            PARTITION BY l.market, s.game_id, l.player_id
            ORDER BY l.captured_at_utc, l.line_kind DESC, l.bookmaker, l.line
        )
),
books AS (
    SELECT
        market, game_id, player_id,
        MAX(CASE WHEN sighting = 1 AND line_kind = 'live' THEN line END) AS opening_line,
        CASE WHEN MIN(bookmaker) <> MAX(bookmaker)
                THEN MAX(CASE WHEN book_choice = 1 THEN line END)
                    - MIN(CASE WHEN book_choice = 1 THEN line END) END
            AS disagreement
    FROM eligible
    GROUP BY market, game_id, player_id
)
SELECT
    e.market,                           -- VARCHAR! what is bet on: points [pre-game market]
    e.game_id,                          -- VARCHAR! NBA.com game id [pre-game history]
    e.player_id,                        -- BIGINT! NBA.com player id [pre-game market]
    e.season,                           -- VARCHAR! season, such as 2021-22 [pre-game history]
    e.game_date,                        -- DATE! US Eastern date of the game [pre-game history]
    e.team_abbr,                        -- VARCHAR! his team by roster, else that of his last game [pre-game history]
    e.bookmaker,                        -- VARCHAR! bookmaker, or the name of the consensus [pre-game line]
    e.line_kind,                        -- VARCHAR! closing (untimed archive) or live [pre-game line]
    e.captured_at_utc,                  -- TIMESTAMP! when it was seen, UTC; the date's first moment if untimed
                                        -- [pre-game line]
    e.line AS points_line,              -- DOUBLE! 0..100 points [pre-game line]
    e.over_price,                       -- BIGINT American odds of the over [pre-game line]
    e.under_price,                      -- BIGINT American odds of the under [pre-game line]
    e.over_implied / NULLIF(e.over_implied + e.under_implied, 0e0)
        AS no_vig_probability_over,     -- DOUBLE 0..1 P(over), margin removed in proportion; NULL with one price
                                        -- [pre-game line]
    b.opening_line,                     -- DOUBLE 0..100 first live line seen, points [pre-game line]
    e.line - b.opening_line
        AS line_movement,               -- DOUBLE -100..100 counting line less opening line, points [pre-game line]
    b.disagreement AS line_disagreement -- DOUBLE 0..100 highest less lowest line of the books, points; NULL with one
                                        -- book [pre-game line]
FROM eligible AS e
INNER JOIN books AS b ON e.market = b.market AND e.game_id = b.game_id AND e.player_id = b.player_id
WHERE e.choice = 1
