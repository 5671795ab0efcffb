"""``python -m jynco``."""

import signal
import sys


def run() -> int:
    """One command. Ctrl+C counts from the first moment, and a polite end (SIGTERM) is an end like it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        from jynco.cli.main import main

        return main(sys.argv[1:])
    except KeyboardInterrupt:  # before the command began, or while it was ending
        return 130


if __name__ == "__main__":
    sys.exit(run())
