"""The local store: an engine for our own queries, under the official client, on tantivy and SQLite.

It takes exactly the request shapes that this program sends (`docs/local-store.md` lists them) and refuses all else with a
400 that names it. It is no Elasticsearch and is never called one.
"""
