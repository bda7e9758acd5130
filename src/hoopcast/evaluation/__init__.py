"""How good the forecasts were: grades, populations, scores with intervals, and the report of them."""
