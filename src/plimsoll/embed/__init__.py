"""asyncio around a simulated cluster: where virtual time meets coroutines.

What belongs here is the crossing only: an event loop that lives in virtual time (``virtual``), a pacer that lets the
kernel keep up with a wall clock (``pacer``), and the driver's port onto a simulated cluster (``cluster``). Nothing here
knows what a pod is; nothing below here knows asyncio.
"""
