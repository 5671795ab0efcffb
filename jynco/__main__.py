"""``python -m jynco``."""

import sys

from jynco.cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
