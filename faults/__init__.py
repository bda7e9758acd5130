"""Faults that the product promises to stand: each is done to a real process, and what it leaves is looked at."""
