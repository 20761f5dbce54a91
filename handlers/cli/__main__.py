"""`python -m handlers.cli` is the command `usher`."""

import sys

from handlers.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
