"""What bookmakers say, and what a forecast is worth at their prices."""
