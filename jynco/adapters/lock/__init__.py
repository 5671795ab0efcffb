"""Locks by name: across processes of one machine (file), or of one process (memory)."""
