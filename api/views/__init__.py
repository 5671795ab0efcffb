"""Rows as people see them: plain values for the schemas of ``api.schemas``."""
