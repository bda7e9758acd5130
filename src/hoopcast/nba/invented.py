"""Ids of what is invented: those of NBA.com lie far below."""

# The first player id of the simulator.
FIRST_INVENTED_ID = 9_000_000
