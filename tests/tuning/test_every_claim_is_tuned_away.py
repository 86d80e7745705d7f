"""Every claim of the articles: its scenario is diagnosed, tuned until it passes, and what is left is the articles' own fix.

Some scenarios are scaled down, so that all of them together take a few minutes; each says how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from plimsoll.campaign.crew import SerialCrew
from plimsoll.campaign.notebook import Notebook, remembered
from plimsoll.campaign.trial import Trial
from plimsoll.diagnosis.finding import FLAVORS, Flavor
from plimsoll.errors import Place
from plimsoll.planning.manifests import render_all
from plimsoll.scenario.loading import LoadedScenario, load_scenario
from plimsoll.scenario.loading import scenario_of as loaded_of
from plimsoll.tuning.application import applied
from plimsoll.tuning.archiving import ArchivedTrials
from plimsoll.tuning.putting import files, flavor_of
from plimsoll.tuning.remedies import Smallest, Walk, smallest_set, together, walk
from plimsoll.tuning.remedy_wording import ending

PROXIES = "proxy.idleTimeoutSeconds"
STRATEGY = "kubelet.configMapAndSecretChangeDetectionStrategy"
LIMITER = {"kubelet.kubeAPIQPS": 50, "kubelet.kubeAPIBurst": 100}
NEW_DATABASE_CLIENTS = {"database.clientClassifies": True, "database.clientRetries": 1}
INBOUND_ADDRESS = {"migration.inboundAddressHonoured": True, "migration.inboundNetwork": "private"}
LARGER_DNS = {"dns.replicas": 6, "dns.forwardMax": 1000, "dns.cpuLimitCores": 1.0}


@dataclass(frozen=True)
class Case:
    """A scenario, its first cause, and the fix that the articles give."""

    claim: str
    scenario: str
    first_cause: str
    fix: Mapping[str, Any]
    keep: frozenset[str] = frozenset()
    """What is not to be changed: the articles' authors could not, or found it only later."""
    scaled: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = True


CASES = (
    Case("R1", "openshift/stall-before", "PLM110", {STRATEGY: "Watch"}, slow=False),
    Case("R1", "openshift/stall-before", "PLM110", LIMITER, keep=frozenset({STRATEGY})),
    # one node with its 667 pods does what each of the three does
    Case(
        "R2",
        "openshift/kubelet-qps-before",
        "PLM110",
        LIMITER,
        keep=frozenset({STRATEGY}),
        scaled={"nodes": 1, "namespaces": 667, "ratePerSecond": 1.33},
    ),
    # the limit is to stay: this is about seeing it
    Case(
        "R3",
        "openshift/throttling-visibility-before",
        "PLM110",
        {"kubelet.verbosity": 4},
        keep=frozenset({STRATEGY, "kubelet.kubeAPIQPS"}),
    ),
    Case("R4", "openshift/polling-before", "PLM110", {STRATEGY: "Watch"}),
    Case("R5", "openshift/500-pods-per-node-before", "PLM110", {STRATEGY: "Watch"}),
    Case("R6", "openshift/host-prefix-before", "PLM201", {"network.hostPrefix": 22}, slow=False),
    # a fifth of the nodes with a fifth of the namespaces
    Case(
        "R7",
        "openshift/25-nodes-pausepod-before",
        "PLM110",
        {STRATEGY: "Watch"},
        scaled={"nodes": 5, "namespaces": 2500},
    ),
    Case("R8", "openshift/network-before", "PLM701", {"networkBitsPerSecond": 1_000_000_000}),
    Case("R9", "openshift/prometheus-memory-before", "PLM801", {"monitoring.nodeMemoryBytes": 384_000_000_000}),
    Case("M1", "openstack/idle-timeout-before", "PLM301", {PROXIES: 600}),
    Case("M2", "openstack/dns-before", "PLM603", LARGER_DNS),
    Case(
        "M3",
        "openstack/shared-masters-before",
        "PLM301",
        {"masters.schedulerPlacement": "own"},
        keep=frozenset({PROXIES}),
    ),
    Case("M4", "openstack/anti-affinity-cost-before", "PLM401", {"scheduler.antiAffinityCostSeconds": 2.4e-6}),
    Case("M5", "openstack/in-flight-limit-before", "PLM303", {"apiserver.maxReadsInFlight": 4000}),
    Case("M6", "openstack/bind-race-before", "PLM403", {"scheduler.assumeTtlFromBinding": True}),
    Case("M8", "openstack/database-deadlocks-before", "PLM711", NEW_DATABASE_CLIENTS, slow=False),
    Case("M9", "openstack/live-migration-before", "PLM721", INBOUND_ADDRESS, slow=False),
    Case("M10", "openstack/monitoring-retention-before", "PLM802", {"monitoring.remoteWrite": True}),
    Case(
        "M11",
        "openstack/virtual-masters-before",
        "PLM301",
        {"masters.virtualMachines": False},
        keep=frozenset({PROXIES}),
    ),
)


