"""Forecast systems, a file each."""
