"""The account matrix: what its accounts did in a period, and whether one of them is in foreign hands."""
