"""Static bearer tokens: the administrator's, and those of a file in kube-apiserver's format."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from plimsoll.errors import Complaint, InputError, Place
from plimsoll.registry.requests import User

AUTHENTICATED = "system:authenticated"
"""The group of everyone who has been authenticated."""

ADMINISTRATOR = User("admin", groups=("system:masters", AUTHENTICATED))


def read_token_file(path: Path) -> Mapping[str, User]:
    """Users by token, from lines ``token,user,uid[,"group,group"]`` (apiserver, authenticator/token/tokenfile).

    Raises ``InputError`` with every line that is wrong.
    """
    users: dict[str, User] = {}
    complaints: list[Complaint] = []
    for number, fields in _rows(path):
        place = Place(str(path), number)
        if len(fields) < 3:  # noqa: PLR2004 - token, user, uid
            complaints.append(Complaint(place, "has fewer than three fields", 'Write token,user,uid[,"group,group"]'))
            continue
        token, name, uid = (field.strip() for field in fields[:3])
        if not token or not name:
            complaints.append(Complaint(place, f"has an empty {'user name' if token else 'token'}"))
        elif token in users:
            complaints.append(Complaint(place, "gives a token that an earlier line gives, too"))
        else:
            groups = tuple(group.strip() for group in fields[3].split(",") if group.strip()) if fields[3:] else ()
            users[token] = User(name, uid, (*groups, AUTHENTICATED))
    if complaints:
        raise InputError(*complaints)
    return users


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines that say something, counted from 1."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True, strict=True)
            for fields in reader:
                if fields and not fields[0].startswith("#"):
                    yield reader.line_num, fields
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = 'Name a file with lines token,user,uid[,"group,group"]'
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(Complaint(Place(str(path)), f"cannot be read: {reason}", remedy)) from error
