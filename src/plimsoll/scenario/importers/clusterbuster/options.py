"""The names of ClusterBuster's options: which of them Plimsoll carries out, and why the others do not apply.

Source: the option dispatch table of ClusterBuster at 980451f (``lib/clusterbuster/driver/config.py`` and its workloads);
names are spelled as it compares them, in lower case without ``-`` and ``_``.
"""

from __future__ import annotations

ALIASES = {
    "containers": "containersperpod",
    "deployments": "depspernamespace",
    "depspername": "depspernamespace",
    "labels": "label",
    "limits": "limit",
    "livenessprobeint": "livenessprobeinterval",
    "objspercall": "objectspercall",
    "objspercallconfigmaps": "objectspercallconfigmaps",
    "objspercalldeployments": "objectspercalldeployments",
    "objspercallsecrets": "objectspercallsecrets",
    "podstarttime": "podstarttimeout",
    "requests": "request",
    "syncinfirst": "syncinfirstnamespace",
    "syncstart": "sync",
    "toleration": "tolerate",
}

APPLIED = frozenset({
    "antiaffinity", "basename", "cleanup", "cleanupalways", "containerimage", "containersperpod", "createnamespacesonly",
    "deploymenttype", "depspernamespace", "filesdropcache", "filesize", "filesperdir", "fiodropcache", "headlessservices",
    "jobname", "label", "limit", "livenessprobeinterval", "logbytesperline", "memorysize", "msgsize", "namespaces", "nodeselector", "objectspercall", "objectspercallconfigmaps",
    "objectspercalldeployments", "objectspercallsecrets", "parallel", "parallelconfigmaps", "paralleldeployments",
    "parallelsecrets", "podstarttimeout", "predelay", "postdelay", "replicas", "request", "secrets", "sleep",
    "sleepbetweenconfigmaps", "sleepbetweendeployments", "sleepbetweensecrets", "sync", "syncinfirstnamespace",
    "sysbenchworkload", "targetdatarate", "timeout", "tolerate", "workload", "workloadruntime", "workloadsize",
})  # fmt: skip

_FRESH = "A simulated cluster begins empty"
_REPORT = "Plimsoll has its own archive and report"
_INSIDE = "What a program does inside its container is not simulated"
_PROCESS = "It steers ClusterBuster itself"
_NAMING = "Objects are named after the scenario"
_PLACE = "Nodes of a simulated cluster have names and classes of their own"
_VM = "Virtual machines are not simulated"
_NODE = "Nothing of a node but its kubelet, runtime and network is simulated"
_NAMESPACE_PACE = "Namespaces are created at the pace of the whole load"

_BY_REASON = {
    _FRESH: "precleanup scalens scaledeployments removenamespaces removenamespace uuid",
    _REPORT: "artifactdir metrics metricsfile metricsepoch metricsinterval forcenometrics reportformat jsonreport rawreport report "
    "verbosereport reportobjectcreation prometheussnapshot failurestatus parallellogretrieval parallellog retrievesuccessfullogs "
    "retrievesuc logsuc logsuccessful compressreport compress verbose quiet",
    _INSIDE: "processes processesperpod stepinterval workdir livenessprobesleeptime livenessprobesleep volume configmapfile "
    "synctestcount synctestclustercount synctestsleep dirspervolume fileblocksize filesdirect filesdirs "
    "loglinesperio logxfercount logdelay "
    "fiopattern fiopatterns fioblocksize fioblocksizes fiooptions fiojobfile fioioengine fioioengines fioiodepth fioiodepths "
    "fionumjobs fiodirect fioramptime fiofdatasync fiofilesize fioworkdir uperfmsgsize uperftesttype uperfproto uperfprotocol "
    "uperfnthr uperframp uperframptime hammerdbdriver hammerdbdatabase hammerdbbenchmark hammerdbvirtualusers hammerdbrampup "
    "hammerdbworkdir memoryscan memorystride memoryiterations memoryiterationruntime memoryidle memoryidlefirst "
    "memoryrandomseed memorysync memorystartprobability memorysubproc byoname byofile byoworkload byoworkdir byodropcache "
    "sysbenchtime sysbenchfileiotests sysbenchfileiotest sysbenchfileiomodes sysbenchfileiomode",
    _PROCESS: "help helpall helpeverything helpoptions forceabort doit preservetmpdir jobfile exitatend waitforever waitsecrets "
    "watchdogtimeout injecterror debug baseoffset forcecleanupiknowthisisdangerous externalsync",
    _NAMING: "podprefix firstdeployment podannotation",
    _PLACE: "pinnode affinity syncaffinity syncantiaffinity scheduler arch interface",
    _NODE: "imagepullpolicy clusterbusterbaseimage syncpodimage runtimeclass kata dropcache dropallcache virtiofsdwriteback "
    "virtiofsddirect virtiofsdthreadpoolsize virtiofsdthread privileged privilegedpods",
    _NAMESPACE_PACE: "parallelnamespaces objectspercallnamespaces objspercallnamespaces sleepbetweennamespaces",
    _VM: "vmcores vmsockets vmthreads vmmemory vmgraceperiod vmimage vmmigrate vmrunascontainer vmuser vmpassword vmrunasroot "
    "vmsshkey vmsshkeyfile vmstart vmstartrunning vmrunstrategy vmblockmultiqueue vmblockmultiq",
}  # fmt: skip

NOT_APPLIED: dict[str, str] = {name: reason for reason, names in _BY_REASON.items() for name in names.split()}
"""Options that ClusterBuster knows and Plimsoll does not carry out, with the reason."""

PASSED_THROUGH = "sysbench"
"""Any option that begins like this goes to the program of that name, so none of them is unknown."""

KNOWN = APPLIED | ALIASES.keys() | NOT_APPLIED.keys()

CLIENT_SERVER_WORKLOADS = frozenset({"server", "uperf"})
CACHE_DROPPING_WORKLOADS = frozenset({"files", "fio", "sysbench"})
WORKLOADS = (
    CLIENT_SERVER_WORKLOADS
    | CACHE_DROPPING_WORKLOADS
    | {"byo", "cpusoaker", "failure", "hammerdb", "logger", "memory", "pausepod", "sleep", "synctest", "waitforever"}
)
WORKLOAD_ALIASES = {
    "pause": "pausepod",
    "file": "files",
    "hammer": "hammerdb",
    "log": "logger",
    "logging": "logger",
    "clientserver": "server",
    "soaker": "cpusoaker",
}


def reason_against(name: str) -> str:
    """Why an option does not apply; nothing where it does."""
    if ALIASES.get(name, name) in APPLIED:
        return ""
    return NOT_APPLIED.get(name, _INSIDE)
