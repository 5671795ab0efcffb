"""Locks by name: across machines (postgres), across processes of one machine (file), or of one process (memory)."""
