"""Settings, logging and process configuration. ``settings`` is the one reader of the environment."""
