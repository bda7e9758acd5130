"""The feature guard: a feature that never varies over a season, although its source is there, is broken."""

from collections.abc import Iterator, Sequence

from hoopcast.pipeline.model import Model
from hoopcast.pipeline.reconcile import Finding
from hoopcast.warehouse.engine import Engine
from hoopcast.warehouse.tables import Column, Level, Table

_FEATURE_STORE = "nba_predictions.ml_feature_store"
# Raw tables that nothing requires, by the lowest level of the features that they feed: without one, no blame.
_OPTIONAL_SOURCES: dict[Level, tuple[str, ...]] = {
    "history": ("nba_raw.nbac_shot", "nba_raw.nbac_starter", "nba_raw.injury_status"),
    "news": ("nba_raw.injury_status",),
    "market": ("nba_raw.game_line", "nba_raw.points_prop_line"),
    "line": ("nba_raw.points_prop_line",),
}
# What lines of a season must be like for a feature to vary, by the name that a declaration gives it.
_CONDITIONS = {
    "unless-live": "line_kind = 'live'",
    "unless-two-sided": "over_price IS NOT NULL AND under_price IS NOT NULL",
}
# On fewer dates of a stage, as in a play-in, much is the same by chance.
_DATES_TO_JUDGE = 20


def dull_features(engine: Engine, models: Sequence[Model], seasons: Sequence[str]) -> Iterator[Finding]:
    """Features of each season and stage that are constant or all NULL: declared ones aside, and those without source.

    The feature store's header `-- constant: playoff_game regular, line_movement unless-live` declares what need not
    vary: in a stage, or in a season without lines captured live (`unless-live`) or with both prices
    (`unless-two-sided`).
    """
    table = next((model.table for model in models if model.name == _FEATURE_STORE), None)
    if table is None or not {"season", "season_stage"} <= set(table.column_names):
        return
    features = [column for column in table.columns if _is_feature(table, column)]
    varies = ", ".join(f"COALESCE(MIN({column.name}) < MAX({column.name}), FALSE)" for column in features)
    for season in seasons:
        absent = _absent_sources(engine, season)
        unmet = [name for name, condition in _CONDITIONS.items() if not _has_lines(engine, season, condition)]
        for stage, days, *varying in engine.query(
            f"SELECT season_stage, COUNT(DISTINCT {table.time}), {varies} FROM {table.name}"
            " WHERE season = $season GROUP BY season_stage ORDER BY season_stage",
            {"season": season},
        ).rows:
            if int(str(days)) < _DATES_TO_JUDGE:
                continue
            declared = _declared(table, {str(stage), *unmet})
            dull = [
                column.name
                for column, does_vary in zip(features, varying, strict=True)
                if not does_vary and column.name not in declared and not _has_no_source(column, absent)
            ]
            examples = f"{season} {stage}: {', '.join(dull)}" if dull else ""
            yield "features vary", table.name, len(features), len(dull), examples


def _is_feature(table: Table, column: Column) -> bool:
    return column.type in ("BIGINT", "DOUBLE") and column.name not in table.grain and not column.name.endswith("_id")


def _declared(table: Table, conditions_met: set[str]) -> set[str]:
    pairs = (part.split() for part in table.headers.get("constant", "").split(",") if part.strip())
    return {name for name, *conditions in pairs if not conditions or conditions_met & set(conditions)}


def _has_lines(engine: Engine, season: str, condition: str) -> bool:
    rows = engine.query(
        f"SELECT COUNT(*) FROM nba_raw.points_prop_line WHERE season = $season AND {condition}", {"season": season}
    ).rows
    return rows[0][0] != 0


def _has_no_source(column: Column, absent: set[str]) -> bool:
    return column.level is not None and any(name in absent for name in _OPTIONAL_SOURCES[column.level])


def _absent_sources(engine: Engine, season: str) -> set[str]:
    names = {name for found in _OPTIONAL_SOURCES.values() for name in found}
    return {
        name
        for name in names
        if engine.query(f"SELECT COUNT(*) FROM {name} WHERE season = $season", {"season": season}).rows[0][0] == 0
    }
