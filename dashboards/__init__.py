"""Panels, defined once: asked of the database by our own pages, and written as the body of Kibana's Dashboards API."""
