"""Who owns which field of an object, and server-side apply.

Here belong sets of fields, ``metadata.managedFields`` after each kind of write, and the merging of applied
configurations with its conflicts. Functions are pure: no argument is ever changed, and results share all that stays as
it is. Decoding, defaults and validation of what comes out do not belong here, nor does the reading of options.
"""

from plimsoll.apimachinery.apply.applying import apply
from plimsoll.apimachinery.apply.fieldsets import FieldSet
from plimsoll.apimachinery.apply.resets import reset_fields
from plimsoll.apimachinery.apply.scaling import track_scale
from plimsoll.apimachinery.apply.updating import Write, field_manager, update_managed_fields

__all__ = ["FieldSet", "Write", "apply", "field_manager", "reset_fields", "track_scale", "update_managed_fields"]
