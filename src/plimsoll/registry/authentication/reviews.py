"""The review kinds of ``authentication.k8s.io``: whose token is it, and who am I."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plimsoll.registry.refusals import bad_request

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.requests import User


def review_token(review: Object, user_of: Callable[[str, tuple[str, ...]], User | None], own_audience: str) -> Object:
    """Answer a TokenReview; ``ApiError(400)`` where it has no token."""
    spec = review.get("spec") or {}
    token = spec.get("token", "")
    if not token:
        raise bad_request("token is required for TokenReview in authentication")
    audiences = tuple(spec.get("audiences") or (own_audience,))
    user = user_of(token, audiences)
    if user is None:
        return {**review, "status": {"user": {}, "error": "invalid bearer token"}}
    return {
        **review,
        "status": {"authenticated": True, "user": user_info(user), "audiences": list(audiences)},
    }


def review_self(user: User, timestamp: str) -> Object:
    """Answer a SelfSubjectReview."""
    return {
        "kind": "SelfSubjectReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"creationTimestamp": timestamp},
        "status": {"userInfo": user_info(user)},
    }


def user_info(user: User) -> dict[str, Any]:
    """A user as ``UserInfo``."""
    info: dict[str, Any] = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    if user.groups:
        info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return info
