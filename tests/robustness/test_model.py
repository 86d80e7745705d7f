"""The registry against a model: whatever is written, watches, lists and pages tell one and the same story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from plimsoll.errors import ApiError
from plimsoll.kube.resources import Object
from plimsoll.registry.requests import Request, WatchEvent
from plimsoll.registry.verbs.watching import Watch
from tests.registry.clusters import ADMIN, Served

CONFIG_MAPS = ("", "v1", "configmaps")
NAMES = st.sampled_from("abcdef")
LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["x", "y", "z", ""]))
REFUSALS = 400
Matches = Callable[[str, dict[str, str]], bool]


@dataclass(frozen=True)
class Selector:
    """A selector as a query writes it, and what it means."""

    options: dict[str, str]
    matches: Matches


SELECTORS = [
    Selector({}, lambda _name, _labels: True),
    Selector({"labelSelector": "app=x"}, lambda _, labels: labels.get("app") == "x"),
    Selector({"labelSelector": "app!=x"}, lambda _, labels: labels.get("app") != "x"),
    Selector({"labelSelector": "app"}, lambda _, labels: "app" in labels),
    Selector({"labelSelector": "!app"}, lambda _, labels: "app" not in labels),
    Selector(
        {"labelSelector": "app in (x,y),tier"}, lambda _, labels: labels.get("app") in {"x", "y"} and "tier" in labels
    ),
    Selector({"labelSelector": "tier notin (x,)"}, lambda _, labels: labels.get("tier") not in {"x", ""}),
    Selector({"labelSelector": "app="}, lambda _, labels: labels.get("app") == ""),
    Selector({"fieldSelector": "metadata.name=a"}, lambda name, _: name == "a"),
    Selector({"fieldSelector": "metadata.name!=a,metadata.namespace=team"}, lambda name, _: name != "a"),
    Selector(
        {"fieldSelector": "metadata.name!=b", "labelSelector": "app=x"},
        lambda name, labels: name != "b" and labels.get("app") == "x",
    ),
]
SELECTOR = st.sampled_from(SELECTORS)


@dataclass
class Watcher:
    """A client that keeps a copy of what it watches, as informers do, and believes nothing impossible."""

    selector: Selector
    copy: dict[str, Object]
    revision: int
    begins_with_all: bool = False
    watch: Watch | None = field(default=None)

    def receive(self, event: WatchEvent) -> None:
        value = event.object
        metadata = value["metadata"]
        revision, name = int(metadata["resourceVersion"]), metadata.get("name", "")
        if event.type == "BOOKMARK":
            assert revision >= self.revision
            self.revision = revision
            return
        # The objects of a streamed list come in the order of their names; all else in the order in which it happened.
        assert revision > self.revision or self.watch is None
        self.revision = max(self.revision, revision)
        assert (name in self.copy) == (event.type != "ADDED")
        if event.type == "DELETED":
            del self.copy[name]
        else:
            self.copy[name] = value


class ApiMachine(RuleBasedStateMachine):
    """Random writes, with watches from any revision, lists at any revision, and pages that take their time."""

    watchers = Bundle("watchers")
    pages = Bundle("pages")

    def __init__(self) -> None:
        super().__init__()
        self.api = Served()
        self.api.wait(1.0)
        for value in self.api.listing(CONFIG_MAPS).items:
            self.api.ask("delete", CONFIG_MAPS, value["metadata"]["name"])
        self.api.wait(1.0)
        for value in self.api.listing(CONFIG_MAPS).items:  # what a controller has put back
            self.root = value["metadata"]["name"]
        self.history: list[tuple[int, dict[str, Object]]] = []
        self.open: list[Watcher] = []
        self._record()

    def _present(self) -> dict[str, Object]:
        return {value["metadata"]["name"]: value for value in self.api.listing(CONFIG_MAPS).items}

    def _record(self) -> None:
        self.history.append((self.api.cluster.store.revision, self._present()))

    def _write(self, verb: str, name: str, body: Any = None, **more: Any) -> int:
        before = self.api.cluster.store.revision
        try:
            code = self.api.ask(verb, CONFIG_MAPS, name, body, **more).code
        except ApiError as error:
            code = error.code
        if code < REFUSALS:
            self._record()
        else:
            assert self.api.cluster.store.revision == before
        return code

    @rule(name=NAMES, labels=LABELS)
    def create(self, name: str, labels: dict[str, str]) -> None:
        there = name in self.history[-1][1]
        code = self._write("create", "", {"metadata": {"name": name, "labels": labels}})
        assert code == (409 if there else 201)

    @rule(name=NAMES, labels=LABELS, stale=st.booleans())
    def update(self, name: str, labels: dict[str, str], *, stale: bool) -> None:
        there = self.history[-1][1].get(name)
        metadata = {"name": name, "labels": labels}
        if there is not None:
            metadata["resourceVersion"] = "1" if stale else there["metadata"]["resourceVersion"]
        code = self._write("update", name, {"metadata": metadata})
        assert code == (404 if there is None else 409 if stale else 200)

    @rule(name=NAMES, key=st.sampled_from(["app", "tier"]), value=st.sampled_from(["x", "y", None]))
    def patch(self, name: str, key: str, value: str | None) -> None:
        there = name in self.history[-1][1]
        body = {"metadata": {"labels": {key: value}}}
        assert self._write("patch", name, body, patch_type="application/merge-patch+json") == (200 if there else 404)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        there = name in self.history[-1][1]
        assert self._write("delete", name) == (200 if there else 404)

    @rule(seconds=st.sampled_from([0.0, 0.001, 1.0]))
    def wait(self, seconds: float) -> None:
        self.api.wait(seconds)

    @rule(target=watchers, selector=SELECTOR, back=st.integers(0, 30))
    def watch_from_the_past(self, selector: Selector, back: int) -> Watcher:
        revision, objects = self.history[max(0, len(self.history) - 1 - back)]
        return self._watch(Watcher(selector, selected(objects, selector), revision), {"resourceVersion": str(revision)})

    @rule(target=watchers, selector=SELECTOR)
    def watch_with_a_streamed_list(self, selector: Selector) -> Watcher:
        streaming = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
        return self._watch(Watcher(selector, {}, 0), streaming)

    def _watch(self, watcher: Watcher, options: dict[str, str]) -> Watcher:
        resource = self.api.resource(CONFIG_MAPS)
        asked = {**options, **watcher.selector.options}
        request = Request("watch", resource, self.api.namespace, user=ADMIN, options=asked)
        watcher.watch = self.api.registry.watch(request, watcher.receive)
        self.open.append(watcher)
        return watcher

    @rule(watcher=watchers)
    def bookmark(self, watcher: Watcher) -> None:
        assert watcher.watch is not None
        watcher.receive(watcher.watch.bookmark())

    @rule(watcher=watchers)
    def reconnect(self, watcher: Watcher) -> None:
        """End a watch, and go on from where it was."""
        assert watcher.watch is not None
        watcher.watch.stop()
        self.open.remove(watcher) if watcher in self.open else None
        self._watch(watcher, {"resourceVersion": str(watcher.revision)})

    @rule(selector=SELECTOR, back=st.integers(0, 30))
    def list_at_a_revision(self, selector: Selector, back: int) -> None:
        revision, objects = self.history[max(0, len(self.history) - 1 - back)]
        exact = {"resourceVersion": str(revision), "resourceVersionMatch": "Exact"}
        listing = self.api.listing(CONFIG_MAPS, **selector.options, **exact)
        assert {value["metadata"]["name"]: value for value in listing.items} == selected(objects, selector)
        assert listing.resource_version == str(revision)

    @rule(target=pages, selector=SELECTOR, limit=st.integers(1, 3))
    def first_page(self, selector: Selector, limit: int) -> Any:
        listing = self.api.listing(CONFIG_MAPS, **selector.options, limit=str(limit))
        wanted = selected(self.history[-1][1], selector)
        if not listing.continue_token:
            assert names(listing.items) == sorted(wanted)
            return multiple()
        return selector, limit, wanted, list(listing.items), listing.continue_token

    @rule(page=pages)
    def further_pages(self, page: tuple[Selector, int, dict[str, Object], list[Object], str]) -> None:
        """However much has been written meanwhile, all pages together are what was there at the first."""
        selector, limit, wanted, begun, token = page
        items = list(begun)
        while token:
            more = {"limit": str(limit), "continue": token}
            listing = self.api.listing(CONFIG_MAPS, **selector.options, **more)
            items += listing.items
            token = listing.continue_token
        assert items == [wanted[name] for name in sorted(wanted)]

    @invariant()
    def lists_match_selectors(self) -> None:
        for selector in SELECTORS:
            found = names(self.api.listing(CONFIG_MAPS, **selector.options).items)
            assert found == sorted(selected(self.history[-1][1], selector))

    def teardown(self) -> None:
        self.api.wait(1.0)
        for watcher in self.open:
            assert watcher.copy == selected(self._present(), watcher.selector)


def names(items: Any) -> list[str]:
    return [value["metadata"]["name"] for value in items]


def selected(objects: dict[str, Object], selector: Selector) -> dict[str, Object]:
    return {
        name: value for name, value in objects.items() if selector.matches(name, value["metadata"].get("labels") or {})
    }


TestApi = ApiMachine.TestCase
TestApi.settings = settings(max_examples=60, stateful_step_count=40)
