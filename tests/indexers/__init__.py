"""Tests of the database: documents, writer, queries, search box."""
