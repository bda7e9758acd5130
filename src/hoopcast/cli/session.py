"""What every command knows: the flags before it, what was typed, and how to open the warehouse."""

import shlex
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from hoopcast.cli.output import held_back, one_line, tell
from hoopcast.cli.signals import Signals
from hoopcast.errors import WarehouseInUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from hoopcast.api import Hoopcast
    from hoopcast.graph import Graph
    from hoopcast.settings import Settings

PATIENCE_SECONDS = 10.0
# What headings end with where players are invented.
LABEL = ", simulated league"


@dataclass
class Session:
    """One call of the command line."""

    arguments: list[str]
    warehouse: str | None = None
    threads: str | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    name: str = ""
    is_simulated: bool = False
    signals: Signals = field(default_factory=Signals)

    @property
    def label(self) -> str:
        """What headings end with where the league is none."""
        return LABEL if self.is_simulated else ""

    @property
    def command(self) -> str:
        """What was typed."""
        return shlex.join(["hoopcast", *self.arguments])

    def settings(self, **flags: object) -> "Settings":
        """Settings of this call.

        Raises:
            UsageError: if a value is none for its setting.
        """
        from hoopcast import settings

        return settings.load({"warehouse": self.warehouse, "threads": self.threads, **flags})

    @property
    def graph(self) -> "Graph":
        """Every node of the pipeline, of the systems that the settings of this call choose."""
        from hoopcast.graph import Graph

        chosen = self.settings()
        return Graph(chosen.systems, chosen.systems_chosen_by)

    def writing(self, wait: str | None = None, *, create: bool = False) -> "AbstractContextManager[Hoopcast]":
        """The warehouse, to write."""
        from hoopcast import api

        chosen = self.settings(wait=wait)
        opened = partial(api.open, chosen.warehouse, threads=chosen.threads, create=create, command=self.command)
        if chosen.wait:
            try:
                return self._label(opened(wait=0))
            except WarehouseInUse as error:
                self.note(f"waiting up to {chosen.wait:g} s: {str(error).partition(';')[0]}")
        return self._label(opened(wait=chosen.wait))

    @contextmanager
    def reading(self, wait: str | None = None, *, snapshot: bool = True) -> "Iterator[Hoopcast]":
        """The warehouse to read; while it is being written its snapshot, where that will do.

        What is said meanwhile is printed once it is let go.
        """
        from hoopcast import api

        chosen = self.settings(wait=wait)
        opened = api.open(chosen.warehouse, wait=chosen.wait, threads=chosen.threads, read_only=True, snapshot=snapshot)
        if opened.snapshot_taken_utc is not None:
            from hoopcast.calendar import utc_now

            seconds = (utc_now() - opened.snapshot_taken_utc).total_seconds()
            self.note(f"the warehouse is being written: this is its snapshot of {_age(seconds)} ago")
        with held_back(), self._label(opened) as warehouse:
            yield warehouse

    def _label(self, opened: "Hoopcast") -> "Hoopcast":
        """A warehouse, once it is known whether its league is one."""
        self.is_simulated = opened.is_simulated
        return opened

    @contextmanager
    def status(self, what: str) -> "Iterator[Callable[[str], None]]":
        """Say what is being done, beside the result and unless --quiet; the function replaces that on a terminal."""
        if self.quiet or not sys.stderr.isatty():
            self.note(what)
            yield lambda _: None
            return
        from rich.console import Console

        with Console(stderr=True).status(what) as status:
            yield status.update

    @contextmanager
    def patience(self, what: str) -> "Iterator[Callable[[str], None]]":
        """The same of what seldom takes long: without a terminal a line every ten seconds, and none before."""
        if sys.stderr.isatty():
            with self.status(what) as update:
                yield update
            return
        latest, ended, began = [what], threading.Event(), time.monotonic()

        def tell_on() -> None:
            while not ended.wait(PATIENCE_SECONDS):
                self.note(f"{latest[-1]}: {time.monotonic() - began:.0f} s so far")

        teller = threading.Thread(target=tell_on, daemon=True)
        teller.start()
        try:
            yield latest.append
        finally:
            ended.set()
            teller.join()

    def note(self, message: str) -> None:
        """Say something beside the result, unless --quiet."""
        if not self.quiet:
            tell(one_line(message))


def _age(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} seconds"
