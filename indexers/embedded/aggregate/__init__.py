"""Aggregations: read by name, computed by tantivy in one pass where its answer is right, composed here where it is not."""
