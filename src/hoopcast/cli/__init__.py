"""The command line: one function a command, each a thin skin over `hoopcast.open`."""

from hoopcast.cli.commands import hoopcast
from hoopcast.cli.output import reopen_closed


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its status."""
    reopen_closed()
    hoopcast()
