"""The report as one HTML file that needs nothing else: no network, no fonts, no libraries.

Belongs here: reducing an archive's tables to plot series (`series`), scales (`scale`), drawing (`markup`, `plot`,
`figures`), tables and the page (`tables`, `page`), and the page's own style sheet and script (`assets/`).

Does not belong here: computing what is shown. Numbers come from :mod:`plimsoll.measurement.summary`.

Plots are SVG drawn here, so that the page shows everything without running its script; the script only adds what a
pointer or the keyboard asks for. A content security policy allows that one script and that one style sheet by their
hashes and forbids every request, so whatever a hostile object name says, it stays text.
"""

from plimsoll.report.html.page import render_html

__all__ = ["render_html"]
