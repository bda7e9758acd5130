"""Forecasts: systems that give a law of points for each expected player, what they learn, and the final law."""
