"""Where the tables live: their definitions, the engines, the portable dialect."""
