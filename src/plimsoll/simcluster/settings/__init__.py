"""The constants that shape a simulated cluster, a module for each component. Values and sources stand in ``profiles/*.yaml``."""

from __future__ import annotations

from plimsoll.simcluster.settings.apiserver import ApiServerSettings
from plimsoll.simcluster.settings.controllers import ControllerSettings, NamespaceSettings
from plimsoll.simcluster.settings.database import DatabaseSettings
from plimsoll.simcluster.settings.dns import DnsSettings
from plimsoll.simcluster.settings.kubelet import KubeletSettings, RuntimeSettings
from plimsoll.simcluster.settings.logging import LoggingSettings, ThrottleLogRule
from plimsoll.simcluster.settings.masters import MastersSettings
from plimsoll.simcluster.settings.migration import MigrationSettings, NodeNetwork
from plimsoll.simcluster.settings.monitoring import MonitoringSettings
from plimsoll.simcluster.settings.network import NetworkSettings
from plimsoll.simcluster.settings.proxy import ProxySettings
from plimsoll.simcluster.settings.scheduler import SchedulerSettings
from plimsoll.simcluster.settings.setting import Settings, setting_name

__all__ = [
    "ApiServerSettings",
    "ControllerSettings",
    "DatabaseSettings",
    "DnsSettings",
    "KubeletSettings",
    "LoggingSettings",
    "MastersSettings",
    "MigrationSettings",
    "MonitoringSettings",
    "NamespaceSettings",
    "NetworkSettings",
    "NodeNetwork",
    "ProxySettings",
    "RuntimeSettings",
    "SchedulerSettings",
    "Settings",
    "ThrottleLogRule",
    "setting_name",
]
