"""The definition of KWOK's ``Stage``, so that the stages people have for KWOK can be applied (crd/bases of KWOK)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.customresources import accepted, established
from plimsoll.kube.resources import CUSTOMRESOURCEDEFINITIONS

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.backing import Backing

_TEXT: Object = {"type": "string"}
_NUMBER: Object = {"type": "integer", "format": "int64", "minimum": 0}
_TEXTS: Object = {"type": "object", "additionalProperties": _TEXT}
_OPEN: Object = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
_OPEN_LIST: Object = {"type": "array", "items": _OPEN}

_SELECTOR: Object = {
    "type": "object",
    "properties": {"matchLabels": _TEXTS, "matchAnnotations": _TEXTS, "matchExpressions": _OPEN_LIST},
}
_DELAY: Object = {
    "type": "object",
    "properties": {
        "durationMilliseconds": _NUMBER,
        "durationFrom": _OPEN,
        "jitterDurationMilliseconds": _NUMBER,
        "jitterDurationFrom": _OPEN,
    },
}
_REFERENCE: Object = {
    "type": "object",
    "required": ["kind"],
    "properties": {"apiGroup": {"type": "string", "default": "v1"}, "kind": _TEXT},
}
_SPEC: Object = {
    "type": "object",
    "required": ["resourceRef"],
    "properties": {
        "resourceRef": _REFERENCE,
        "selector": _SELECTOR,
        "weight": {"type": "integer", "default": 0, "minimum": 0},
        "weightFrom": _OPEN,
        "delay": _DELAY,
        "next": _OPEN,
        "steps": _OPEN_LIST,
        "immediateNextStage": {"type": "boolean"},
    },
}
_SCHEMA: Object = {"type": "object", "required": ["spec"], "properties": {"spec": _SPEC, "status": _OPEN}}
_COLUMNS: list[Object] = [
    {"name": "Kind", "type": "string", "jsonPath": ".spec.resourceRef.kind"},
    {"name": "Followed", "type": "string", "jsonPath": '.status.conditions[?(@.type=="Followed")].status'},
    {
        "name": "Message",
        "type": "string",
        "priority": 1,
        "jsonPath": '.status.conditions[?(@.type=="Followed")].message',
    },
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]
_VERSION: Object = {
    "name": "v1alpha1",
    "served": True,
    "storage": True,
    "schema": {"openAPIV3Schema": _SCHEMA},
    "subresources": {"status": {}},
    "additionalPrinterColumns": _COLUMNS,
}
_NAMES: Object = {"plural": "stages", "singular": "stage", "kind": "Stage", "listKind": "StageList"}


def install_stages(backing: Backing) -> None:
    """Define stages, if nobody has."""
    definitions = backing.store.collection(CUSTOMRESOURCEDEFINITIONS)
    name = "stages.kwok.x-k8s.io"
    if definitions.find("", name) is not None:
        return
    now = backing.identity.timestamp()
    spec = {
        "group": "kwok.x-k8s.io",
        "scope": "Cluster",
        "names": _NAMES,
        "versions": [_VERSION],
        "conversion": {"strategy": "None"},
    }
    definition: Object = {
        "apiVersion": CUSTOMRESOURCEDEFINITIONS.api_version,
        "kind": CUSTOMRESOURCEDEFINITIONS.kind,
        "metadata": {"name": name, "uid": backing.identity.uid(), "creationTimestamp": now, "generation": 1},
        "spec": spec,
        "status": {"conditions": [], "acceptedNames": {}, "storedVersions": ["v1alpha1"]},
    }
    definition = dict(accepted(definition, (), now))
    definitions.add("", name, dict(established(definition, now)))
