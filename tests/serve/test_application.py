from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from plimsoll.serve import bodies
from tests.serve.frontends import ALICE, Served, served

POD = {"metadata": {"name": "p"}, "spec": {"schedulerName": "none", "containers": [{"name": "c", "image": "i"}]}}
CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module")
def api() -> Served:
    return served()


def create(api: Served, name: str, **data: str) -> None:
    assert api.ask("POST", CONFIG_MAPS, {"metadata": {"name": name}, "data": data}).status == 201


def test_what_is_created_can_be_read_back(api: Served) -> None:
    create(api, "read-back", key="value")
    reply = api.ask("GET", f"{CONFIG_MAPS}/read-back")
    assert (reply.status, reply.json["data"]) == (200, {"key": "value"})
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["cache-control"] == "no-cache, private"
    assert int(reply.headers["content-length"]) == len(reply.body)


def test_yaml_is_read_and_written(api: Served) -> None:
    text = b"metadata: {name: from-yaml}\ndata: {answer: 'on'}\n"
    assert api.ask("POST", CONFIG_MAPS, raw=text, headers={"content-type": "application/yaml"}).status == 201
    reply = api.ask("GET", f"{CONFIG_MAPS}/from-yaml", headers={"accept": "application/yaml"})
    assert reply.headers["content-type"] == "application/yaml"
    assert b'answer: "on"' in reply.body


def test_bodies_that_are_not_read_are_refused_with_what_to_do(api: Served) -> None:
    reply = api.ask("POST", CONFIG_MAPS, raw=b"\xd9\xd9\xf7", headers={"content-type": "application/cbor"})
    assert reply.status == 415
    assert "set the client's content type to application/json" in reply.json["message"]


def test_protobuf_is_read_and_answered_with_json(api: Served) -> None:
    metadata = b"\x0a\x0a\x0a\x08protobuf"
    unknown = b"\x0a\x0f\x0a\x02v1\x12\x09ConfigMap\x12" + bytes([len(metadata)]) + metadata
    protobuf = {"content-type": "application/vnd.kubernetes.protobuf"}
    reply = api.ask("POST", CONFIG_MAPS, raw=b"k8s\0" + unknown, headers=protobuf)
    assert (reply.status, reply.json["metadata"]["name"]) == (201, "protobuf")
    assert api.ask("POST", CONFIG_MAPS, raw=b"{}", headers=protobuf).status == 400


def test_a_body_beyond_the_limit_is_refused(api: Served) -> None:
    reply = api.ask(
        "POST", CONFIG_MAPS, raw=b" " * (bodies.MAX_BODY_BYTES + 1), headers={"content-type": "application/json"}
    )
    assert (reply.status, reply.json["reason"]) == (413, "RequestEntityTooLarge")


