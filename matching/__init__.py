"""Finds words in texts whatever way they are written: folding, and the mentions of the monitored accounts."""
