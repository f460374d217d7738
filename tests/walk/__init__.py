"""The whole walk, from pages to records, with every process killed on the way."""
