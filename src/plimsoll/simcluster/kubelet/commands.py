"""What a simulated container does: how long it runs, and how it ends, read from its command or from annotations.

Nothing is executed. Understood are ``true``, ``false``, ``sleep SECONDS``, ``exit CODE``, ``echo …``, and sequences of
them in ``sh -c``; every other command runs until it is stopped, as servers do, but that of a job's pod, which has
succeeded after five seconds, and that of an init container, which has after half a second. The annotations below come
before commands. What ``echo`` and ``printf`` say is the container's log.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from plimsoll.simcluster.controllers.ownership import controller_reference

if TYPE_CHECKING:
    from plimsoll.kube.resources import Object

RUN_SECONDS_ANNOTATION = "plimsoll.dev/run-seconds"
"""The pod's containers end after so many seconds."""

EXIT_CODE_ANNOTATION = "plimsoll.dev/exit-code"
"""With which code they do; 0 where it is absent. Where containers are restarted a pod crashes in a loop."""

READY_ANNOTATION = "plimsoll.dev/ready"
"""``false``: the pod's readiness probes fail, though it runs."""

IMAGE_ANNOTATION = "plimsoll.dev/image-pull"
"""``fail``: the pod's images cannot be pulled. Those of registries under ``.invalid`` never can be. A duration such as
``20s``: pulling one takes so long."""

KWOK_COMPLETION_ANNOTATION = "pod-complete.stage.kwok.x-k8s.io/delay"
"""KWOK's way to say when a pod completes, e.g. ``30s``."""

JOB_SECONDS = 5.0
INIT_SECONDS = 0.5

LONGEST_SECONDS = 1e9
LARGEST_EXIT_CODE = 255

_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_SEPARATORS = re.compile(r"\s*(;|&&|\|\||\n)\s*")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Program(NamedTuple):
    """How long a container runs, None for ever, its exit code, and its lines of output with their times."""

    seconds: float | None
    exit_code: int
    output: tuple[tuple[float, str], ...] = ()


FOREVER = Program(None, 0)


def program_of(pod: Object, container: Object, *, init: bool) -> Program:
    """What a container of a pod does."""
    annotations = pod["metadata"].get("annotations") or {}
    if not init and RUN_SECONDS_ANNOTATION in annotations:
        return Program(
            _number(annotations[RUN_SECONDS_ANNOTATION]), _exit_code(annotations.get(EXIT_CODE_ANNOTATION, "0"))
        )
    if not init and KWOK_COMPLETION_ANNOTATION in annotations:
        return Program(duration_seconds(annotations[KWOK_COMPLETION_ANNOTATION]), 0)
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    program = _run(list(map(str, words)))
    if program is not None:
        return program
    if init:
        return FOREVER if container.get("restartPolicy") == "Always" else Program(INIT_SECONDS, 0)
    owner = controller_reference(pod)
    return Program(JOB_SECONDS, 0) if owner is not None and owner["kind"] == "Job" else FOREVER


def image_is_missing(pod: Object, image: str) -> bool:
    """Whether an image cannot be pulled."""
    annotations = pod["metadata"].get("annotations") or {}
    registry = image.partition("/")[0].partition(":")[0]
    return annotations.get(IMAGE_ANNOTATION) == "fail" or registry.endswith(".invalid")


def is_held_unready(pod: Object) -> bool:
    """Whether the pod's readiness probes are to fail."""
    return (pod["metadata"].get("annotations") or {}).get(READY_ANNOTATION) == "false"


def _number(text: str) -> float:
    """The number that a text stands for, within bounds; 0 where it stands for none."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return min(number, LONGEST_SECONDS) if number > 0 else 0.0


def _exit_code(text: str) -> int:
    return min(int(_number(text)), LARGEST_EXIT_CODE)


def _run(words: list[str]) -> Program | None:
    """The program of a command line; None where it is not understood."""
    if not words:
        return None
    name = words[0].rpartition("/")[2]
    if name in _SHELLS and len(words) > 2 and words[1].lstrip("-").endswith("c"):  # noqa: PLR2004 - sh -c TEXT
        return _script(words[2])
    match name:
        case "true" | "false" | "echo" | "printf" | ":" | "date":
            return Program(0.0, int(name == "false"), _printed(words[1:]) if name in {"echo", "printf"} else ())
        case "sleep" if len(words) > 1:
            return Program(duration_seconds(words[1]), 0)
        case "exit":
            return Program(0.0, _exit_code(words[1]) if len(words) > 1 else 0)
    return None


def _printed(words: list[str]) -> tuple[tuple[float, str], ...]:
    text = " ".join(words).replace("\\n", "\n").removesuffix("\n")
    return tuple((0.0, line) for line in text.split("\n"))


def duration_seconds(text: str) -> float | None:
    """The seconds of a duration such as ``30`` or ``2m``, 0 where it is none; None for one without end."""
    if text in {"infinity", "inf"}:
        return None
    unit = _UNITS.get(text[-1:], 1)
    return _number(text.rstrip("smhd")) * unit


def _script(text: str) -> Program | None:
    """A sequence of commands, of which each is understood; it ends with ``exit``, or where it never gets on."""
    seconds, code, operator = 0.0, 0, ";"
    output: list[tuple[float, str]] = []
    parts = _SEPARATORS.split(text.strip().rstrip(";"))
    for command, following in zip(parts[::2], [*parts[1::2], ";"], strict=True):
        skipped = (operator == "&&" and code) or (operator == "||" and not code)
        operator = following
        if skipped:
            continue
        try:
            words = shlex.split(command, comments=True)
        except ValueError:
            return None
        program = _run(words)
        if program is None:
            return None
        output += ((seconds + offset, line) for offset, line in program.output)
        if program.seconds is None:
            return Program(None, 0, tuple(output))
        seconds, code = seconds + program.seconds, program.exit_code
        if words[0] == "exit":
            break
    return Program(seconds, code, tuple(output))
