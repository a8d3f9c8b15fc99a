"""A refresh that is killed at any moment (``python -m tests.benchmarks crash`` does it 200 times)."""

from __future__ import annotations

import pytest

from tests.benchmarks.crash import storm


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_nothing_doubles_nothing_and_asks_nothing_twice() -> None:
    left = storm(10, papers=2000, seed=7)
    assert left.faults == []
    assert left.kills == 10
    assert any(0 < number < 2000 for number in left.stored)
