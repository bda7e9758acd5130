"""Checks of an audit, how they are counted, and the nonsense that results are replaced with."""

from dataclasses import dataclass
from typing import Literal

from hoopcast.warehouse.engine import Parameters, Statements

Part = Literal["lineage", "rebuild", "levels", "recomputation", "metadata", "accuracy"]


PARTS: tuple[Part, ...] = ("lineage", "rebuild", "levels", "recomputation", "metadata", "accuracy")


@dataclass(frozen=True)
class AuditCheck:
    """One check: of which part of the audit, what was asked of what, how many rows were seen, how many are wrong.

    `subject` is a table, a node of the graph of tables, or a system; `detail` is of a finding, or of what was seen.
    """

    part: Part
    check: str
    subject: str
    rows: int
    findings: int = 0
    detail: str = ""


@dataclass(frozen=True)
class CheckLine:
    """All subjects of one check together; one that saw no rows is not applicable, whatever it found."""

    part: Part
    check: str
    subjects: str
    rows: int
    findings: int
    result: str


def check_lines(checks: tuple[AuditCheck, ...]) -> tuple[CheckLine, ...]:
    """A line for each check, in the order of the parts."""
    by_check: dict[tuple[Part, str], list[AuditCheck]] = {}
    for check in sorted(checks, key=lambda check: PARTS.index(check.part)):
        by_check.setdefault((check.part, check.check), []).append(check)
    return tuple(
        CheckLine(part, check, _subjects(part, of_check), *_result(of_check))
        for (part, check), of_check in by_check.items()
    )


def _result(checks: list[AuditCheck]) -> tuple[int, int, str]:
    """Rows, findings, and the result in words."""
    rows, findings = sum(check.rows for check in checks), _findings(checks)
    return rows, findings, "found something" if findings else "nothing found" if rows else "not applicable"


def merge_checks(checks: tuple[AuditCheck, ...]) -> tuple[AuditCheck, ...]:
    """Checks of several dates at the same subject together, with the detail of the first finding."""
    by_subject: dict[tuple[Part, str, str], list[AuditCheck]] = {}
    for check in sorted(checks, key=lambda check: PARTS.index(check.part)):
        by_subject.setdefault((check.part, check.check, check.subject), []).append(check)
    return tuple(
        AuditCheck(
            *key,
            sum(check.rows for check in same),
            _findings(same),
            next((check.detail for check in same if check.findings), same[0].detail),
        )
        for key, same in by_subject.items()
    )


_UNITS: dict[Part, str] = {"recomputation": "features", "metadata": "tables", "accuracy": "systems"}


def _subjects(part: Part, checks: list[AuditCheck]) -> str:
    names = list(dict.fromkeys(check.subject for check in checks))
    return names[0] if len(names) == 1 else f"{len(names)} {_UNITS.get(part, 'tables and systems')}"


def _findings(checks: list[AuditCheck]) -> int:
    return sum(check.findings for check in checks)


PLAYER_BOX = "nba_raw.nbac_player_boxscore"
TEAM_BOX = "nba_raw.nbac_team_boxscore"
SHOT = "nba_raw.nbac_shot"
STARTER = "nba_raw.nbac_starter"
SCHEDULE = "nba_raw.nbac_schedule"
# Ids from here on are of nobody; real ones lie far below.
STRANGERS = 40_000_000
_MEN = "hoopcast_nonsense_men"


def _u(name: str, of: str = "game_id, player_id") -> str:
    """SQL: a number from 0 to 1 drawn for a row."""
    return f"(CAST(hash({of}, '{name}', $seed) >> 33 AS DOUBLE) / 2147483648.0)"


