"""Tests of the crawlers."""
