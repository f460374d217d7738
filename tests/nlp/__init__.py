"""Tests of cleaning, cutting, features, models and tagging."""
