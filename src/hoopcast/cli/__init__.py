"""The command line: one function a command, each a thin skin over `hoopcast.open`."""

import os

from hoopcast.cli.commands import hoopcast


def main() -> None:
    """Run the command that `sys.argv` names, and exit with its status."""
    # Refits go on side by side; threads of the linear algebra beside theirs would spend their time on waiting. To be
    # said before NumPy is imported, which no module of the command line is in a hurry to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    hoopcast()