def test_large_answers_are_compressed_for_those_who_can_read_that(api: Served) -> None:
    create(api, "large", text="x" * 200_000)
    plain = api.ask("GET", f"{CONFIG_MAPS}/large")
    packed = api.ask("GET", f"{CONFIG_MAPS}/large", headers={"accept-encoding": "gzip, deflate"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert "content-encoding" not in api.ask("GET", "/version", headers={"accept-encoding": "gzip"}).headers


def test_a_long_list_comes_in_parts_and_is_whole() -> None:
    api = served()
    for number in range(600):
        create(api, f"c-{number:03d}")
    reply = api.ask("GET", CONFIG_MAPS)
    names = [item["metadata"]["name"] for item in reply.json["items"]]
    assert "content-length" not in reply.headers
    assert [name for name in names if name.startswith("c-")] == [f"c-{number:03d}" for number in range(600)]
    assert "kind" not in reply.json["items"][0]
    assert reply.json["kind"] == "ConfigMapList"


def test_a_fault_of_the_server_reaches_the_log_and_not_the_client(
    api: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(api.registry, "handle", fail)
    reply = api.ask("GET", CONFIG_MAPS)
    assert (reply.status, reply.json["reason"]) == (500, "InternalError")
    assert b"secret" not in reply.body
    assert "a secret" in caplog.text


def test_a_fault_of_the_simulation_does_not_end_the_server(api: Served, caplog: pytest.LogCaptureFixture) -> None:
    api.cluster.kernel.after(0.0, lambda: 1 // 0)
    api.clock[0] += 1.0
    assert api.ask("GET", "/version").status == 200
    assert "the simulation failed" in caplog.text


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("POST", f"{CONFIG_MAPS}/c", 405),
        ("PUT", CONFIG_MAPS, 405),
        ("HEAD", CONFIG_MAPS, 405),
        ("OPTIONS", CONFIG_MAPS, 405),
        ("POST", "/api/v1/pods", 405),
        ("GET", "/api/v1/pods/p", 404),
        ("GET", "/api/v1/namespaces/default/nodes/n", 404),
        ("GET", f"{CONFIG_MAPS}/c/status", 404),
        ("GET", "/api/v1/widgets", 404),
        ("GET", "/apis/apps/v9/deployments", 404),
        ("DELETE", "/version", 405),
        ("GET", "/nowhere", 404),
    ],
)
def test_paths_that_lead_nowhere_are_told_from_methods_that_do_not_fit(
    api: Served, method: str, target: str, status: int
) -> None:
    body: dict[str, Any] | None = {} if method in {"POST", "PUT"} else None
    assert api.ask(method, target, body).status == status


def test_credentials_decide_between_401_and_403(api: Served) -> None:
    assert api.ask("GET", CONFIG_MAPS, token="nonsense").json["message"] == "Unauthorized"
    assert api.ask("GET", CONFIG_MAPS, token=ALICE).status == 403
    assert (
        api.ask("GET", CONFIG_MAPS, token=None)
        .json["message"]
        .startswith('configmaps is forbidden: User "system:anonymous"')
    )
    assert api.ask("GET", "/healthz", token=None).body == b"ok"


def test_an_administrator_may_act_for_others(api: Served) -> None:
    assert api.ask("GET", CONFIG_MAPS, headers={"impersonate-user": "bob"}).status == 403
    masters = {"impersonate-user": "bob", "impersonate-group": "system:masters"}
    assert api.ask("GET", CONFIG_MAPS, headers=masters).status == 200
    assert api.ask("GET", CONFIG_MAPS, headers={"impersonate-group": "x"}).status == 400
    refusal = api.ask("GET", CONFIG_MAPS, token=ALICE, headers={"impersonate-user": "bob"})
    assert "cannot impersonate-on:user-info:list" in refusal.json["message"]


def test_a_token_of_a_service_account_is_good_as_long_as_the_account(api: Served) -> None:
    accounts = "/api/v1/namespaces/default/serviceaccounts"
    assert api.ask("POST", accounts, {"metadata": {"name": "bot"}}).status == 201
    issued = api.ask("POST", f"{accounts}/bot/token", {"spec": {}})
    token = issued.json["status"]["token"]
    review = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    who = api.ask("POST", review, {}, token=token).json["status"]["userInfo"]
    assert who["username"] == "system:serviceaccount:default:bot"
    assert api.ask("DELETE", f"{accounts}/bot").status == 200
    assert api.ask("POST", review, {}, token=token).status == 401


def test_a_role_takes_effect_and_nobody_hands_out_more_than_they_have(api: Served) -> None:
    roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default"
    rules = [{"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create"]}]
    assert api.ask("POST", f"{roles}/roles", {"metadata": {"name": "giver"}, "rules": rules}).status == 201
    binding = {
        "metadata": {"name": "giver"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "giver"},
        "subjects": [{"kind": "User", "name": "alice"}],
    }
    assert api.ask("POST", f"{roles}/rolebindings", binding).status == 201
    api.clock[0] += 1.0
    same = api.ask("POST", f"{roles}/roles", {"metadata": {"name": "same"}, "rules": rules}, token=ALICE)
    more = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    greedy = api.ask("POST", f"{roles}/roles", {"metadata": {"name": "more"}, "rules": more}, token=ALICE)
    assert (same.status, greedy.status) == (201, 403)
    assert "attempting to grant RBAC permissions not currently held" in greedy.json["message"]


def test_requests_take_the_time_that_the_profile_gives_them() -> None:
    api = served(settings={"apiserver.writeCpuSeconds": 0.25})
    replies: list[Any] = []

    async def main() -> None:
        task = asyncio.create_task(api.answer("POST", CONFIG_MAPS, {"metadata": {"name": "slow"}}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        replies.append(task.done())
        api.clock[0] += 0.3
        api.pacer.catch_up()
        replies.append((await task).status)

    asyncio.run(main())
    assert replies == [False, 201]


def test_a_server_beyond_its_limits_asks_clients_to_come_back() -> None:
    api = served()
    api.cluster.server.down = True
    assert api.ask("GET", CONFIG_MAPS).status == 503
    assert api.ask("GET", "/version").status == 200


def test_answers_say_how_their_requests_were_sorted(api: Served) -> None:
    levels = api.ask("GET", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations").json["items"]
    uids = {level["metadata"]["name"]: level["metadata"]["uid"] for level in levels}
    assert api.ask("GET", "/version").headers["x-kubernetes-pf-prioritylevel-uid"] == uids["exempt"]
    refused = api.ask("GET", CONFIG_MAPS, token=ALICE)
    assert refused.headers["x-kubernetes-pf-prioritylevel-uid"] == uids["global-default"]


def test_requests_wait_for_seats_and_are_turned_away_when_too_many_wait() -> None:
    limits = {"apiserver.maxReadsInFlight": 1, "apiserver.maxMutatingInFlight": 1, "apiserver.readCpuSeconds": 0.1}
    api = served(settings={**limits, "apiserver.cores": 1})

    async def main() -> list[int]:
        asked = [asyncio.create_task(api.answer("GET", f"{CONFIG_MAPS}/c", token=ALICE)) for _ in range(400)]
        for _ in range(100):
            await asyncio.sleep(0)
            api.clock[0] += 1.0
            api.pacer.catch_up()
        return [task.result().status for task in asked if task.done()]

    statuses = asyncio.run(main())
    assert set(statuses) == {403, 429}
    assert statuses.count(429) == 400 - 1 - 6 * 50  # one seat, and a hand of six queues
