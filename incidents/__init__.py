"""Posts grouped into incidents, how incidents are handled, their levels and clocks, and the requests of citizens."""
