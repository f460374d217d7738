"""Tests of the log, its engines and the dead letters."""
