"""A small discrete-event kernel: a clock, a queue in total order, and the few things that processes wait for.

What belongs here is what a queueing theorist would expect in any simulator: time, events, processes, servers, token
buckets, random streams. Nothing here knows about Kubernetes, asyncio, files or the wall clock; ``simcluster`` builds
the model on top, ``embed`` connects it to asyncio.

Time is a float, in seconds of virtual time since the kernel was made.
"""

from plimsoll.kernel.calendar import Timer
from plimsoll.kernel.core import Kernel
from plimsoll.kernel.events import Event
from plimsoll.kernel.processes import Process
from plimsoll.kernel.randomness import Random, Streams
from plimsoll.kernel.resources import FifoResource, Request
from plimsoll.kernel.tokens import TokenBucket

__all__ = ["Event", "FifoResource", "Kernel", "Process", "Random", "Request", "Streams", "Timer", "TokenBucket"]
