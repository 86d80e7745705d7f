"""What is worth another try, and when."""

from __future__ import annotations

import pytest

from plimsoll.driver.retries import MAX_RETRIES, is_already_exists, is_not_found, reason_of, wait_before_retry
from plimsoll.errors import ApiError


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_an_overloaded_server_is_asked_again_when_it_says_so(code: int) -> None:
    assert wait_before_retry(ApiError(code, "", "", retry_after_seconds=7), retries=0) == 7


@pytest.mark.parametrize("code", [429, 500])
def test_a_server_that_names_no_time_is_not_asked_again(code: int) -> None:
    assert wait_before_retry(ApiError(code, "", ""), retries=0) is None


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 422])
def test_a_refusal_is_final(code: int) -> None:
    assert wait_before_retry(ApiError(code, "", "", retry_after_seconds=1), retries=0) is None


def test_a_pod_that_came_before_its_service_account_is_tried_again() -> None:
    early = ApiError(403, "Forbidden", 'pods "p" is forbidden: error looking up service account a/default: not found')
    assert wait_before_retry(early, retries=0) == 1


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError()])
def test_a_broken_connection_is_tried_again_after_a_second(error: Exception) -> None:
    assert wait_before_retry(error, retries=0) == 1


def test_ten_retries_are_the_last() -> None:
    busy = ApiError(429, "TooManyRequests", "", retry_after_seconds=1)
    assert wait_before_retry(busy, MAX_RETRIES - 1) == 1
    assert wait_before_retry(busy, MAX_RETRIES) is None


def test_a_failure_is_named_by_the_reason_the_server_gave() -> None:
    assert reason_of(ApiError(429, "TooManyRequests", "")) == "TooManyRequests"
    assert reason_of(ApiError(418, "", "")) == "418"
    assert reason_of(ConnectionResetError()) == "ConnectionResetError"


def test_a_conflict_of_versions_is_not_an_object_that_exists() -> None:
    assert is_already_exists(ApiError(409, "AlreadyExists", ""))
    assert not is_already_exists(ApiError(409, "Conflict", ""))
    assert is_not_found(ApiError(404, "NotFound", ""))
    assert not is_not_found(ConnectionResetError())
