"""Requests on behalf of another user (apiserver, endpoints/filters/impersonation).

Two ways lead to it. By the constrained one, a user needs the right to impersonate in one of several modes, and beside it
the right to do what is asked for in that mode. By the old one, ``impersonate`` on the user, and on each group, uid and
extra value, is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from plimsoll.apimachinery.validation.fielderrors import quote
from plimsoll.errors import ApiError
from plimsoll.registry.authorization.attributes import Attributes
from plimsoll.registry.requests import ANONYMOUS, User
from plimsoll.serve.tokens import AUTHENTICATED

if TYPE_CHECKING:
    from plimsoll.registry.authorization.authorizer import Authorizer

EXTRA_PREFIX = b"impersonate-extra-"
UNAUTHENTICATED = "system:unauthenticated"
NODE_PREFIX = "system:node:"
NODES = "system:nodes"
SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:"
AUTHENTICATION = "authentication.k8s.io"


def impersonate(authorizer: Authorizer, user: User, headers: Sequence[tuple[bytes, bytes]], wanted: Attributes) -> User:
    """The user that the headers name; ``ApiError`` 400 where they name none, 403 where that is not allowed."""
    target = _read(headers)
    if target is None:
        return user
    refusal: ApiError | None = None
    for mode in (*_modes(target), ""):
        try:
            if mode:
                authorizer.require(user, replace(wanted, verb=f"impersonate-on:{mode}:{wanted.verb}"))
            for attributes in _required(target, f"impersonate:{mode}" if mode else "impersonate", mode):
                authorizer.require(user, attributes)
        except ApiError as error:
            refusal = refusal or error
        else:
            return _with_groups(target, mode)
    raise refusal  # type: ignore[misc]  # the last mode has either returned or failed


def _read(headers: Sequence[tuple[bytes, bytes]]) -> User | None:
    name = uid = ""
    groups: list[str] = []
    extra: dict[str, tuple[str, ...]] = {}
    for key, raw in headers:
        value = raw.decode("utf-8", "replace")
        if key == b"impersonate-user":
            name = name or value
        elif key == b"impersonate-uid":
            uid = uid or value
        elif key == b"impersonate-group":
            groups.append(value)
        elif key.startswith(EXTRA_PREFIX):
            field = unquote(key[len(EXTRA_PREFIX) :].decode("latin-1"))
            extra[field] = (*extra.get(field, ()), value)
    if name:
        return User(name, uid, tuple(groups), extra)
    if uid or groups or extra:
        raise ApiError(400, "BadRequest", f"requested {_spelled(uid, groups, extra)} without impersonating a user name")
    return None


def _modes(target: User) -> Iterator[str]:
    """The constrained modes that fit a user. Nodes and service accounts are named, and described by nothing else."""
    bare = not (target.groups or target.uid or target.extra)
    if target.name.startswith(NODE_PREFIX):
        if bare:
            yield "arbitrary-node"
    elif _service_account(target.name) is not None:
        if bare:
            yield "serviceaccount"
    else:
        yield "user-info"


def _required(target: User, verb: str, mode: str) -> Iterator[Attributes]:
    """The rights that impersonating a user takes; constrained modes know users of their own group."""
    group = AUTHENTICATION if mode else ""
    account = _service_account(target.name)
    if account is not None:
        yield Attributes(verb, group, "serviceaccounts", namespace=account[0], name=account[1])
    elif mode == "arbitrary-node":
        yield Attributes(verb, group, "nodes", name=target.name.removeprefix(NODE_PREFIX))
    else:
        yield Attributes(verb, group, "users", name=target.name)
    if target.uid:
        yield Attributes(verb, AUTHENTICATION, "uids", name=target.uid)
    yield from (Attributes(verb, group, "groups", name=name) for name in target.groups)
    for key, values in target.extra.items():
        yield from (Attributes(verb, AUTHENTICATION, "userextras", key, name=value) for value in values)


def _service_account(name: str) -> tuple[str, str] | None:
    parts = name.removeprefix(SERVICE_ACCOUNT_PREFIX).split(":")
    if name.startswith(SERVICE_ACCOUNT_PREFIX) and len(parts) == 2 and all(parts):  # noqa: PLR2004 - namespace, name
        return parts[0], parts[1]
    return None


def _with_groups(target: User, mode: str) -> User:
    """The user with the groups that come by themselves."""
    groups = target.groups
    account = _service_account(target.name)
    if account is not None and not groups:
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{account[0]}")
    elif mode == "arbitrary-node":
        groups = (NODES,)
    if target.name == ANONYMOUS.name:
        own = UNAUTHENTICATED
    elif UNAUTHENTICATED in groups:
        return replace(target, groups=groups)
    else:
        own = AUTHENTICATED
    return replace(target, groups=groups if own in groups else (*groups, own))


def _spelled(uid: str, groups: Sequence[str], extra: Mapping[str, Sequence[str]]) -> str:
    """Who was asked for, as Go prints it."""
    listed = f"[]string{{{', '.join(map(quote, groups))}}}" if groups else "[]string(nil)"
    pairs = ", ".join(f"{quote(key)}:[]string{{{', '.join(map(quote, extra[key]))}}}" for key in sorted(extra))
    more = f"map[string][]string{{{pairs}}}" if extra else "map[string][]string(nil)"
    return f'&user.DefaultInfo{{Name:"", UID:{quote(uid)}, Groups:{listed}, Extra:{more}}}'
