"""Patches of objects: JSON patches, JSON merge patches, strategic merge patches.

Here belongs what turns an object and a patch into another object, with the API server's refusals where that cannot be
done. Functions are pure: no argument is ever changed, and results share all that the patch leaves alone. What reads a
patch from a request's body, what checks the patched object, and server-side apply (:mod:`plimsoll.apimachinery.apply`)
do not belong here.
"""

from plimsoll.apimachinery.patching.merging import merge_patch
from plimsoll.apimachinery.patching.operations import json_patch, unknown_fields
from plimsoll.apimachinery.patching.strategic import strategic_merge

__all__ = ["json_patch", "merge_patch", "strategic_merge", "unknown_fields"]
