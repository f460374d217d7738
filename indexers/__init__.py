"""The database: documents and mappings, the idempotent bulk writer, named queries."""
