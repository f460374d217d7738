"""The local store: an engine for our own queries, on tantivy and SQLite, under the official client."""
