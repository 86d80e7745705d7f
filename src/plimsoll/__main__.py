"""``python -m plimsoll``."""

from __future__ import annotations

import sys

from plimsoll.cli import main

sys.exit(main())