_SUMS = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "oreb", "dreb", "ast", "stl", "blk", "tov", "pf", "points")
_TOLD = ("team_abbr", "team_id", "minutes", "plus_minus", *_SUMS)
# Of those who played some change sides, some stay away, and men whom nobody knows come in; seven of each side stay, and
# seven a side are sure to be there. Minutes of a team come to about 240, and shots follow from minutes.
_DRAWN = f"""
CREATE OR REPLACE TEMP TABLE {_MEN} AS
WITH sides AS (
    SELECT b.* EXCLUDE ({", ".join(_TOLD)}), s.home_team_abbr, s.away_team_abbr, s.home_team_id, s.away_team_id,
        (b.team_abbr = s.home_team_abbr) = (
            ROW_NUMBER() OVER (PARTITION BY b.game_id, b.team_abbr
                ORDER BY {_u("stays", "b.game_id, b.player_id")}) <= 7
            OR {_u("side", "b.game_id, b.player_id")} < 0.6
        ) AS at_home
    FROM {PLAYER_BOX} AS b
    INNER JOIN {SCHEDULE} AS s ON s.game_id = b.game_id
    WHERE b.game_date >= $day AND b.played_flag
),
men AS (
    SELECT * FROM sides
    UNION ALL
    SELECT * REPLACE (player_id + {STRANGERS} AS player_id, 'Nobody ' || player_name AS player_name,
        'nobody' || player_lookup AS player_lookup)
    FROM sides WHERE {_u("stranger")} < 0.12 AND player_id < {STRANGERS}
),
placed AS (
    SELECT *, 1 + 4 * {_u("minutes")} AS weight,
        ROW_NUMBER() OVER (PARTITION BY game_id, at_home ORDER BY {_u("place")}, player_id) AS place
    FROM men
),
shared AS (
    SELECT *, SUM(weight) OVER (PARTITION BY game_id, at_home) AS weights FROM placed
    WHERE place <= 7 OR {_u("sits")} < 0.65
)
SELECT * EXCLUDE (
        home_team_abbr, away_team_abbr, home_team_id, away_team_id, weight, weights
    ),
    CASE WHEN at_home THEN home_team_abbr ELSE away_team_abbr END AS team_abbr,
    CASE WHEN at_home THEN home_team_id ELSE away_team_id END AS team_id,
    LEAST(60, ROUND(240 * weight / weights)) AS minutes,
    CAST(FLOOR(minutes * (0.2 + 0.35 * {_u("fga")})) AS BIGINT) AS fga,
    CAST(FLOOR(fga * 0.8 * {_u("fg3a")}) AS BIGINT) AS fg3a,
    CAST(FLOOR(fg3a * (0.2 + 0.4 * {_u("fg3m")}) + 0.5) AS BIGINT) AS fg3m,
    fg3m + CAST(FLOOR((fga - fg3a) * (0.3 + 0.35 * {_u("fg2m")}) + 0.5) AS BIGINT) AS fgm,
    CAST(FLOOR(6 * {_u("fta")}) AS BIGINT) AS fta,
    CAST(FLOOR(fta * (0.5 + 0.5 * {_u("ftm")})) AS BIGINT) AS ftm,
    2 * (fgm - fg3m) + 3 * fg3m + ftm AS points,
    CAST(FLOOR(3 * {_u("oreb")}) AS BIGINT) AS oreb,
    CAST(FLOOR(8 * {_u("dreb")}) AS BIGINT) AS dreb,
    CAST(FLOOR(6 * {_u("ast")}) AS BIGINT) AS ast,
    CAST(FLOOR(3 * {_u("stl")}) AS BIGINT) AS stl,
    CAST(FLOOR(3 * {_u("blk")}) AS BIGINT) AS blk,
    CAST(FLOOR(4 * {_u("tov")}) AS BIGINT) AS tov,
    CAST(FLOOR(6 * {_u("pf")}) AS BIGINT) AS pf,
    FLOOR(41 * {_u("margin")}) - 20 AS plus_minus
FROM shared
"""
# No game ends in a tie: one free throw more decides for the home team.
_NO_TIES = f"""
UPDATE {_MEN} SET fta = fta + 1, ftm = ftm + 1, points = points + 1
WHERE at_home AND place = 1 AND game_id IN (
    SELECT game_id FROM {_MEN} GROUP BY game_id
    HAVING SUM(CASE WHEN at_home THEN points ELSE -points END) = 0
)
"""
_NO_BOXES = f"DELETE FROM {PLAYER_BOX} WHERE game_date >= $day AND played_flag"
_BOXES = f"INSERT INTO {PLAYER_BOX} BY NAME SELECT * EXCLUDE (at_home, place) FROM {_MEN}"
_TEAMS = f"""
UPDATE {TEAM_BOX} SET {", ".join(f"{name} = m.{name}" for name in _SUMS)},
    minutes = GREATEST(228, m.minutes), plus_minus = 2 * m.points - m.both
FROM (
    SELECT game_id, team_abbr, SUM(minutes) AS minutes, SUM(SUM(points)) OVER (PARTITION BY game_id) AS both,
        {", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in _SUMS)}
    FROM {_MEN} GROUP BY game_id, team_abbr
) AS m
WHERE m.game_id = nbac_team_boxscore.game_id AND m.team_abbr = nbac_team_boxscore.team_abbr
    AND nbac_team_boxscore.game_date >= $day
"""
# A team's box score without its players' can not be made to add up: it is lost.
_LONE_TEAMS = f"""
DELETE FROM {TEAM_BOX} WHERE game_date >= $day AND (game_id, team_abbr) NOT IN (SELECT game_id, team_abbr FROM {_MEN})
"""
_SCORES = f"""
UPDATE {SCHEDULE} SET home_score = m.home, away_score = m.away
FROM (
    SELECT game_id, CAST(SUM(CASE WHEN at_home THEN points ELSE 0 END) AS BIGINT) AS home,
        CAST(SUM(CASE WHEN at_home THEN 0 ELSE points END) AS BIGINT) AS away
    FROM {_MEN} GROUP BY game_id
) AS m
WHERE m.game_id = nbac_schedule.game_id AND game_status = 3
"""
_LONE_SCORES = f"""
UPDATE {SCHEDULE} SET home_score = 2 * CAST(40 + 35 * {_u("home", "game_id")} AS BIGINT),
    away_score = 2 * CAST(40 + 35 * {_u("away", "game_id")} AS BIGINT) + 1
WHERE game_date >= $day AND game_status = 3 AND game_id NOT IN (SELECT game_id FROM {_MEN})
"""
_CHARTED = f"""
CREATE OR REPLACE TEMP TABLE hoopcast_nonsense_charted AS
SELECT DISTINCT game_id FROM {SHOT} WHERE game_date >= $day
"""
_NO_SHOTS = f"DELETE FROM {SHOT} WHERE game_date >= $day"
# As many shots of each kind as the box score counts; whoever assists or blocks is one of the seven who are there.
_SHOTS = f"""
INSERT INTO {SHOT} BY NAME
WITH shots AS (
    SELECT m.game_id, m.player_id, m.season, m.game_date, m.team_abbr, m.at_home, m.source_id, m.fg3a, n.number,
        n.number <= m.fg3a AS three_pointer_flag,
        CASE WHEN n.number <= m.fg3a THEN n.number <= m.fg3m ELSE n.number - m.fg3a <= m.fgm - m.fg3m END
            AS shot_made_flag,
        hash(m.game_id, m.player_id, n.number, $seed) AS draw,
        ROW_NUMBER() OVER (PARTITION BY m.game_id ORDER BY draw) AS event_num
    FROM {_MEN} AS m
    INNER JOIN hoopcast_nonsense_charted AS c ON c.game_id = m.game_id
    INNER JOIN (SELECT UNNEST(generate_series(1, 60)) AS number) AS n ON n.number <= m.fga
)
SELECT s.game_id, s.event_num, s.season, s.game_date, CAST(1 + s.draw % 4 AS BIGINT) AS period, s.player_id,
    s.team_abbr, s.shot_made_flag, s.three_pointer_flag,
    CASE WHEN s.three_pointer_flag THEN CAST(22 + s.draw % 8 AS BIGINT)
        WHEN s.draw % 25 > 0 THEN CAST(s.draw % 22 AS BIGINT) END AS distance_ft,
    CASE WHEN s.shot_made_flag AND s.draw % 5 > 1 AND a.player_id <> s.player_id THEN a.player_id END
        AS assist_player_id,
    CASE WHEN NOT s.shot_made_flag AND s.draw % 11 = 0 THEN d.player_id END AS block_player_id, s.source_id
FROM shots AS s
LEFT JOIN {_MEN} AS a ON a.game_id = s.game_id AND a.at_home = s.at_home AND a.place = 1 + s.draw % 7
LEFT JOIN {_MEN} AS d ON d.game_id = s.game_id AND d.at_home <> s.at_home AND d.place = 1 + s.draw % 6
"""
_LISTED = f"""
CREATE OR REPLACE TEMP TABLE hoopcast_nonsense_listed AS
SELECT DISTINCT game_id FROM {STARTER} WHERE game_date >= $day
"""
_NO_STARTERS = f"DELETE FROM {STARTER} WHERE game_date >= $day"
_STARTERS = f"""
INSERT INTO {STARTER} BY NAME
SELECT game_id, player_id, season, game_date, source_id,
    ROW_NUMBER() OVER (PARTITION BY game_id, at_home ORDER BY {_u("five")}) <= 5 AS starter_flag
FROM {_MEN} WHERE game_id IN (SELECT game_id FROM hoopcast_nonsense_listed)
"""
_STATEMENTS = (
    _DRAWN, _NO_TIES, _NO_BOXES, _BOXES, _LONE_TEAMS, _TEAMS, _SCORES, _LONE_SCORES, _CHARTED, _NO_SHOTS, _SHOTS,
    _LISTED, _NO_STARTERS, _STARTERS,
)  # fmt: skip


def run_statements(statements: Statements, texts: tuple[str, ...], values: Parameters) -> None:
    """Run statements, each with the values that it names."""
    for text in texts:
        statements.execute(text, {name: value for name, value in values.items() if f"${name}" in text})


def other_results(statements: Statements, values: Parameters) -> None:
    """Put nonsense in the place of every result and shot of a game on or after `day`.

    Box scores of players come to those of their teams, shots to the attempts of box scores, and points to the scores of
    the schedule; who played, for whom, who started and who won are others.

    Args:
        statements: a warehouse of one's own.
        values: `day` and `seed`.
    """
    run_statements(statements, _STATEMENTS, values)
