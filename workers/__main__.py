"""``python -m workers motion|render|preview|batch|beat|flower``: what the Procfile starts."""

import sys

from workers.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
