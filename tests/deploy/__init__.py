"""Tests of what users deploy."""
