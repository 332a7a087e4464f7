"""``python -m commscore``: the command line."""

import sys

from commscore._cli import main

if __name__ == "__main__":
    sys.exit(main())
