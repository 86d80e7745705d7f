"""Events that go to every node keep the API servers busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.diagnosis.finding import Fact, Finding, Plot, Remedy, Sighting, Threshold, everywhere

if TYPE_CHECKING:
    from plimsoll.diagnosis.evidence import Evidence

EVENTS, WATCHES = "apiserver.watchEventsPerSecond", "apiserver.watches"

MANY = Threshold("events sent", 4000, "1/s", "at 0.1-0.5 ms each, half a core to two cores do nothing else")


def _observe(evidence: Evidence) -> Sighting | None:
    steps = evidence.gauges.steps(EVENTS)
    mean = steps.mean(evidence.run_seconds)
    if mean < MANY.value:
        return None
    return Sighting(
        cause=f"The API servers send {mean:,.0f} events a second to watchers, the same ones to every node.",
        confidence=0.8,
        evidence=(
            Fact.of(EVENTS, "events sent, mean", mean),
            Fact.of(WATCHES, "open watches, most", evidence.gauges.peak(WATCHES)),
        ),
        plot=Plot.of(steps, "Events sent to watchers", "1/s", MANY.value),
    )


FINDING = Finding(
    code="PLM306",
    name="watch-fan-out",
    claim="Objects that every node watches change so often that sending the changes is a load of its own.",
    asks=(EVENTS, WATCHES),
    thresholds=(MANY,),
    severity="warning",
    remedies=everywhere(
        Remedy(
            "Elect leaders by leases, which no kube-proxy watches (--leader-elect-resource-lock=leases, the default from 1.20 "
            "on), and let what else writes endpoints or services every few seconds do so less often.",
            {"proxy.endpointEventSeconds": 0},
        )
    ),
    not_when="While many pods become ready at once: then the events are what the nodes need to know.",
    measure_if_unsure=(
        "rate(apiserver_watch_events_total) by kind: Endpoints, EndpointSlice, Service and Node go to every node; "
        "`kubectl get endpoints -A --watch` shows which object it is."
    ),
    sources=(
        "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go",
        "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/client-go/tools/leaderelection/",
    ),
    observe=_observe,
    background=(
        "A change of a pod goes to one kubelet and a few controllers. A change of an endpoint, a service or a node goes to "
        "the kube-proxy of every node, so that its cost grows with the cluster. Until 1.16 scheduler and controller manager "
        "wrote down every two seconds, in an Endpoints object, that they still lead."
    ),
)
