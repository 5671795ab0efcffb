"""The leaves: one vendor, driver or binary each, behind a port. They never import one another."""
