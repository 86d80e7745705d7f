from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.errors import InputError
from plimsoll.registry.requests import User
from plimsoll.serve.tokens import read_token_file


def test_a_token_file_names_users_with_their_groups(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text('t1,alice,1\nt2,bob,2,"dev,ops"\n\n# nobody\n')
    assert read_token_file(file) == {
        "t1": User("alice", "1", ("system:authenticated",)),
        "t2": User("bob", "2", ("dev", "ops", "system:authenticated")),
    }


def test_every_wrong_line_of_a_token_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "tokens.csv"
    file.write_text("t1,alice\n,bob,2\nt3,,3\nt4,dan,4\nt4,eve,5\n")
    with pytest.raises(InputError) as refusal:
        read_token_file(file)
    assert [complaint.place.line for complaint in refusal.value.complaints] == [1, 2, 3, 5]


def test_a_token_file_that_is_not_there_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_token_file(tmp_path / "none")
