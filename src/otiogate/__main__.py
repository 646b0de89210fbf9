"""``python -m otiogate``."""

import sys

from otiogate.cli import main

if __name__ == "__main__":
    sys.exit(main())
