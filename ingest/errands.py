"""The results of several errands that are run side by side, in the order of the errands.

Each errand has a lane: those of one lane are run one after the other, so that no host is asked for
two things at once. The threads are daemons: who interrupts kg waits for none of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


_Done = tuple[int, Callable[[], T]]


@dataclass(frozen=True, slots=True)
class Errand(Generic[T]):
    """Something to be done in a lane."""

    lane: str
    run: Callable[[], T]


def run_all(errands: Sequence[Errand[T]], *, hands: int) -> list[T]:
    """What each errand gives, at most ``hands`` of them run at once.

    Raises: what an errand raises, and then no other one is begun.
    """
    lanes: dict[str, list[int]] = {}
    for number, errand in enumerate(errands):
        lanes.setdefault(errand.lane, []).append(number)
    waiting: SimpleQueue[list[int]] = SimpleQueue()
    for lane in lanes.values():
        waiting.put(lane)
    done: SimpleQueue[_Done[T]] = SimpleQueue()
    stopped = threading.Event()
    for _ in range(min(hands, len(lanes))):
        threading.Thread(target=_work, args=(errands, waiting, done, stopped), daemon=True).start()
    results: dict[int, T] = {}
    try:
        while len(results) < len(errands):
            number, result = done.get()
            results[number] = result()
    finally:
        stopped.set()
    return [results[number] for number in range(len(errands))]


def _work(
    errands: Sequence[Errand[T]],
    waiting: SimpleQueue[list[int]],
    done: SimpleQueue[_Done[T]],
    stopped: threading.Event,
) -> None:
    """One pair of hands: lane after lane, until none is left."""
    with suppress(Empty):
        while True:
            for number in waiting.get_nowait():
                if stopped.is_set():
                    return
                done.put((number, _outcome(errands[number])))


def _outcome(errand: Errand[T]) -> Callable[[], T]:
    """What an errand gave, to be had by a call, which raises what it raised."""
    try:
        result = errand.run()
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        raised = error

        def fail() -> T:
            raise raised

        return fail
    return lambda: result
