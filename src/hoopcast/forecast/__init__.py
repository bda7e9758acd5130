"""Forecasts: systems that give each expected player a distribution of points, and what they learn."""
