"""Types of ``metrics.k8s.io/v1beta1``, which Kubernetes' own OpenAPI lacks: another server of a cluster answers it.

Facts from ``k8s.io/metrics/pkg/apis/metrics/v1beta1/types.go``, in the form of the extracted data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_PACKAGE = "io.k8s.metrics.pkg.apis.metrics.v1beta1"
_META = "@io.k8s.apimachinery.pkg.apis.meta.v1"
_TEXT: Mapping[str, Any] = {"type": "string", "go": "value,omitempty"}
_METADATA: Mapping[str, Any] = {"type": f"{_META}.ObjectMeta", "default": {}, "go": "value,omitempty"}
_USAGE: Mapping[str, Any] = {
    "type": "map",
    "element": {"type": "@io.k8s.apimachinery.pkg.api.resource.Quantity"},
    "go": "value",
}
_SAMPLE: Mapping[str, Any] = {
    "apiVersion": _TEXT,
    "kind": _TEXT,
    "metadata": _METADATA,
    "timestamp": {"type": f"{_META}.Time", "go": "value"},
    "window": {"type": "string", "go": "value"},
}


def _list_of(kind: str) -> Mapping[str, Any]:
    items = {"type": "list", "element": {"type": f"@{_PACKAGE}.{kind}", "default": {}}, "go": "value"}
    metadata = {"type": f"{_META}.ListMeta", "default": {}, "go": "value,omitempty"}
    return {
        "fields": {"apiVersion": _TEXT, "kind": _TEXT, "metadata": metadata, "items": items},
        "required": ["items"],
        "kinds": [["metrics.k8s.io", "v1beta1", f"{kind}List"]],
    }


METRICS_TYPES: Mapping[str, Mapping[str, Any]] = {
    f"{_PACKAGE}.ContainerMetrics": {
        "fields": {"name": {"type": "string", "go": "value"}, "usage": _USAGE},
        "required": ["name", "usage"],
    },
    f"{_PACKAGE}.NodeMetrics": {
        "fields": {**_SAMPLE, "usage": _USAGE},
        "required": ["timestamp", "usage", "window"],
        "kinds": [["metrics.k8s.io", "v1beta1", "NodeMetrics"]],
    },
    f"{_PACKAGE}.PodMetrics": {
        "fields": {
            **_SAMPLE,
            "containers": {"type": "list", "element": {"type": f"@{_PACKAGE}.ContainerMetrics"}, "go": "value"},
        },
        "required": ["containers", "timestamp", "window"],
        "kinds": [["metrics.k8s.io", "v1beta1", "PodMetrics"]],
    },
    f"{_PACKAGE}.NodeMetricsList": _list_of("NodeMetrics"),
    f"{_PACKAGE}.PodMetricsList": _list_of("PodMetrics"),
}
"""Facts by component name."""
