"""The options of lists and watches, checked together (apimachinery, pkg/apis/meta/internalversion/validation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plimsoll.apimachinery.validation.fielderrors import FieldError, forbidden, invalid, not_supported
from plimsoll.kube.resources import Resource
from plimsoll.registry.options import read_boolean, read_integer
from plimsoll.registry.refusals import META_GROUP

EXACT = "Exact"
NOT_OLDER = "NotOlderThan"


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What a list or a watch was asked besides its selectors. Empty texts and None were not said."""

    limit: int = 0
    continue_token: str = ""
    revision: str = ""
    match: str = ""
    sends_initial_events: bool | None = None
    allows_bookmarks: bool = False


def list_options(options: Mapping[str, str]) -> ListOptions:
    """Read the options of a list; 400 for malformed ones, 422 for those that do not go together."""
    read = _read(options)
    _refuse(_list_errors(read))
    return read


def watch_options(options: Mapping[str, str]) -> ListOptions:
    """Read the options of a watch. One from no revision, or from zero, begins with what is there."""
    read = _read(options)
    if read.sends_initial_events is None and not read.match and read.revision in {"", "0"}:
        return ListOptions(
            revision=read.revision,
            match=NOT_OLDER,
            sends_initial_events=True,
            allows_bookmarks=read.allows_bookmarks,
            continue_token=read.continue_token,
        )
    _refuse(_watch_errors(read))
    return read


def _read(options: Mapping[str, str]) -> ListOptions:
    limit = options.get("limit", "")
    if options.get("timeoutSeconds"):
        read_integer(options["timeoutSeconds"])  # for its faults: lists are short, and watches are ended by the server
    initial = options.get("sendInitialEvents")
    return ListOptions(
        limit=max(read_integer(limit), 0) if limit else 0,
        continue_token=options.get("continue", ""),
        revision=options.get("resourceVersion", ""),
        match=options.get("resourceVersionMatch", ""),
        sends_initial_events=None if initial is None else read_boolean(initial),
        allows_bookmarks=read_boolean(options.get("allowWatchBookmarks", "false")),
    )


def _list_errors(options: ListOptions) -> Iterator[FieldError]:
    match = options.match
    if match:
        if not options.revision:
            yield _match_forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided")
        if options.continue_token:
            yield _match_forbidden("resourceVersionMatch is forbidden when continue is provided")
        if match not in {EXACT, NOT_OLDER}:
            yield not_supported("resourceVersionMatch", match, (EXACT, NOT_OLDER, ""))
        if match == EXACT and options.revision == "0":
            yield _match_forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    if options.sends_initial_events is not None:
        yield forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")


def _watch_errors(options: ListOptions) -> Iterator[FieldError]:
    match = options.match
    if options.sends_initial_events is not None and match != NOT_OLDER:
        yield _match_forbidden(f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER}")
    if match:
        if options.sends_initial_events is None:
            yield _match_forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")
        if match != NOT_OLDER:
            yield not_supported("resourceVersionMatch", match, (NOT_OLDER,))
        if options.continue_token:
            yield _match_forbidden("resourceVersionMatch is forbidden when continue is provided")


def _match_forbidden(text: str) -> FieldError:
    return forbidden("resourceVersionMatch", text)


def _refuse(found: Iterator[FieldError]) -> None:
    errors = list(found)
    if errors:
        raise invalid(Resource(META_GROUP, "v1", "", "ListOptions"), "", errors)
