"""Rules of windows: named, ordered by a total order, with the frames that every engine understands."""

from collections.abc import Iterator

from sqlglot import exp

from hoopcast.errors import UsageError
from hoopcast.warehouse.findings import Finding
from hoopcast.warehouse.tables import table

# Functions that count rows or look along them; an engine refuses a frame for one or another of them.
_ALONG_ROWS = (exp.RowNumber, exp.Lag, exp.Lead, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)
_KEYS_OF_AN_ORDER = 2


def window_findings(tree: exp.Query) -> Iterator[Finding]:
    """Windows outside the portable subset."""
    for select in tree.find_all(exp.Select):
        named = {window.name: window for window in select.args.get("windows") or ()}
        for window in named.values():
            yield from _definition(window, select, tree)
        for use in select.find_all(exp.Window):
            if use.find_ancestor(exp.Select) is select and use.arg_key != "windows":
                yield from _use(use, named)


def _use(use: exp.Window, named: dict[str, exp.Window]) -> Iterator[Finding]:
    function = use.this.this if isinstance(use.this, exp.IgnoreNulls | exp.RespectNulls) else use.this
    if isinstance(function, exp.Count) and isinstance(function.this, exp.Distinct):
        yield Finding(use, "count-distinct-over", "no COUNT(DISTINCT) OVER: count rows that are numbered 1")
    window = named.get(use.alias)
    if window is None:
        yield Finding(use, "named-window", "no anonymous window: name it in the WINDOW clause")
        return
    framed, ordered = window.args.get("spec") is not None, window.args.get("order") is not None
    if isinstance(function, _ALONG_ROWS):
        name = function.sql_name()
        if framed:
            yield Finding(use, "frame", f"{name} over window {use.alias}, which has a frame: give it one without")
        if not ordered:
            yield Finding(use, "window-order", f"{name} over window {use.alias}, which has no order")
    elif ordered and not framed:
        yield Finding(use, "frame", f"an aggregate over window {use.alias}, which has an order: give it a ROWS frame")


def _definition(window: exp.Window, select: exp.Select, tree: exp.Query) -> Iterator[Finding]:
    for part in window.args.get("partition_by") or ():
        if not isinstance(part, exp.Column):
            message = f"window {window.name} is partitioned by {part.sql()}: name it as a column first"
            yield Finding(part, "window-partition", message)
    order, frame = window.args.get("order"), window.args.get("spec")
    if frame is not None and order is None:
        yield Finding(window, "window-order", f"window {window.name} has a frame and no order")
    if frame is not None and frame.args.get("kind") == "RANGE":
        if order is not None and not _by_day_number(order, tree):
            message = f"window {window.name}: RANGE only over one day number, DATE_DIFF('day', DATE '1970-01-01', …)"
            yield Finding(window, "range-frame", message)
    elif order is not None and not _is_total(window, order, select, tree):
        message = f"window {window.name} is ordered by no total order: end it in what tells its rows apart, as game_id"
        yield Finding(window, "window-order", message)


def _by_day_number(order: exp.Order, tree: exp.Query) -> bool:
    if len(order.expressions) != 1:
        return False
    key = order.expressions[0].this
    if isinstance(key, exp.Column):
        named = [alias.this for alias in tree.find_all(exp.Alias) if alias.alias == key.name]
        return bool(named) and all(isinstance(value, exp.DateDiff) for value in named)
    return isinstance(key, exp.DateDiff)


def _is_total(window: exp.Window, order: exp.Order, select: exp.Select, tree: exp.Query) -> bool:
    """Whether partition and order hold the key of the rows; where no key can be told, an order of two columns will do.

    What this can not tell, a test counts on data: rows of one partition that tie.
    """
    known = [*(window.args.get("partition_by") or ()), *(ordered.this for ordered in order.expressions)]
    names = {part.name for part in known if isinstance(part, exp.Column)} | _fixed(select)
    key = _key(select, tree)
    return key <= names if key else len(order.expressions) >= _KEYS_OF_AN_ORDER


def _fixed(select: exp.Select) -> set[str]:
    """Columns that the WHERE clause compares with a constant."""
    where = select.args.get("where")
    if where is None:
        return set()
    conditions = where.this.flatten() if isinstance(where.this, exp.And) else (where.this,)
    equalities = [condition for condition in conditions if isinstance(condition, exp.EQ)]
    return {part.left.name for part in equalities if isinstance(part.right, exp.Literal)}


def _key(select: exp.Select, tree: exp.Query) -> set[str]:
    """Columns that tell the rows of a SELECT apart, as far as the tree shows it; none where it does not."""
    if group := select.args.get("group"):
        return {part.name for part in group.expressions}
    source = select.args.get("from_")
    if source is None or select.args.get("joins") or not isinstance(source.this, exp.Table):
        return set()
    if source.this.db:
        try:
            return set(table(f"{source.this.db}.{source.this.name}").grain)
        except UsageError:
            return set()
    inner = next((cte.this for cte in tree.find_all(exp.CTE) if cte.alias == source.this.name), None)
    if not isinstance(inner, exp.Select):
        return set()
    key = _key(inner, tree)
    kept = {column.name: column.alias_or_name for column in inner.selects if isinstance(column.unalias(), exp.Column)}
    starred = any(column.is_star for column in inner.selects)
    return {kept.get(name, name) for name in key} if starred or key <= kept.keys() else set()
