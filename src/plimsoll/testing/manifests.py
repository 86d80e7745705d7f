"""Manifests as tests have them at hand: a map, several maps, YAML text, or a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import yaml

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.kube.resources import Object

Manifest: TypeAlias = Mapping[str, object] | Sequence[Mapping[str, object]] | str | Path
"""One object or several. A text is YAML, never a path."""


def documents(manifest: Manifest) -> list[Object]:
    """Every object of a manifest, those of a ``List`` one by one; ``InputError`` for what holds no objects."""
    return [item for document in _read(manifest) for item in _flattened(document)]


def _read(manifest: Manifest) -> list[object]:
    if isinstance(manifest, Mapping):
        return [manifest]
    if isinstance(manifest, str | Path):
        text = manifest if isinstance(manifest, str) else manifest.read_text(encoding="utf-8")
        try:
            return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document is not None]
        except yaml.YAMLError as error:
            raise _not_objects(f"is not YAML: {error}") from error
    return list(manifest)


def _flattened(document: object) -> Iterator[Object]:
    if not isinstance(document, Mapping) or not document.get("kind") or not document.get("apiVersion"):
        raise _not_objects(f"has no apiVersion and kind: {document!r:.80}")
    if document["kind"] == "List":
        for item in document.get("items") or ():
            yield from _flattened(item)
    else:
        yield dict(document)


def _not_objects(problem: str) -> InputError:
    return InputError(Complaint(Place("the manifest"), problem, "Give Kubernetes objects"))
