"""Resources that nobody can list: a request asks something, and its answer is never stored.

Reviews of access, of tokens and of oneself, and the tokens of service accounts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from plimsoll.apimachinery.decoding import ObjectKind
from plimsoll.registry.authentication import reviews as authentication
from plimsoll.registry.authentication.serviceaccounts import ISSUER
from plimsoll.registry.authorization import reviews as authorization
from plimsoll.registry.refusals import bad_request
from plimsoll.registry.requests import Answer
from plimsoll.registry.subresources.bodies import TOKEN_REQUEST, read_body

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object
    from plimsoll.registry.authentication.serviceaccounts import ServiceAccountTokens
    from plimsoll.registry.authorization.authorizer import Authorizer
    from plimsoll.registry.identity import Identity
    from plimsoll.registry.requests import Request, User

Question = Callable[["Request"], Answer]
UserOf = Callable[[str, tuple[str, ...]], "User | None"]
"""Whose token it is, for an audience; None where it is not valid."""

AUTHENTICATION = "authentication.k8s.io"
AUTHORIZATION = "authorization.k8s.io"


class Questions:
    """Answers questions from the roles, the tokens and the clock of one cluster."""

    def __init__(
        self, authorizer: Authorizer, tokens: ServiceAccountTokens, identity: Identity, user_of: UserOf
    ) -> None:
        self._authorizer = authorizer
        self._tokens = tokens
        self._identity = identity
        self._user_of = user_of

    def by_resource(self) -> Mapping[tuple[str, str, str], Question]:
        """Who answers what: by group, plural and subresource."""
        return {
            (AUTHENTICATION, "tokenreviews", ""): self._token_review,
            (AUTHENTICATION, "selfsubjectreviews", ""): self._self_review,
            (AUTHORIZATION, "selfsubjectaccessreviews", ""): self._self_access,
            (AUTHORIZATION, "subjectaccessreviews", ""): self._access,
            (AUTHORIZATION, "localsubjectaccessreviews", ""): self._local_access,
            (AUTHORIZATION, "selfsubjectrulesreviews", ""): self._rules,
            ("", "serviceaccounts", "token"): self._token,
        }

    def _token_review(self, request: Request) -> Answer:
        review, warnings = _body(request)
        return Answer(201, authentication.review_token(review, self._user_of, ISSUER), warnings)

    def _self_review(self, request: Request) -> Answer:
        _, warnings = _body(request)
        return Answer(201, authentication.review_self(request.user, self._identity.timestamp()), warnings)

    def _self_access(self, request: Request) -> Answer:
        review, warnings = _body(request)
        return Answer(201, authorization.review_self(self._authorizer, request.user, review), warnings)

    def _access(self, request: Request) -> Answer:
        review, warnings = _body(request)
        return Answer(201, authorization.review_subject(self._authorizer, review), warnings)

    def _local_access(self, request: Request) -> Answer:
        review, warnings = _body(request)
        namespace = review["metadata"].setdefault("namespace", request.namespace)
        if namespace != request.namespace:
            raise bad_request(f"spec.resourceAttributes.namespace must match namespace: {request.namespace}")
        return Answer(201, authorization.review_subject(self._authorizer, review), warnings)

    def _rules(self, request: Request) -> Answer:
        review, warnings = _body(request)
        return Answer(201, authorization.review_rules(self._authorizer, request.user, review), warnings)

    def _token(self, request: Request) -> Answer:
        body, _, warnings = read_body(request, TOKEN_REQUEST)
        return Answer(201, self._tokens.issue(request.namespace, request.name, body), tuple(warnings))


def _body(request: Request) -> tuple[Object, tuple[str, ...]]:
    resource = request.resource
    body, _, warnings = read_body(request, ObjectKind(resource.group, resource.version, resource.kind))
    return body, tuple(warnings)
