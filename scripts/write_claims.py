"""Runs every claim; writes the results into ``docs/claims.md``, between its two markers, and how long the runs took."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.campaign.hiring import hire
from plimsoll.claims import evaluation, table
from plimsoll.claims.catalogue import load_claims

if TYPE_CHECKING:
    from plimsoll.campaign.trial import TrialResult

PAGE = Path(__file__).parents[1] / "docs" / "claims.md"
DURATIONS = Path(evaluation.__file__).parent / evaluation.DURATIONS
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
SEED = 1
WORTH_KNOWING_SECONDS = 2


def main() -> None:
    """Replace what stands between the markers, and the table of durations."""
    seconds: dict[str, int] = {}

    def note(name: str, result: TrialResult, done: int, of: int) -> None:
        print(f"[{done}/{of}] {name} ({result.wall_seconds:.1f} s)", file=sys.stderr)
        seconds[name] = round(result.wall_seconds)

    with tempfile.TemporaryDirectory() as runs, hire(runs_directory=Path(runs)) as crew:
        found = table.markdown(evaluation.evaluate(load_claims(), seed=SEED, crew=crew, on_run=note))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{found}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    noted = {name: took for name, took in sorted(seconds.items()) if took >= WORTH_KNOWING_SECONDS}
    DURATIONS.write_text(json.dumps(noted, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
