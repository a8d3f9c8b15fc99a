"""The way that someone walked through the graph: where they are, what lies behind and before."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Stop:
    """A node that was visited: its slug and what it was called then."""

    slug: str
    label: str


@dataclass(slots=True)
class Trail:
    """Stops in order and the number of the present one; -1 before the first.

    >>> trail = Trail()
    >>> for name in "abc":
    ...     trail.visit(Stop(name, name.upper()))
    >>> trail.back().slug, trail.back().slug, trail.back()
    ('b', 'a', None)
    >>> trail.forward().slug, trail.can_go_forward
    ('b', True)
    >>> trail.visit(Stop("d", "D")); [stop.slug for stop in trail.stops], trail.can_go_forward
    (['a', 'b', 'd'], False)
    """

    stops: list[Stop] = field(default_factory=list)
    at: int = -1

    @property
    def here(self) -> Stop | None:
        """The present stop, or None before the first."""
        return self.stops[self.at] if self.stops else None

    @property
    def can_go_forward(self) -> bool:
        """Whether someone went back and may return."""
        return self.at + 1 < len(self.stops)

    @property
    def can_go_back(self) -> bool:
        """Whether there is an earlier stop."""
        return self.at > 0

    def visit(self, stop: Stop) -> None:
        """Go to ``stop``; what lay before is forgotten. Staying where one is changes nothing."""
        if self.here is not None and self.here.slug == stop.slug:
            return
        self.stops = [*self.stops[: self.at + 1], stop]
        self.at = len(self.stops) - 1

    def back(self) -> Stop | None:
        """The stop before, which is the present one now; None if there is none."""
        if not self.can_go_back:
            return None
        self.at -= 1
        return self.here

    def forward(self) -> Stop | None:
        """The stop that someone came back from; None if there is none."""
        if not self.can_go_forward:
            return None
        self.at += 1
        return self.here
