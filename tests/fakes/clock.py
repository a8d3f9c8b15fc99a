"""A clock that tests move: sleeping takes no time, and the wall can be set back."""

from __future__ import annotations

from ingest.arxiv.throttle import Time


class Clock:
    """``slept`` lists every sleep; ``jump`` changes the wall clock alone."""

    def __init__(self, wall: float = 1_767_225_600.0) -> None:
        self.wall = wall  # 2026-01-01T00:00:00Z
        self.steady = 1000.0
        self.slept: list[float] = []

    @property
    def time(self) -> Time:
        """The clocks that a throttle reads."""
        return Time(lambda: self.wall, lambda: self.steady, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Both clocks go on."""
        assert 0 < seconds < 100_000
        assert len(self.slept) < 1000, "it sleeps and sleeps"
        self.slept.append(seconds)
        self.wall += seconds
        self.steady += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the clock on the wall."""
        self.wall += seconds
