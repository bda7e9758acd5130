"""Names of forecast systems: in any capitals, and what they were once called."""

from functools import cache
from importlib import resources

ALIASES = {
    "moving_average_baseline_v1": "moving_average",
    "zone_matchup_v1": "zone_matchup",
    "similarity_balanced_v1": "similarity",
    "xgboost_v1": "gradient_boosting",
    "ensemble_v1": "ensemble",
}


def current_name(text: str) -> str:
    """A system, or one at a level, as it is called today; any other text in small letters."""
    lower = text.strip().lower()
    return ALIASES.get(lower, lower)


@cache
def system_names() -> tuple[str, ...]:
    """Names of every system, which are those of the files in `forecast/systems`."""
    files = (resources.files("hoopcast") / "forecast" / "systems").iterdir()
    return tuple(sorted(file.name[:-3] for file in files if file.name.endswith(".py") and file.name[0] != "_"))
