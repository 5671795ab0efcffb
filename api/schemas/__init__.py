"""The shapes that OpenAPI tells of: ``asked`` (what comes in) and ``told`` (what goes out)."""
