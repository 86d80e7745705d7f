from __future__ import annotations

import argparse
import json
import shlex

import pytest
import yaml

from plimsoll.cli import plan
from plimsoll.cli.flavors import FLAVORS
from plimsoll.errors import InputError
from plimsoll.planning import flavors, versions, wish

ARTICLE = "--nodes 100 --pods-per-node 500 --flavor openshift --kubernetes-version 4.3"


def run(words: str) -> int:
    parser = argparse.ArgumentParser(prog="plimsoll")
    plan.register(parser.add_subparsers())
    arguments = parser.parse_args(["plan", *shlex.split(words)])
    code: int = arguments.run(arguments)
    return code


def test_the_article_gets_its_settings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ARTICLE) == 0
    printed = capsys.readouterr().out
    assert "maxPods: 520" in printed
    assert "hostPrefix: 22" in printed
    assert "oc label --overwrite machineconfigpool worker custom-kubelet=large-pods" in printed


def test_a_pipe_gets_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    run(ARTICLE)
    assert "\x1b" not in capsys.readouterr().out


def test_a_terminal_gets_colour(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    run(ARTICLE)
    assert "\x1b[" in capsys.readouterr().out


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{ARTICLE} --output json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["possible"] is True
    assert document["network"]["hostPrefix"] == 22


def test_yaml_is_the_files_to_apply(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{ARTICLE} --output yaml") == 0
    install_config, kubelet_config = yaml.safe_load_all(capsys.readouterr().out)
    assert "networking" in install_config
    assert kubelet_config["spec"]["kubeletConfig"] == {"maxPods": 520}


@pytest.mark.parametrize("output", ["text", "yaml"])
def test_an_impossible_wish_ends_with_2_and_leaves_standard_output_empty(
    output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(f"{ARTICLE} --host-prefix 23 --output {output}") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "510 addresses" in printed.err
    assert "--host-prefix 22" in printed.err


def test_an_impossible_wish_in_json_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(f"{ARTICLE} --host-prefix 23 --output json") == 2
    document = json.loads(capsys.readouterr().out)
    assert document["possible"] is False
    assert document["alternatives"]


def test_an_alternatives_command_works_when_it_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    run("--nodes 1000 --pods-per-node 500 --flavor kubespray --cluster-network 10.0.0.0/16 --output json")
    for alternative in json.loads(capsys.readouterr().out)["alternatives"]:
        assert run(alternative["command"].removeprefix("plimsoll plan ")) == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--nodes 0 --pods-per-node 1 --flavor kubeadm", "'0' is less than 1"),
        ("--nodes ten --pods-per-node 1 --flavor kubeadm", "'ten' is not a whole number"),
        ("--nodes 1 --pods-per-node -5 --flavor kubeadm", "'-5' is less than 1"),
        ("--nodes 1 --pods-per-node 1 --flavor k3s", "invalid choice: 'k3s'"),
        ("--nodes 1 --pods-per-node 1 --flavor kubeadm --host-prefix 31", "at most 30"),
        ("--nodes 1 --pods-per-node 1 --flavor kubeadm --strategy Poll", "invalid choice: 'Poll'"),
        ("--pods-per-node 1 --flavor kubeadm", "--nodes"),
    ],
)
def test_a_wrong_flag_is_named(words: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(words)
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    "flag", ["--cluster-network 10.1.2.3/14", "--service-network fd00::/8", "--kubernetes-version next"]
)
def test_a_wrong_network_or_version_is_wrong_input(flag: str) -> None:
    with pytest.raises(InputError, match=flag.split(maxsplit=1)[0]):
        run(f"{ARTICLE} {flag}")


def test_the_flags_offer_what_planning_knows() -> None:
    assert tuple(flavors.FLAVORS) == FLAVORS
    assert tuple(flavors.Strategy) == plan.STRATEGIES
    assert f"1.{versions.NEWEST_MINOR}" == plan.NEWEST_VERSION
    assert run_defaults().control_pods == wish.CONTROL_PODS


def run_defaults() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    plan.register(parser.add_subparsers())
    return parser.parse_args(["plan", *shlex.split(ARTICLE)])
