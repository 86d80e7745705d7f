"""The parameters of operations: which ones a verb takes, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plimsoll.kube.resources import Object

_QUERY: Mapping[str, tuple[str, str]] = {
    "allowWatchBookmarks": ("boolean", "Whether a watch may be told from time to time how far it has come."),
    "container": ("string", "The container whose log is read."),
    "continue": ("string", "Where to go on with a list that came in parts."),
    "dryRun": ("string", "With All, everything is done but storing the object."),
    "fieldManager": ("string", "Who makes the change, as managedFields shall name it."),
    "fieldSelector": ("string", "Only objects with these values in these fields."),
    "fieldValidation": ("string", "What to do about unknown and repeated fields: Ignore, Warn or Strict."),
    "follow": ("boolean", "Whether to wait for more of the log."),
    "force": ("boolean", "Whether apply takes fields that others own."),
    "gracePeriodSeconds": ("integer", "How long until the object is deleted by force."),
    "labelSelector": ("string", "Only objects with these labels."),
    "limit": ("integer", "At most so many objects in one answer."),
    "orphanDependents": ("boolean", "Whether dependents stay; propagationPolicy says more."),
    "pretty": ("string", "Whether the answer is written for people to read."),
    "previous": ("boolean", "Whether to read the log of the container that ran before."),
    "propagationPolicy": ("string", "What becomes of dependents: Orphan, Background or Foreground."),
    "resourceVersion": ("string", "How recent the answer must be."),
    "resourceVersionMatch": ("string", "How resourceVersion is meant: Exact or NotOlderThan."),
    "sendInitialEvents": ("boolean", "Whether a watch begins with what is there already."),
    "sinceSeconds": ("integer", "Only what was logged in the last so many seconds."),
    "tailLines": ("integer", "Only so many lines from the end of the log."),
    "timeoutSeconds": ("integer", "When the server ends the request."),
    "timestamps": ("boolean", "Whether each line of the log begins with its time."),
    "watch": ("boolean", "Whether to be told of changes instead of getting a list."),
}
_PATH = {"name": "The name of the object.", "namespace": "The namespace of the object."}
_CHANGE = ("dryRun", "fieldManager", "fieldValidation")
_DELETE = ("dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy")
_LIST = (
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
)
_BY_VERB: Mapping[str, tuple[str, ...]] = {
    "create": _CHANGE,
    "update": _CHANGE,
    "patch": (*_CHANGE, "force"),
    "delete": _DELETE,
    "deletecollection": tuple(sorted({*_DELETE, *_LIST} - {"allowWatchBookmarks", "watch"})),
    "list": _LIST,
}
LOG = ("container", "follow", "previous", "sinceSeconds", "tailLines", "timestamps")
"""Parameters of ``pods/log``."""


def of_verb(verb: str) -> list[Object]:
    """Return the query parameters of a verb."""
    return of_query(_BY_VERB.get(verb, ()))


def of_query(names: Iterable[str]) -> list[Object]:
    """Return query parameters by their names."""
    return [
        {"name": name, "in": "query", "description": _QUERY[name][1], "schema": _schema(_QUERY[name][0])}
        for name in names
    ]


def of_path(names: Iterable[str]) -> list[Object]:
    """Return the parameters that stand in a path, and ``pretty``, which every operation takes."""
    in_path = [
        {"name": name, "in": "path", "description": _PATH[name], "required": True, "schema": _schema("string")}
        for name in names
    ]
    return [*in_path, *of_query(["pretty"])]


def _schema(parameter_type: str) -> Object:
    return {"type": parameter_type, "uniqueItems": True}
