"""API Priority and Fairness in a simulated cluster: seats by priority level, queues for who finds none.

What belongs here says which level the simulated clients are on, how many seats a level has at present, and who waits
for one. The levels, schemas and fair queues themselves are :mod:`plimsoll.apimachinery.flowcontrol`'s, which a served
cluster uses for its clients as well. What a request costs and who serves it is the API server's business.
"""

from plimsoll.simcluster.flowcontrol.level import PriorityLevel, Width
from plimsoll.simcluster.flowcontrol.levels import PriorityLevels

__all__ = ["PriorityLevel", "PriorityLevels", "Width"]
