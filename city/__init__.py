"""The simulated city: a small web server on loopback that speaks the formats of the sources."""
