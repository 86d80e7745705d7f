"""R1: OpenShift 4.2 stalls when every pod has a namespace of its own."""

from plimsoll.claims.claim import Check, Claim

OWN = "openshift/stall-before"
WATCHED = "openshift/stall-after"
PAIRS = "openshift/stall-pairs"
SLEEP = "openshift/stall-pairs-sleep-30"
ONE = "openshift/one-namespace"

CLAIM = Claim(
    id="R1",
    title="One pod per namespace on OpenShift 4.2: pods stall as they get more; in one namespace they do not",
    scenarios=(OWN, WATCHED, PAIRS, SLEEP, ONE),
    checks=(
        Check(
            "Pause pods in own namespaces on two nodes that run before it stalls",
            "around 450 (225 per node)",
            "pods",
            lambda runs: runs[OWN].running_when_all_were_created(),
            at_least=300,
            at_most=500,
            note="Capacity ends at 75 s x 4.6 requests a second / 2 secrets = 172 pods per node (187 without the control "
            "pods' share). Each start costs eight requests besides, so pods get stuck the earlier the faster they are "
            "created; how fast the article created them is not published.",
        ),
        Check(
            "Pods of client-server pairs on two nodes that run before it stalls",
            "about 450",
            "pods",
            lambda runs: runs[PAIRS].running_when_all_were_created(),
            at_least=300,
            at_most=550,
            note="As above; the pairs come one every two seconds, about what four `oc` calls in a row take.",
        ),
        Check(
            "Pods that become Running while the backlog of 620 clears",
            "about 3 per minute",
            "pods/min",
            lambda runs: runs[PAIRS].backlog_pods_per_minute(),
            at_least=1,
            at_most=6,
            note="A status takes two requests that wait W = O/q - 75 s each. W is a small difference of large numbers: "
            "465 objects per node and 5 requests a second give 18 s and 3 pods a minute on two nodes; the 502 objects of "
            "this run and the 4.6 requests that the control pods leave give 34 s and 1.8.",
        ),
        Check(
            "Until all 620 pods run",
            "a few more hours",
            "hours",
            lambda runs: runs[PAIRS].hours_until_all_run(),
            at_least=1,
            at_most=8,
        ),
        Check(
            "Running in the kubelet, 99 % of 620 pods",
            "very quickly: the delay was in the apiserver",
            "s",
            lambda runs: runs[PAIRS].metric("podKubeletRunning.p99"),
            at_most=300,
            note="The kubelet's own start waits at the same limiter for two secrets and a mount, but not for the "
            "hours that its status updates take.",
        ),
        Check(
            "The same with 30 s between pairs",
            "about 750 (375 per node)",
            "pods",
            lambda runs: runs[SLEEP].running_when_all_were_created(),
            at_least=500,
            at_most=800,
            note="Slower creation moves the point, as published: with nothing else to do, capacity alone decides.",
        ),
        Check(
            "Slowest of 500 pods in own namespaces with the settings of 4.3",
            "set the stage for more pods (mechanism)",
            "s",
            lambda runs: runs[WATCHED].metric("podRunning.max"),
            at_most=30,
        ),
        Check(
            "Slowest of 500 pods in one namespace",
            "all of the pods quickly started",
            "s",
            lambda runs: runs[ONE].metric("podRunning.max"),
            at_most=30,
        ),
    ),
)
