from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "testing.md"


def test_the_fixtures_need_no_configuration(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_in_process(plimsoll_cluster):
            assert len(plimsoll_cluster.nodes()) == 3

        def test_served(plimsoll_server):
            assert plimsoll_server.kubeconfig.exists()

        @pytest.mark.plimsoll(nodes=5, profile="kubernetes-1.36", seed=3)
        class TestMarked:
            def test_of_the_class(self, plimsoll_cluster):
                assert len(plimsoll_cluster.nodes()) == 5
                assert plimsoll_cluster.simulation.profile.name == "kubernetes-1.36"

            @pytest.mark.plimsoll(nodes=2, rate=0)
            def test_of_its_own(self, plimsoll_server):
                assert len(plimsoll_server.nodes()) == 2
                assert plimsoll_server.rate == 0

        @pytest.mark.plimsoll(nodes=2, rate=3)
        def test_factories(plimsoll_cluster_factory, plimsoll_server_factory):
            assert len(plimsoll_cluster_factory().nodes()) == 2
            assert len(plimsoll_cluster_factory(nodes=4).nodes()) == 4
            assert plimsoll_server_factory(nodes=1).rate == 3
        """
    )

    pytester.runpytest("--strict-markers", "-W", "error").assert_outcomes(passed=5)


def test_a_failure_shows_what_the_cluster_looked_like(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_fails(plimsoll_cluster):
            assert plimsoll_cluster.pods()
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*plimsoll cluster 0*", "at 1.0 s: 3 nodes, 0 pods*", "node worker-0: Ready"])


def test_a_marker_with_options_that_do_not_exist_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.plimsoll(knots=5)
        def test_wrong_name(plimsoll_cluster):
            pass

        @pytest.mark.plimsoll(5)
        def test_no_name(plimsoll_cluster):
            pass
        """
    )

    result = pytester.runpytest()

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*knots*", "*by name*"])


def test_the_plugin_costs_nothing_where_it_is_not_used() -> None:
    script = "import sys, plimsoll.testing.plugin; print([m for m in sys.modules if m.startswith('plimsoll')])"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert sorted(re.findall(r"'(.*?)'", loaded)) == ["plimsoll", "plimsoll.testing", "plimsoll.testing.plugin"]


def test_the_examples_of_the_documentation_pass(pytester: pytest.Pytester) -> None:
    """Every block of Python in docs/testing.md that has tests is a file of tests."""
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    examples = [block for block in blocks if "def test_" in block]
    assert examples
    for number, block in enumerate(examples):
        pytester.makepyfile(**{f"test_example_{number}": block})

    outcomes = pytester.runpytest("-W", "error").parseoutcomes()

    assert outcomes.keys() == {"passed"}
