"""The terminal's door: one file per kind of command. Doors translate; they decide nothing."""
