import os
import subprocess
import sys
import textwrap

PROGRAM = textwrap.dedent("""
    import hashlib
    from plimsoll.kernel import FifoResource, Kernel, Streams, TokenBucket

    kernel, streams, digest = Kernel(), Streams(42), hashlib.sha256()
    servers, bucket = FifoResource(kernel, 3), TokenBucket(20, 5)

    def pod(name):
        chance = streams.stream(name)
        for step in range(5):
            yield chance.choice([0.0, 0.25, 1.0, chance.expovariate(1)])
            yield bucket.reserve(kernel.now)
            with servers.request() as server:
                yield server
                yield chance.random() / 5
            digest.update(f"{kernel.now!r} {name} {step}\\n".encode())
        if chance.random() < 0.5:
            kernel.timer(1, digest.update, b"never").cancel()

    for name in [f"pod-{number}" for number in range(50)]:
        kernel.spawn(pod(name))
    kernel.run()
    print(kernel.now, digest.hexdigest())
""")


def trace(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_one_seed_gives_one_trace_in_processes_with_different_hash_seeds() -> None:
    assert trace("1") == trace("2") != ""
