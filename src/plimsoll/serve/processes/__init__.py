"""Containers as processes of this machine: what a pod says is run here, with the rights of whoever runs the server.

There is no isolation at all. A container is a process group with an environment, a directory of its own and limits;
images are ignored, and a container without a command does nothing. So a server with this runtime listens on loopback
only. What belongs here: processes and files (``launch``, ``watchdog``, ``container``, ``volumes``, ``logs``), probes, and
the pods made of them (``pod``, ``runtime``). What a kubelet does about pods is in :mod:`plimsoll.simcluster.kubelet`.
"""
