"""Frozen values: what Jynco talks about. Nothing here reads a file, a clock or the environment."""
