"""Run `hoopcast` with another clock: `python -m faults.clock 2022-01-20T12:00 [JUMP_DAYS] -- ARGUMENTS`.

With JUMP_DAYS the clock jumps by so many days, forth or back, a second after the command began.
"""

import sys
import threading
from datetime import UTC, datetime, timedelta

import time_machine

from hoopcast.cli import main

JUMP_AFTER_SECONDS = 1.0


def run(arguments: list[str]) -> None:
    """Set the clock, let it jump, and do the command."""
    said, command = arguments[: arguments.index("--")], arguments[arguments.index("--") + 1 :]
    moment = datetime.fromisoformat(said[0]).replace(tzinfo=UTC)
    with time_machine.travel(moment, tick=True) as traveller:
        if said[1:]:
            jump = threading.Timer(JUMP_AFTER_SECONDS, traveller.shift, [timedelta(days=int(said[1]))])
            jump.daemon = True
            jump.start()
        sys.argv = ["hoopcast", *command]
        main()


if __name__ == "__main__":
    run(sys.argv[1:])
