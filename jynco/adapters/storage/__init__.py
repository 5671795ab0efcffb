"""Where files are kept: a local folder today; every storage answers to the same contract test."""
