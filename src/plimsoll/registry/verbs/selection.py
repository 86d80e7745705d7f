"""Which objects a list or a watch asks for: by label, by field, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plimsoll.apimachinery.fieldselectors import FieldSelector, parse_field_selector
from plimsoll.kube.selectors import LabelSelector
from plimsoll.registry.refusals import bad_request
from plimsoll.registry.verbs.labelselectors import parse_labels

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.requests import Request
    from plimsoll.registry.served import Served


@dataclass(frozen=True, slots=True)
class Selection:
    """What matches; None stands for a condition that is not set."""

    labels: LabelSelector | None
    fields: FieldSelector | None

    @property
    def selects_all(self) -> bool:
        """Whether everything matches."""
        return self.labels is None and self.fields is None

    def matches(self, value: Object) -> bool:
        """Whether an object is asked for."""
        labels = self.labels
        if labels is not None and not labels.matches(value["metadata"].get("labels") or {}):
            return False
        fields = self.fields
        return fields is None or fields.matches(value)


def selection(served: Served, request: Request) -> Selection:
    """Read the selectors of a list, a watch or a deletion of many; 400 where they cannot be read."""
    label_text = request.options.get("labelSelector", "")
    field_text = request.options.get("fieldSelector", "")
    labels = parse_labels(label_text) if label_text else None
    selectable = served.custom.selectable_fields if served.custom is not None else None
    fields = parse_field_selector(request.resource, field_text, selectable) if field_text else None
    if request.name:
        if fields is not None and fields.required("metadata.name") != request.name:
            raise bad_request("fieldSelector metadata.name doesn't match requested name")
        fields = fields or parse_field_selector(request.resource, f"metadata.name={request.name}", selectable)
    return Selection(
        labels if labels is not None and labels.requirements else None,
        fields if fields is not None and fields.terms else None,
    )
