"""Which representation of an object a client wants: JSON or YAML, whole, as a Table, or its metadata only.

The rules are those of k8s.io/apiserver (pkg/endpoints/handlers/negotiation): media types in the order of preference,
and the first that can be served wins; a wildcard means JSON. Answers are never protobuf or CBOR: clients that ask for
them also accept JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from plimsoll.errors import ApiError

Form = Literal["object", "table", "metadata"]

JSON = "application/json"
YAML = "application/yaml"
PROTOBUF = "application/vnd.kubernetes.protobuf"
CBOR = "application/cbor"

BUILT_IN_TYPES = (JSON, YAML, PROTOBUF)
"""What refusals list as media types, in the words of a real server; custom resources lack protobuf."""

STREAM_TYPES = ("application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch")

METADATA_KINDS = frozenset({"PartialObjectMetadata", "PartialObjectMetadataList"})
META_GROUP = "meta.k8s.io"
META_VERSIONS = frozenset({"v1", "v1beta1"})
BROWSERS = ("curl", "Wget", "Mozilla/5.0")
"""User agents that get indented answers."""

DISCOVERY_GROUP = "apidiscovery.k8s.io"


@dataclass(frozen=True, slots=True)
class Representation:
    """What is sent: ``version`` is that of the Table or metadata kinds."""

    media_type: Literal["application/json", "application/yaml"] = "application/json"
    form: Form = "object"
    version: str = "v1"
    kind: str = ""
    """The kind that was asked for where that is not the object's own."""
    pretty: bool = False
    watch_stream: bool = False
    """Whether ``stream=watch`` was asked for, which the content type then repeats."""

    @property
    def content_type(self) -> bytes:
        """The ``Content-Type`` of what is sent."""
        return b"application/json;stream=watch" if self.watch_stream else self.media_type.encode()


PLAIN = Representation()
"""Whole objects as compact JSON: what nearly all requests get."""


@lru_cache(maxsize=512)
def negotiate(accept: str, *, stream: bool = False, listing: bool = False) -> Representation:
    """The representation for an ``Accept`` header; ``ApiError(406)`` where none fits.

    Watches (``stream``) are JSON only. The refusal of a ``listing`` names what a watch of the same path could be, too.
    """
    if not accept:
        return PLAIN
    known = False
    for media_type, parameters in _clauses(accept):
        served = _served(media_type)
        if served is None:
            continue
        known = True
        form = _form(parameters)
        if form is None or parameters.get("stream", "watch") not in {"", "watch"} or (stream and served == YAML):
            continue
        return Representation(
            served,
            form,
            version=parameters.get("v", "v1"),
            kind=parameters.get("as", ""),
            pretty=parameters.get("pretty") == "1",
            watch_stream=bool(parameters.get("stream")),
        )
    streams = STREAM_TYPES if stream or listing else ()
    raise _no_form(stream=stream) if known else not_acceptable(*BUILT_IN_TYPES, *streams)


def not_acceptable(*media_types: str) -> ApiError:
    """406 for media types that are not served at all, with those that are."""
    served = ", ".join(media_types)
    return ApiError(406, "NotAcceptable", f"406: Not Acceptable\n\nAvailable representations: {served}", details={})


def _no_form(*, stream: bool) -> ApiError:
    """406 for a media type that is served, but not with these parameters."""
    served = ", ".join(STREAM_TYPES if stream else BUILT_IN_TYPES)
    return ApiError(406, "NotAcceptable", f"only the following media types are accepted: {served}")


def wants_pretty(options: Mapping[str, str], user_agent: str) -> bool:
    """Whether the answer is to be indented: the query says so, or a person is likely to read it."""
    asked = options.get("pretty", "")
    if asked:
        return asked in {"1", "t", "T", "TRUE", "true", "True"}
    return user_agent.startswith(BROWSERS)


@lru_cache(maxsize=512)
def discovery_version(accept: str) -> str | None:
    """The version of aggregated discovery that a client would rather have than the plain lists: v2, v2beta1 or None."""
    for media_type, parameters in _clauses(accept):
        if _served(media_type) is None:
            continue
        if "as" not in parameters:
            return None
        wanted = parameters["as"], parameters.get("g"), parameters.get("v")
        if wanted[:2] == ("APIGroupDiscoveryList", DISCOVERY_GROUP) and wanted[2] in {"v2", "v2beta1"}:
            return wanted[2]
    return None


def _served(media_type: str) -> Literal["application/json", "application/yaml"] | None:
    if media_type in {JSON, "application/*", "*/*"}:
        return "application/json"
    return "application/yaml" if media_type == YAML else None


def _form(parameters: Mapping[str, str]) -> Form | None:
    kind = parameters.get("as")
    if kind is None and "g" not in parameters and "v" not in parameters:
        return "object"
    if parameters.get("g") != META_GROUP or parameters.get("v") not in META_VERSIONS:
        return None
    if kind == "Table":
        return "table"
    return "metadata" if kind in METADATA_KINDS else None


def _clauses(accept: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The media types of an ``Accept`` header with their parameters, the most wanted first."""
    clauses = []
    for clause in accept.split(","):
        media_type, *rest = (part.strip() for part in clause.split(";"))
        parameters = dict(_parameter(part) for part in rest)
        clauses.append((_quality(parameters.pop("q", "1")), media_type.lower(), parameters))
    clauses.sort(key=lambda clause: -clause[0])  # stable: what stands first comes first among equals
    return ((media_type, parameters) for _, media_type, parameters in clauses)


def _parameter(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key.strip(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
