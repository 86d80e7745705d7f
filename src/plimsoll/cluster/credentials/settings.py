"""Values of a kubeconfig file by field, with complaints that say where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Never, TypeVar

from plimsoll.errors import Complaint, InputError, Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """A mapping of a kubeconfig: the file it is from and the dotted path to it."""

    file: Path
    path: str
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def complain(self, name: str, problem: str, remedy: str = "") -> Never:
        """Raise what is wrong with a field."""
        raise InputError(Complaint(Place(str(self.file), field=self.field_path(name)), problem, remedy))

    def field_path(self, name: str) -> str:
        """The dotted path of a field."""
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def text(self, name: str) -> str:
        """A string; empty where it is absent."""
        return self._typed(name, str, "a string") or ""

    def flag(self, name: str) -> bool:
        """A boolean; false where it is absent."""
        return self._typed(name, bool, "true or false") or False

    def items(self, name: str) -> list[Any]:
        """A list; empty where it is absent."""
        return self._typed(name, list, "a list") or []

    def within(self, name: str) -> Settings | None:
        """A mapping inside of this one."""
        values = self._typed(name, dict, "a mapping")
        return None if values is None else Settings(self.file, self.field_path(name), values)

    def location(self, name: str) -> Path | None:
        """A path to a file, relative to where the kubeconfig is."""
        text = self.text(name)
        return self.file.parent.joinpath(text) if text else None

    def content(self, name: str) -> bytes | None:
        """The bytes of ``NAME-data`` (base64), or else of the file that ``NAME`` names; None where there is neither."""
        from base64 import b64decode  # noqa: PLC0415 - beside the one use it has

        encoded = self.text(f"{name}-data")
        if encoded:
            try:
                return b64decode(encoded, validate=True)
            except ValueError:
                self.complain(f"{name}-data", "is not base64", "Encode the PEM file with `base64 -w0`")
        path = self.location(name)
        if path is None:
            return None
        try:
            return path.read_bytes()
        except OSError as error:
            self.complain(
                name, f"{path} cannot be read: {error.strerror}", "Name a file that exists and that you may read"
            )

    def _typed(self, name: str, kind: type[T], expected: str) -> T | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, kind):
            self.complain(name, f"is not {expected}", f"Write {expected}")
        return value
