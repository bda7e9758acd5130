"""The `hoopcast` command: its commands, imported when they are called, and how anything that goes wrong is told."""

import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from hoopcast.cli.options import example, refuse_ambiguous, with_text_set_apart
from hoopcast.cli.output import one_line, tell, tell_error
from hoopcast.cli.session import Session
from hoopcast.errors import HoopcastError, RepairWarning, SnapshotWarning

# Which module holds a command, in the order of `hoopcast --help`.
_MODULES = {
    "demo": "demo",
    "ingest": "data",
    "forget": "data",
    "backfill": "backfill",
    "coverage": "reports",
    "status": "status",
    "runs": "reports",
    "failures": "reports",
    "verify": "reports",
    "audit": "audit",
    "predict": "predict",
    "grade": "evaluate",
    "evaluate": "evaluate",
    "why": "reports",
    "explain": "reports",
    "sql": "data",
    "export": "data",
    "backup": "data",
    "models": "models",
    "doctor": "doctor",
}
# What they print is read as if it were of real games.
_REPORTS = frozenset(("coverage", "failures", "verify", "audit", "predict", "grade", "evaluate", "why", "explain"))
_USAGE = 2


class _Commands(click.Group):
    """A group that imports a command when it is called, and ends with one line where click or Python would not."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands."""
        del ctx
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        del ctx
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"hoopcast.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options before the command."""
        refuse_ambiguous(ctx, args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that arguments name, and the arguments that are its own."""
        name, command, rest = super().resolve_command(ctx, args)
        session: Session = ctx.obj
        session.name = name or ""
        if command is not None:
            rest = with_text_set_apart(command, rest) if name == "sql" else rest
            refuse_ambiguous(click.Context(command, ctx, name), rest)
        return name, command, rest

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> NoReturn:
        """Run a command and exit with its status."""
        del prog_name
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session(arguments)
        extra |= {"standalone_mode": False, "obj": session}
        with session.signals, warnings.catch_warnings():
            for told in (SnapshotWarning, RepairWarning):
                warnings.simplefilter("default", told)
            warnings.showwarning = _show_warning
            try:
                status = super().main(arguments, "hoopcast", **extra)
                if not status and session.name in _REPORTS:
                    _tell_of_simulation(session)
            except SystemExit:
                raise
            except BaseException as error:  # noqa: BLE001 - the last place where it can be told in one line
                status = _report_error(error, session)
        sys.exit(status if isinstance(status, int) else 0)


def _tell_of_simulation(session: Session) -> None:
    """Say beside what was printed that it is of no real games."""
    if session.is_simulated:
        from hoopcast.api import SIMULATED

        session.note(SIMULATED)


def _report_error(error: BaseException, session: Session) -> int:
    """Tell what went wrong, in one line.

    Returns:
        The exit status.
    """
    if session.debug:
        traceback.print_exception(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        tell(error.format_message())
        return _USAGE
    if isinstance(error, click.ClickException):
        tell_error(f"{error.format_message().rstrip('.')}{_hint(error)}")
        return error.exit_code
    if isinstance(error, HoopcastError):
        tell_error(str(error))
        return error.exit_status
    signals = session.signals
    if signals.received is not None:
        tell_error(
            f"stopped by {signals.name}; what was finished stays and what was in progress is as it was;"
            f" `{session.command}` goes on"
        )
        return 128 + signals.received
    if isinstance(error, OSError) and error.strerror is not None:
        what = error.filename or "standard output"
        tell_error(f"{what} can not be read or written: {error.strerror}; see to it and run it again")
        return 1
    tell_error(_unforeseen(error))
    return 1


def _unforeseen(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        from hoopcast.warehouse.faults import LESS_MEMORY

        return f"memory ran out; {LESS_MEMORY}"
    return f"internal error: {type(error).__name__}: {str(error).rstrip('.')}; run with --debug for the traceback"


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Tell in one line what went wrong beside a work that is done."""
    tell(f"warning: {one_line(str(message))}")


def _hint(error: click.ClickException) -> str:
    if not isinstance(error, click.UsageError):
        return ""
    if error.ctx is None:
        return "; see `hoopcast --help`"
    if isinstance(error, click.NoSuchOption) and error.option_name in _global_options() and error.ctx.parent:
        return f"; it goes before the command: `hoopcast {error.option_name} ... {error.ctx.info_name}`"
    return f"; see `{error.ctx.command_path} --help`"


def _global_options() -> set[str]:
    return {name for parameter in hoopcast.params for name in parameter.opts}


@click.group(
    epilog=example(
        "hoopcast demo",
        "hoopcast ingest seasons/2021-22",
        "hoopcast backfill --season 2021-22",
        "hoopcast coverage --season 2021-22 --by month",
    ),
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.option("--warehouse", metavar="URL", help="The warehouse, such as duckdb:///nba.duckdb. [$HOOPCAST_WAREHOUSE]")
@click.option("--threads", metavar="N", help="Worker threads, all cores by default. [$HOOPCAST_THREADS]")
@click.option("--quiet", is_flag=True, help="Print results and errors alone.")
@click.option("--verbose", is_flag=True, help="Print more on the way.")
@click.option("--debug", is_flag=True, help="Print the traceback of an error.")
@click.version_option(package_name="hoopcast", message="%(prog)s %(version)s")
@click.pass_obj
def hoopcast(
    session: Session, warehouse: str | None, threads: str | None, quiet: bool, verbose: bool, debug: bool
) -> None:
    """Take NBA seasons from raw box scores to a verified feature store and graded forecasts.

    Settings come from flags, then the environment, then hoopcast.toml. Every command has --help with an example.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose contradict each other")
    session.warehouse, session.threads = warehouse, threads
    session.quiet, session.verbose, session.debug = quiet, verbose, debug
