"""Runs every claim and writes the results into ``docs/claims.md``, between its two markers."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from plimsoll.claims import table
from plimsoll.claims.catalogue import load_claims
from plimsoll.claims.evaluation import evaluate

PAGE = Path(__file__).parents[1] / "docs" / "claims.md"
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
SEED = 1


def main() -> None:
    """Replace what stands between the markers."""
    with tempfile.TemporaryDirectory() as runs:
        results = evaluate(
            load_claims(),
            seed=SEED,
            runs_directory=Path(runs),
            on_run=lambda name, done, of: print(f"[{done}/{of}] {name}", file=sys.stderr),
        )
        found = table.markdown(results)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{found}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
