"""``python -m emergency.cli``."""

import sys

from emergency.cli import main

sys.exit(main())
