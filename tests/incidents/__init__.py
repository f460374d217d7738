"""Tests of the room of incidents."""
