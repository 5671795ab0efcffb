"""storyboard.json: read, checked, upgraded, joined with what was made, and replaced whole.

The rooms: ``codec`` (bytes to document and back), ``schema`` and ``checks`` (what is wrong, and where),
``upgrades`` (older versions), ``view`` (the engine's read-only storyboard), ``readiness`` (what planning
needs beyond a valid document), ``made`` (people's fields and rows), ``merge`` (PATCH), ``files`` (one file,
many writers). Errors name the place by JSON Pointer, because a document is mended by hand.
"""
