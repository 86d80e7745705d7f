"""The volumes of a pod as directories below one of its own, which is removed with it.

Config maps, secrets, the downward API and what projects them are written as a kubelet writes them: into a fresh
directory, to which a symbolic link is then moved, so that a reader sees all of a version or none. ``emptyDir`` is an
empty directory, and so is what only a real node has: claims, drivers' volumes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from plimsoll.kube.resources import CONFIGMAPS, SECRETS, Object, Resource
from plimsoll.serve.processes.variables import Find, MissingReferenceError, data_of, field_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plimsoll.serve.processes.apiservice import ApiService

_DATA = "..data"
_API_ACCESS = "kube-api-access-"
"""How volumes begin that every pod gets; a cluster may lack the certificates that they are to show."""


class Volumes:
    """The volumes of one pod."""

    def __init__(
        self, directory: Path, pod: Object, address: str, find: Find, service: ApiService | None = None
    ) -> None:
        self._service = service
        self._directory = directory
        self._pod = pod
        self._address = address
        self._find = find
        self._versions = itertools.count()
        self._volumes: dict[str, Object] = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}

    def mount(self) -> None:
        """Make all of them; :class:`MissingReferenceError` where something they need is not there."""
        for name, volume in self._volumes.items():
            if "hostPath" not in volume:
                self._path(name).mkdir(parents=True, exist_ok=True)
                self._write(name, volume)

    def changed(self, resource: Resource, name: str) -> None:
        """An object was updated: write again what shows it, but for single files, which a kubelet does not update."""
        for volume in self._volumes.values():
            if (resource, name) in _references(volume):
                try:
                    self._write(volume["name"], volume)
                except MissingReferenceError:
                    continue  # it stays mounted as it was

    def places(self, container: Object) -> dict[str, str]:
        """Where the mount points of a container really are."""
        places = {}
        for mount in container.get("volumeMounts", ()):
            volume = self._volumes.get(mount["name"])
            if volume is None:
                continue
            host = volume.get("hostPath")
            path = Path(host["path"]) if host is not None else self._path(mount["name"])
            below = mount.get("subPath")
            places[mount["mountPath"]] = str(path / below if below else path)
        return places

    def _path(self, name: str) -> Path:
        return self._directory / name

    def _write(self, name: str, volume: Object) -> None:
        files = dict(self._files(volume))
        if files or _references(volume):
            _swap(self._path(name), f"..{next(self._versions)}", files)

    def _files(self, volume: Object) -> Iterator[tuple[str, bytes]]:
        if "configMap" in volume:
            yield from self._contents(CONFIGMAPS, volume["configMap"])
        elif "secret" in volume:
            source = volume["secret"]
            yield from self._contents(SECRETS, {**source, "name": source["secretName"]})
        elif "downwardAPI" in volume:
            yield from self._fields(volume["downwardAPI"].get("items", ()))
        for source in volume.get("projected", {}).get("sources", ()):
            if "configMap" in source:
                optional = volume["name"].startswith(_API_ACCESS) or source["configMap"].get("optional", False)
                yield from self._contents(CONFIGMAPS, {**source["configMap"], "optional": optional})
            elif "secret" in source:
                yield from self._contents(SECRETS, source["secret"])
            elif "downwardAPI" in source:
                yield from self._fields(source["downwardAPI"].get("items", ()))
            elif "serviceAccountToken" in source and self._service is not None:
                projection = source["serviceAccountToken"]
                yield projection["path"], self._service.token(self._pod, projection)

    def _contents(self, resource: Resource, source: Object) -> Iterator[tuple[str, bytes]]:
        stored = self._find(resource, source["name"])
        if stored is None:
            if source.get("optional"):
                return
            raise MissingReferenceError(f'{resource.kind.lower()} "{source["name"]}" not found')
        contents = data_of(resource, stored)
        items = source.get("items") or [{"key": key, "path": key} for key in contents]
        for item in items:
            if item["key"] in contents:
                yield item["path"], contents[item["key"]]
            elif not source.get("optional"):
                raise MissingReferenceError(f"references non-existent config key: {item['key']}")

    def _fields(self, items: Iterable[Object]) -> Iterator[tuple[str, bytes]]:
        for item in items:
            if "fieldRef" in item:
                yield item["path"], field_value(self._pod, item["fieldRef"]["fieldPath"], self._address).encode()


def _references(volume: Object) -> set[tuple[Resource, str]]:
    found = set()
    for source in (volume, *volume.get("projected", {}).get("sources", ())):
        if "configMap" in source:
            found.add((CONFIGMAPS, source["configMap"]["name"]))
        if "secret" in source:
            found.add((SECRETS, source["secret"].get("secretName") or source["secret"]["name"]))
    return found


def _swap(directory: Path, version: str, files: Mapping[str, bytes]) -> None:
    """Write a version of a volume and have all its links lead there, at one stroke (pkg/volume/util/atomic_writer.go)."""
    target = directory / version
    for relative, content in files.items():
        path = target / relative
        if not path.resolve().is_relative_to(target.resolve()):
            raise MissingReferenceError(f"the path {relative!r} leaves the volume")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    target.mkdir(parents=True, exist_ok=True)
    fresh = directory / f"{_DATA}_tmp"
    fresh.symlink_to(version)
    fresh.replace(directory / _DATA)
    wanted = {Path(relative).parts[0] for relative in files}
    for name in wanted:
        link = directory / name
        if not link.is_symlink():
            link.symlink_to(Path(_DATA) / name)
    for link in directory.iterdir():
        if not link.name.startswith("..") and link.name not in wanted:
            link.unlink()
