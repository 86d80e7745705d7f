"""One node: the kubelet and its container runtime."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.simcluster.settings.setting import Count, Rate, Seconds, Settings


class KubeletSettings(Settings):
    """One kubelet: its clients, loops, limits and the behaviour that changed between versions."""

    max_pods: Annotated[int, Field(ge=1, le=100_000)]
    kube_api_qps: Rate = Field(description="Limit of the main client: pods, secrets, config maps, tokens.")
    kube_api_burst: Count
    event_qps: Rate = Field(description="Limit of the event client.")
    event_burst: Count
    config_map_and_secret_change_detection_strategy: Literal["Get", "Cache", "Watch"]
    secret_ttl_seconds: Seconds = Field(description="TTL of the Cache strategy where no node annotation sets one.")
    ttl_controller: bool = Field(description="The controller manager annotates nodes with a TTL by cluster size.")
    drop_cache_on_pod_update: bool = Field(description="Every update of a pod drops the cached objects it refers to.")
    watch_list: bool = Field(description="Reflectors start with a streaming WATCH, which no limiter holds back.")
    watch_timeout_seconds: Seconds = Field(description="Mean life of one watch; each end costs a new WATCH.")
    sync_frequency_seconds: Annotated[
        float, Field(ge=1, description="A pod is synced again 1 to 1.5 times this long after the end of its last sync.")
    ]
    status_updates_by_channel: bool = Field(description="Status updates queue one by one instead of in passes.")
    status_full_pass_seconds: Annotated[float, Field(gt=0, description="Period of the pass over every status.")]
    patch_unchanged_status: bool = Field(description="A status is sent even if the API server has the same.")
    reconciler_seconds: Seconds = Field(description="Period of the volume manager's loops.")
    mount_poll_seconds: Seconds = Field(description="How often a starting pod looks whether its volumes are mounted.")
    mount_seconds: Seconds = Field(description="Mounting one volume once its payload is there.")
    pleg_relist_seconds: Seconds = Field(description="Period in which the kubelet asks the runtime what changed.")
    pleg_on_demand_seconds: Seconds = Field(
        description="Delay of a relist asked for at once; zero where there is none."
    )
    pleg_threshold_seconds: Annotated[float, Field(gt=0)] = Field(
        description="Without a complete relist for so long the kubelet takes its runtime for unhealthy."
    )
    pleg_last_seen_metric: bool = Field(description="kubelet_pleg_last_seen_seconds is there.")
    runtime_request_timeout_seconds: Annotated[float, Field(gt=0)]
    pleg_in_node_ready: bool = Field(description="A node whose relists are overdue is not Ready.")
    pleg_in_healthz: bool = Field(
        description="Overdue relists fail /healthz, for which a supervisor restarts the kubelet."
    )
    serialize_image_pulls: bool = Field(description="One image at a time is pulled.")
    max_parallel_image_pulls: Count = Field(description="Where pulls are not serialised; zero is unlimited.")
    registry_pull_qps: Rate = Field(description="Pulls beyond it fail at once, and are tried again after a back-off.")
    registry_burst: Count
    token_requests: bool = Field(description="Service account tokens are requested per pod instead of read as secrets.")
    lease_seconds: Seconds = Field(description="Period of the node lease renewal; zero where there are no leases.")
    node_status_report_seconds: Seconds = Field(description="Period of an unchanged node status report.")
    node_status_reads: bool = Field(description="Each report of the node's status reads the node from the API first.")
    control_pods: Count = Field(description="Pods of the platform itself on every worker; they count against maxPods.")
    base_requests_per_second: Seconds = Field(description="Requests of the main client for the control pods.")
    verbosity: Annotated[int, Field(ge=0, le=10)] = Field(description="Log level, --v.")


class RuntimeSettings(Settings):
    """The container runtime and the network plugin of one node."""

    sandbox_seconds: Seconds = Field(description="Pod sandbox with its network, mean.")
    image_pull_seconds: Seconds = Field(
        description="Pulling one image that the node does not have, mean; zero where every image is present."
    )
    image_bytes: Count = Field(description="Size of an image, as the event about its pull says it.")
    container_seconds: Seconds = Field(description="Create and start one container, mean.")
    jitter: Annotated[float, Field(ge=0, lt=1, description="Each duration is drawn from mean x (1 +- jitter).")]
    parallelism: Count = Field(description="Pod starts at the same time on one node; zero is unlimited.")
    stop_seconds: Seconds = Field(description="Stopping a container that obeys SIGTERM, and removing its sandbox.")
