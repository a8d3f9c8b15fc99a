"""The user's own programs after a refresh: an argument list, never a shell, and JSON on its stdin."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

DEADLINE = 60.0
"""Seconds that a hook may take."""


def run_hook(
    command: Sequence[str],
    event: Mapping[str, object],
    *,
    folder: Path,
    environment: Mapping[str, str],
    deadline: float = DEADLINE,
) -> str:
    """What went wrong with a hook; "" if nothing did.

    It is run in ``folder``; what it prints goes to stderr, since stdout is the report's. A hook that
    takes too long is ended with all that it has started.
    """
    stdin = json.dumps(event, ensure_ascii=False).encode("utf-8", "replace")
    try:
        process = subprocess.Popen(  # noqa: S603 - an argument list of the user's own
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=2,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"it cannot be run: {getattr(error, 'strerror', None) or error}"
    with process:
        try:
            process.communicate(stdin, timeout=deadline)
        except subprocess.TimeoutExpired:
            _end(process)
            return f"it was ended after {deadline:g} s"
        except BaseException:
            _end(process)
            raise
    return f"exit code {process.returncode}" if process.returncode else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
