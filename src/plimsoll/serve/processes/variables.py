"""What a container's program is started with: environment, command and arguments, with all references resolved."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from plimsoll.errors import ApiError
from plimsoll.kube.resources import CONFIGMAPS, SECRETS, Object, Resource

Find = Callable[[Resource, str], Object | None]
"""An object of the pod's own namespace by its name."""

_REFERENCE = re.compile(r"\$(\$|\(([A-Za-z_.-][A-Za-z0-9_.-]*)\))")
_KEYED = re.compile(r"^metadata\.(labels|annotations)\['(.*)'\]$")
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ")


class MissingReferenceError(ApiError):
    """A config map, secret or key that a container needs is not there (``CreateContainerConfigError``)."""

    def __init__(self, message: str) -> None:
        super().__init__(404, "NotFound", message)


def environment(pod: Object, container: Object, address: str, find: Find) -> dict[str, str]:
    """The environment of a container; :class:`MissingReferenceError` where it cannot be made."""
    values = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    values["HOSTNAME"] = pod["metadata"]["name"]
    for source in container.get("envFrom", ()):
        values.update(_from_object(source, find))
    for variable in container.get("env", ()):
        value = _value(variable, pod, container, address, find, values)
        if value is not None:
            values[variable["name"]] = value
    return values


def expand(text: str, values: Mapping[str, str]) -> str:
    """Replace ``$(NAME)`` where there is such a variable; ``$$`` stands for one ``$`` (third_party/forked/expansion)."""

    def replacement(match: re.Match[str]) -> str:
        name = match.group(2)
        if name is None:
            return "$"
        return values.get(name, match.group(0))

    return _REFERENCE.sub(replacement, text)


def words(container: Object, values: Mapping[str, str]) -> list[str]:
    """Command and arguments; none where the command is the image's own, which is not known here."""
    command: Sequence[str] = container.get("command") or ()
    if not command:
        return []
    return [expand(word, values) for word in (*command, *(container.get("args") or ()))]


def relocated(words: Iterable[str], places: Mapping[str, str]) -> list[str]:
    """Words in which paths below mount points lead to where those really are.

    A path is recognised as a whole word, and after the ``=`` of an option.
    """
    mounts = sorted(places, key=len, reverse=True)
    return [_relocated(word, places, mounts) for word in words]


def _relocated(word: str, places: Mapping[str, str], mounts: Sequence[str]) -> str:
    option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    for mount in mounts:
        if value == mount or value.startswith(mount.rstrip("/") + "/"):
            return option + equals + places[mount] + value[len(mount.rstrip("/")) :]
    return word


def field_value(pod: Object, path: str, address: str) -> str:
    """A field of the pod that the downward API offers."""
    keyed = _KEYED.match(path)
    if keyed:
        return str(pod["metadata"].get(keyed.group(1), {}).get(keyed.group(2), ""))
    known = {
        "metadata.name": pod["metadata"]["name"],
        "metadata.namespace": pod["metadata"]["namespace"],
        "metadata.uid": pod["metadata"]["uid"],
        "spec.nodeName": pod["spec"].get("nodeName", ""),
        "spec.serviceAccountName": pod["spec"].get("serviceAccountName", ""),
        "status.hostIP": pod.get("status", {}).get("hostIP", ""),
        "status.podIP": address,
        "status.podIPs": address,
    }
    if path in known:
        return str(known[path])
    if path in {"metadata.labels", "metadata.annotations"}:
        entries = pod["metadata"].get(path.rpartition(".")[2], {})
        return "\n".join(f'{key}="{value}"' for key, value in sorted(entries.items()))
    return ""


def data_of(resource: Resource, stored: Object) -> dict[str, bytes]:
    """The contents of a secret or config map, by key."""
    if resource is SECRETS:
        return {key: base64.b64decode(value) for key, value in (stored.get("data") or {}).items()}
    binary = {key: base64.b64decode(value) for key, value in (stored.get("binaryData") or {}).items()}
    return {**{key: value.encode() for key, value in (stored.get("data") or {}).items()}, **binary}


def _from_object(source: Object, find: Find) -> dict[str, str]:
    for field, resource in (("configMapRef", CONFIGMAPS), ("secretRef", SECRETS)):
        reference = source.get(field)
        if reference is not None:
            stored = find(resource, reference["name"])
            if stored is None and not reference.get("optional"):
                raise MissingReferenceError(f'{resource.kind.lower()} "{reference["name"]}" not found')
            contents = data_of(resource, stored or {})
            prefix = source.get("prefix", "")
            return {prefix + key: value.decode("utf-8", "replace") for key, value in contents.items()}
    return {}


def _value(
    variable: Object, pod: Object, container: Object, address: str, find: Find, values: Mapping[str, str]
) -> str | None:
    source = variable.get("valueFrom")
    if source is None:
        return expand(variable.get("value", ""), values)
    if "fieldRef" in source:
        return field_value(pod, source["fieldRef"]["fieldPath"], address)
    if "resourceFieldRef" in source:
        kind, _, resource = source["resourceFieldRef"]["resource"].partition(".")
        return str(container.get("resources", {}).get(kind, {}).get(resource, "0"))
    for field, resource_type in (("configMapKeyRef", CONFIGMAPS), ("secretKeyRef", SECRETS)):
        reference = source.get(field)
        if reference is not None:
            stored = find(resource_type, reference["name"])
            content = data_of(resource_type, stored or {}).get(reference["key"])
            if content is None and not reference.get("optional"):
                kind = resource_type.kind.lower()
                raise MissingReferenceError(f'key "{reference["key"]}" of {kind} "{reference["name"]}" not found')
            return None if content is None else content.decode("utf-8", "replace")
    return ""
