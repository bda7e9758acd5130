"""The command line: one function a command, each a thin skin over `hoopcast.open`."""

from hoopcast.cli.commands import hoopcast


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its status."""
    hoopcast()
