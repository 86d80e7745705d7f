"""What deployments have in common: the replica set's part that depends on the template only, and statuses.

A load has thousands of deployments of one template, all in the same state within the same second. What is equal is
kept once and shared, as everything in the store that does not change.
"""

from __future__ import annotations

from typing import NamedTuple

from plimsoll.kernel import Random
from plimsoll.kube.names import template_hash
from plimsoll.kube.resources import Object

HASH_LABEL = "pod-template-hash"

MAX_UNAVAILABLE = 0.25
"""``strategy.rollingUpdate.maxUnavailable``, of which Kubernetes takes the whole part."""

LARGEST_CACHE = 10_000

_FIRST_REVISION: Object = {"deployment.kubernetes.io/revision": "1"}


class SetTemplate(NamedTuple):
    """What the replica sets of one pod template share."""

    source: Object
    """The pod template, held so that no other takes over its identity."""
    suffix: str
    labels: Object
    selector: Object
    template: Object


class SharedTemplates:
    """Replica sets' parts by pod template.

    Kubernetes computes the hash of a template from its text. Here it is drawn when a template is first seen: a load's
    templates carry the run's id in a label, and the names of its pods are not to depend on that.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._known: dict[int, SetTemplate] = {}

    def of(self, spec: Object) -> SetTemplate:
        """The part of a replica set that depends on its deployment's template and selector."""
        template = spec["template"]
        known = self._known.get(id(template))
        if known is not None and known.source is template:
            return known
        if len(self._known) >= LARGEST_CACHE:
            self._known.clear()
        made = self._known[id(template)] = self.another(spec)
        return made

    def another(self, spec: Object) -> SetTemplate:
        """The same under another hash, for a deployment that found the name of its replica set taken."""
        return _set_template(spec, template_hash(self._random))


def _set_template(spec: Object, suffix: str) -> SetTemplate:
    template = spec["template"]
    labels = {**template["metadata"]["labels"], HASH_LABEL: suffix}
    return SetTemplate(
        source=template,
        suffix=suffix,
        labels=labels,
        selector={"matchLabels": {**spec["selector"]["matchLabels"], HASH_LABEL: suffix}},
        template={**template, "metadata": {**template["metadata"], "labels": labels}},
    )


def replica_set_of(deployment: Object, shared: SetTemplate) -> Object:
    """The replica set of a deployment. Its pods share the template's spec with the deployment."""
    metadata = deployment["metadata"]
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "metadata": {
            "name": f"{metadata['name']}-{shared.suffix}",
            "labels": shared.labels,
            "annotations": _FIRST_REVISION,
            "ownerReferences": [owner],
        },
        "spec": {
            "replicas": deployment["spec"]["replicas"],
            "selector": shared.selector,
            "template": shared.template,
        },
    }


class _State(NamedTuple):
    """Everything that a deployment's status says."""

    generation: int
    wanted: int
    replicas: int
    ready: int
    available: int
    enough_since: tuple[bool, str]
    complete_since: tuple[bool, str]


class SharedStatuses:
    """Deployments' statuses by what they say."""

    def __init__(self) -> None:
        self._known: dict[_State, Object] = {}

    def of(self, deployment: Object, of_set: Object, now: str) -> Object:
        """A deployment's status, given that of its replica set."""
        wanted = deployment["spec"]["replicas"]
        replicas = of_set["replicas"]
        available = of_set.get("availableReplicas", 0)
        enough = available >= wanted - int(wanted * MAX_UNAVAILABLE)
        complete = replicas == available == wanted
        before = deployment["status"].get("conditions")
        state = _State(
            deployment["metadata"]["generation"],
            wanted,
            replicas,
            of_set.get("readyReplicas", 0),
            available,
            (enough, before[0]["lastTransitionTime"] if before and _is_enough(before[0]) is enough else now),
            (complete, before[1]["lastTransitionTime"] if before and _is_complete(before[1]) is complete else now),
        )
        status = self._known.get(state)
        if status is None:
            if len(self._known) >= LARGEST_CACHE:
                self._known.clear()
            status = self._known[state] = _status(state)
        return status


def _status(state: _State) -> Object:
    """The status as the API shows it: counts of zero are left out."""
    counts = {
        "replicas": state.replicas,
        "updatedReplicas": state.replicas,
        "readyReplicas": state.ready,
        "availableReplicas": state.available,
        "unavailableReplicas": max(state.wanted - state.available, 0),
    }
    return {
        "observedGeneration": state.generation,
        **{name: count for name, count in counts.items() if count},
        "conditions": [_available(*state.enough_since), _progressing(*state.complete_since)],
    }


def _available(enough: bool, since: str) -> Object:  # noqa: FBT001  a pair taken apart
    reason = "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable"
    return {"type": "Available", "status": str(enough), "reason": reason, "lastTransitionTime": since}


def _is_enough(available: Object) -> bool:
    return bool(available["status"] == "True")


def _progressing(complete: bool, since: str) -> Object:  # noqa: FBT001  a pair taken apart
    reason = "NewReplicaSetAvailable" if complete else "ReplicaSetUpdated"
    return {"type": "Progressing", "status": "True", "reason": reason, "lastTransitionTime": since}


def _is_complete(progressing: Object) -> bool:
    return bool(progressing["reason"] == "NewReplicaSetAvailable")
