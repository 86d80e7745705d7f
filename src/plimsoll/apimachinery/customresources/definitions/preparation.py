"""Definitions before they are checked and stored: defaults, status, stored versions, generation.

Source: apiextensions-apiserver, pkg/apis/apiextensions/v1/defaults.go and pkg/registry/customresourcedefinition.
"""

from __future__ import annotations

from plimsoll.kube.resources import Object


def definition_with_defaults(definition: Object) -> Object:
    """The definition with singular, list kind and conversion."""
    spec = definition.get("spec") or {}
    names = dict(spec.get("names") or {})
    kind = names.get("kind") or ""
    if not names.get("singular"):
        names["singular"] = kind.lower()
    if not names.get("listKind") and kind:
        names["listKind"] = f"{kind}List"
    spec = {**spec, "names": names}
    if not spec.get("conversion"):
        spec["conversion"] = {"strategy": "None"}
    return {**definition, "spec": spec}


def prepare_definition_create(definition: Object) -> Object:
    """A new definition: nothing is accepted yet, and only the storage version was ever stored."""
    stored = [version["name"] for version in definition["spec"].get("versions") or () if version.get("storage")]
    status = {"conditions": None, "acceptedNames": {"plural": "", "kind": ""}, "storedVersions": stored[:1] or None}
    return {**definition, "metadata": {**definition["metadata"], "generation": 1}, "status": status}


def prepare_definition_update(new: Object, old: Object) -> Object:
    """A changed definition: the status is not the writer's, but a new storage version is noted in it."""
    status = dict(old.get("status") or {})
    stored = list(status.get("storedVersions") or ())
    for version in new["spec"].get("versions") or ():
        if version.get("storage") and version["name"] not in stored:
            stored.append(version["name"])
    status["storedVersions"] = stored
    generation = old["metadata"].get("generation", 0) + (new["spec"] != old["spec"])
    return {**new, "metadata": {**new["metadata"], "generation": generation}, "status": status}
