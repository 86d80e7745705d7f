from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from plimsoll.errors import InputError
from plimsoll.serve.kubeconfig import Access, merge_context, remove_context, user_kubeconfig, write_kubeconfig

ACCESS = Access("sim", "https://127.0.0.1:1", b"PEM", "secret")


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def names(path: Path, key: str) -> list[str]:
    return [entry["name"] for entry in read(path)[key]]


def test_a_kubeconfig_is_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.touch(mode=0o644)
    write_kubeconfig(path, ACCESS)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path)["current-context"] == "sim"


def test_a_context_is_added_beside_what_is_there_and_taken_away_again(tmp_path: Path) -> None:
    path = tmp_path / "config"
    write_kubeconfig(path, Access("mine", "https://example", b"PEM", "t"))
    before = read(path)
    merge_context(path, ACCESS)
    merge_context(path, ACCESS)
    assert names(path, "contexts") == ["mine", "sim"]
    assert read(path)["current-context"] == "mine"
    remove_context(path, "sim")
    assert read(path) == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_first_kubeconfig_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "kube" / "config"
    merge_context(path, ACCESS)
    assert read(path)["current-context"] == "sim"
    remove_context(path, "sim")
    assert names(path, "users") == []


def test_a_link_to_a_kubeconfig_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    write_kubeconfig(real, ACCESS)
    link.symlink_to(real)
    merge_context(link, Access("other", "https://example", b"PEM", "t"))
    assert link.is_symlink()
    assert names(real, "contexts") == ["sim", "other"]


def test_nobody_writes_while_another_does(tmp_path: Path) -> None:
    path = tmp_path / "config"
    (tmp_path / "config.lock").touch()
    with pytest.raises(InputError, match=r"config\.lock"):
        merge_context(path, ACCESS)


def test_what_is_no_kubeconfig_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("- a list\n")
    with pytest.raises(InputError, match="is not a kubeconfig"):
        merge_context(path, ACCESS)
    assert path.read_text() == "- a list\n"


def test_there_must_be_a_place_for_a_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_kubeconfig(tmp_path / "none" / "config", ACCESS)


def test_the_users_kubeconfig_is_the_first_that_the_environment_names() -> None:
    assert user_kubeconfig({"KUBECONFIG": ":/a:/b"}) == Path("/a")
    assert user_kubeconfig({}).parts[-2:] == (".kube", "config")
