from plimsoll.kernel import Streams


def test_a_stream_depends_on_the_seed_and_its_name_only() -> None:
    lonely, crowded = Streams(7), Streams(7)
    for number in range(10):
        crowded.stream(f"kubelet/node-{number}").random()

    assert lonely.stream("scheduler").random() == crowded.stream("scheduler").random()


def test_a_name_means_one_stream_that_goes_on() -> None:
    streams = Streams(7)

    assert streams.stream("scheduler") is streams.stream("scheduler")


def test_other_names_and_other_seeds_give_other_numbers() -> None:
    draws = {Streams(seed).stream(name).random() for seed in (1, 2, 12) for name in ("", "a", "b", "2/a")}

    assert len(draws) == 12


def test_the_numbers_are_the_same_in_every_release() -> None:
    stream = Streams(1).stream("kubelet/node-7")

    assert [stream.randrange(1000) for _ in range(5)] == [856, 0, 834, 76, 506]


def test_streams_are_not_correlated() -> None:
    streams = Streams(1)
    left, right = streams.stream("a"), streams.stream("b")
    n = 20_000

    covariance = sum((left.random() - 0.5) * (right.random() - 0.5) for _ in range(n)) / n

    assert abs(covariance * 12) < 4 / n**0.5
