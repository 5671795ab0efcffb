"""The tasks: thin doors to the agents. A task claims, lets the agent work, and says what comes next."""
