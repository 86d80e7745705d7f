"""Write the reference pages of ``docs/`` from the command line, the scenario's model and the profiles."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from plimsoll.cli.entry import command_line
from scripts.reference.commands import commands_page
from scripts.reference.conformance import conformance_page
from scripts.reference.findings import findings_page
from scripts.reference.gallery import gallery_page
from scripts.reference.profiles import profiles_page
from scripts.reference.scenario import scenario_page
from scripts.reference.series import series_page

ROOT = Path(__file__).parent.parent


@cache
def generated_pages() -> dict[str, str]:
    """Return every generated page by its path in the project."""
    return {
        "docs/commands.md": commands_page(command_line()),
        "docs/conformance.md": conformance_page(),
        "docs/findings.md": findings_page(),
        "docs/gallery.md": gallery_page(),
        "docs/profiles.md": profiles_page(),
        "docs/scenario.md": scenario_page(),
        "docs/series.md": series_page(),
    }


def main() -> None:
    """Write the pages that changed, and say which."""
    for name, text in generated_pages().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
