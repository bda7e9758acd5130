"""A law of points as bars on a terminal."""

import sys
from collections.abc import Sequence
from io import StringIO

_WIDTH = 44
_MOST_BINS = 14
_NARROWEST, _WIDEST = 2, 5
# Below this a bin's bar would be empty; such bins at either end are left out.
_SEEN = 0.004
_BLOCKS = "█▏▎▍▌▋▊▉"


def histogram(probabilities: Sequence[float], marks: Sequence[tuple[str, float]]) -> list[str]:
    """A line for each bin of 2 to 5 points: its points, a bar, its share in percent, and what lies in it.

    Args:
        probabilities: of 0, 1, 2, ... points, adding to one.
        marks: names of points to show, such as `("line 22.5", 22.5)`.
    """
    last = max(points for points, chance in enumerate(probabilities) if chance >= _SEEN / _WIDEST)
    width = min(max(-(-(last + 1) // _MOST_BINS), _NARROWEST), _WIDEST)
    bins = [(start, sum(probabilities[start : start + width])) for start in range(0, len(probabilities), width)]
    seen = [place for place, (_, share) in enumerate(bins) if share >= _SEEN]
    shown = bins[seen[0] : seen[-1] + 1]
    bars = _bars([share for _, share in shown])
    lines = []
    for (start, share), bar in zip(shown, bars, strict=True):
        beside = ", ".join(name for name, points in marks if start - 0.5 <= points < start + width - 0.5)
        text = f"  {start:>2}-{start + width - 1:<2}  {bar:<{_WIDTH}} {100 * share:4.1f} %"
        lines.append(f"{text}  < {beside}" if beside else text)
    return lines


def _bars(shares: Sequence[float]) -> list[str]:
    """Bars of lengths in these ratios; of blocks where the terminal can show them."""
    highest = max(shares)
    if not _shows_blocks():
        return ["#" * max(round(_WIDTH * share / highest), 1) for share in shares]
    from rich.bar import Bar
    from rich.console import Console

    bars = []
    for share in shares:
        console = Console(file=StringIO(), width=_WIDTH, color_system=None)
        console.print(Bar(size=highest, begin=0, end=share, width=_WIDTH))
        bars.append(console.file.getvalue().strip())  # type: ignore[attr-defined]
    return bars


def _shows_blocks() -> bool:
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
