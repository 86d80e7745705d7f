"""Patches of documents of any kind, and the refusal of what they leave."""

from __future__ import annotations

from typing import Any

import orjson

from plimsoll.apimachinery.patching import json_patch, merge_patch
from plimsoll.apimachinery.validation.fielderrors import quote
from plimsoll.errors import ApiError

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_MERGE = "application/strategic-merge-patch+json"


def patch_document(document: Any, patch: Any, patch_type: str) -> Any:
    """The document with a JSON patch or a merge patch applied."""
    if patch_type == JSON_PATCH:
        return json_patch(document, patch)
    return merge_patch(document, patch)


def unfit_patch(document: Any, problem: str) -> ApiError:
    """422 for a patch that leaves no object of the kind (apiserver, endpoints/handlers/patch.go)."""
    text = orjson.dumps(document).decode()
    body = f"Invalid value: {quote(text)}: {problem}"
    details = {"causes": [{"reason": "FieldValueInvalid", "message": body, "field": "patch"}]}
    return ApiError(422, "Invalid", f' "" is invalid: patch: {body}', details=details)