def _named(case: Case) -> str:
    kept = "".join(f"-without-{name}" for name in sorted(case.keep))
    return f"{case.claim}-{case.scenario.rpartition('/')[2]}{kept}"


@dataclass(frozen=True)
class Tuned:
    """What a tuner found, and for what."""

    loaded: LoadedScenario
    walk: Walk
    smallest: Smallest | None


def tuned(loaded: LoadedScenario, directory: Path, keep: frozenset[str] = frozenset()) -> Tuned:
    """Tune a scenario as ``plimsoll tune`` does, with one seed."""
    notebook = Notebook(directory)
    flavor = flavor_of(loaded.scenario.cluster.profile)
    way = walk(loaded, flavor, 1, ArchivedTrials(notebook, directory), lambda _: None, keep)
    if not way.passed:
        return Tuned(loaded, way, None)
    with remembered(notebook, SerialCrew()) as crew:
        return Tuned(loaded, way, smallest_set(loaded, way.changes, seeds=1, first_seed=1, crew=crew))


def scenario_of(case: Case) -> LoadedScenario:
    """The case's scenario, scaled."""
    loaded = load_scenario(case.scenario)
    return applied(loaded, case.scaled, Place(case.scenario)) if case.scaled else loaded


def assert_the_fix_is_found(found: Tuned, fix: Mapping[str, Any]) -> None:
    assert found.walk.passed
    assert found.smallest is not None
    assert found.smallest.confirmed
    assert together(found.smallest.changes).items() >= fix.items()
    assert tuple(needed.change for needed in found.smallest.needed) == found.smallest.changes


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=_named(case), marks=[pytest.mark.hours] * case.slow) for case in CASES]
)
def test_a_scenario_of_the_articles_is_tuned_until_it_passes_by_the_articles_own_fix(
    case: Case, tmp_path: Path
) -> None:
    found = tuned(scenario_of(case), tmp_path, case.keep)

    assert found.walk.steps[0].judged.result.findings[0] == case.first_cause
    assert_the_fix_is_found(found, case.fix)


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("case", CASES, ids=_named)
def test_the_fix_is_rendered_for_each_flavor(case: Case, flavor: Flavor) -> None:
    manifests = files(case.fix, flavor, load_scenario(case.scenario).scenario.cluster.profile)

    assert manifests
    assert all(manifest.documents or "by hand" in manifest.file for manifest in manifests)
    assert render_all(manifests).startswith("# ")


@dataclass(frozen=True)
class Combination:
    """Two matters in one scenario."""

    scenario: str
    otherwise: Mapping[str, Any]
    """What makes it two."""
    demands: tuple[Mapping[str, Any], ...]
    expect: tuple[str, ...]
    causes: frozenset[str]
    fix: Mapping[str, Any]

    def load(self) -> LoadedScenario:
        """The scenario with both matters, and what is expected of both."""
        loaded = load_scenario(self.scenario)
        document = Trial.of(applied(loaded, self.otherwise, Place(self.scenario)).scenario, 1, "").scenario
        document["load"].setdefault("demands", []).extend(self.demands)
        document["expect"].extend(self.expect)
        document["cluster"]["allowOverload"] = True  # pods without an address are a matter, too
        return loaded_of(document, self.scenario)


COMBINATIONS = {
    "idle time-outs and DNS": Combination(
        "openstack/dns-before",
        {PROXIES: 3},
        (),
        ("masters.cpuCores.apiserver.mean <= 6",),
        frozenset({"PLM301", "PLM603"}),
        LARGER_DNS | {PROXIES: 600},
    ),
    "database and migrations": Combination(
        "openstack/database-deadlocks-before",
        {},
        ({"kind": "liveMigrations", "at": "1m", "for": "20m", "perMinute": 6, "memory": "8GiB"},),
        ("migrations.failed == 0%",),
        frozenset({"PLM711", "PLM721"}),
        NEW_DATABASE_CLIENTS | INBOUND_ADDRESS,
    ),
    "polled secrets and too few addresses": Combination(
        "openshift/stall-before",
        {"nodes": 1, "namespaces": 280, "network.hostPrefix": 24},
        (),
        (),
        frozenset({"PLM110", "PLM201"}),
        {STRATEGY: "Watch", "network.hostPrefix": 22},  # room for all of maxPods
    ),
}


@pytest.mark.hours
@pytest.mark.parametrize("combination", COMBINATIONS.values(), ids=COMBINATIONS)
def test_two_matters_in_one_scenario_are_both_named_and_both_tuned_away(
    combination: Combination, tmp_path: Path
) -> None:
    found = tuned(combination.load(), tmp_path)

    assert combination.causes <= {code for step in found.walk.steps for code in step.judged.result.findings}
    assert_the_fix_is_found(found, combination.fix)


def test_a_runtime_that_hangs_is_named_though_no_setting_mends_it(tmp_path: Path) -> None:
    found = tuned(load_scenario("openstack/runtime-hang-before"), tmp_path)

    (only,) = found.walk.steps
    assert only.judged.result.findings == ("PLM501",)
    assert ending(found.walk).startswith("Nothing helps any more: no setting is a remedy")
