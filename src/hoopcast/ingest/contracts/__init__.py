"""The contracts of all raw tables, and which of them a source fits."""

from hoopcast.errors import SourceError, UsageError
from hoopcast.ingest.contract import Contract, fold
from hoopcast.ingest.contracts.game_line import GAME_LINE
from hoopcast.ingest.contracts.injury_status import INJURY_STATUS
from hoopcast.ingest.contracts.player_boxscore import PLAYER_BOXSCORE
from hoopcast.ingest.contracts.points_prop_line import POINTS_PROP_LINE
from hoopcast.ingest.contracts.roster import ROSTER
from hoopcast.ingest.contracts.schedule import SCHEDULE
from hoopcast.ingest.contracts.shot import SHOT
from hoopcast.ingest.contracts.starter import STARTER
from hoopcast.ingest.contracts.team_boxscore import TEAM_BOXSCORE
from hoopcast.warehouse.tables import table

# In the order of loading: a table's rows are checked against, and names resolved from, tables before it.
CONTRACTS: tuple[Contract, ...] = (
    SCHEDULE, TEAM_BOXSCORE, PLAYER_BOXSCORE, STARTER, SHOT, GAME_LINE, ROSTER, POINTS_PROP_LINE, INJURY_STATUS,
)  # fmt: skip


def contract_of(table_name: str) -> Contract:
    """Contract of a raw table.

    Raises:
        UsageError: if the name is no table's, or no file can hold that table.
    """
    full_name = table(table_name).name
    for contract in CONTRACTS:
        if contract.table_name == full_name:
            return contract
    names = ", ".join(contract.table_name for contract in CONTRACTS)
    message = f"'{table_name}' is no table that a file can be ingested into; choose from {names}"
    raise UsageError(message)


def recognise(columns: tuple[str, ...], stem: str) -> Contract | None:
    """The contract that a source fits: by its column names, else, to say what it lacks, by its file name.

    Args:
        columns: the source's column names as they stand.
        stem: file name without folder and endings.

    Returns:
        The contract, or None where neither columns nor name tell.

    Raises:
        SourceError: if the name tells a table and the columns are not that table's.
    """
    folded = tuple(fold(column) for column in columns)
    fitting = [contract for contract in CONTRACTS if contract.fits(folded)]
    named = next((contract for contract in CONTRACTS if stem.casefold() in contract.file_names), None)
    if named is not None and (named in fitting or not fitting):
        refuse_missing(named, columns)
        return named
    # Tables with common columns: the one that asks for more of them.
    return max(fitting, key=lambda contract: sum(wanted.required for wanted in contract.inputs), default=None)


def refuse_missing(contract: Contract, columns: tuple[str, ...]) -> None:
    """Refuse a source that lacks columns of its table.

    Raises:
        SourceError: naming the columns.
    """
    missing = contract.missing(tuple(fold(column) for column in columns))
    if missing:
        short = contract.table_name.removeprefix("nba_raw.")
        message = f"lacks {', '.join(missing)}, which {short} needs; it has: {', '.join(columns) or 'no column'}"
        raise SourceError(message)


def refuse_repeated(contract: Contract, columns: tuple[str, ...]) -> None:
    """Refuse a source that has a column twice up to case, or up to punctuation as well where its table reads it.

    Columns without a name are read by nobody.

    Raises:
        SourceError: naming the column.
    """
    folded = tuple(fold(column) for column in columns)
    read = {folded[place] for wanted in contract.inputs if (place := wanted.position(folded)) is not None}
    known: dict[str, str] = {}
    for column, meaning in zip(columns, folded, strict=True):
        name = meaning if meaning in read else column.strip().casefold()
        if name and name in known:
            first = known[name]
            named = f"named '{column}'" if column == first else f"of one name, '{first}' and '{column}'"
            raise SourceError(f"has two columns {named}; leave one of them")
        known[name] = column
