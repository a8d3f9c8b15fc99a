"""What a timer runs: one command line, absolute and complete, once a day when arXiv has its news."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path

from kg.errors import UsageError

HOUR = 4
"""The hour in UTC: what arXiv announces on the evening before can be read by then, in winter too."""

PERIOD = timedelta(days=1)
FIRST, SPREAD = 10, 45
"""From which minute of the hour, and over how many, the workspaces of the world are spread."""

_PATHS = (
    "KG_STATE",
    "XDG_STATE_HOME",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
CARRIED = (
    *("KG_ARXIV_API", "KG_ARXIV_DELAY", "KG_ARXIV_OAI", "KG_GITHUB_API", "KG_GITHUB_RAW"),
    *_PATHS,
    *_PROXIES,
    *(name.upper() for name in _PROXIES),
)
"""The settings that a refresh takes from its environment, secrets apart."""


@dataclass(frozen=True, slots=True)
class Job:
    """A daily refresh of one workspace. Paths are absolute.

    ``zone`` is what the machine's clock shows, None for what the system says; ``year`` whose summer time.
    """

    workspace: Path
    interpreter: Path
    settings: tuple[tuple[str, str], ...] = ()
    zone: tzinfo | None = UTC
    year: int = 2026

    def __post_init__(self) -> None:
        """Raises: UsageError for text that no scheduler can be handed whole."""
        for word in (*self.command, *(text for pair in self.settings for text in pair)):
            if bad := [c for c in word if _unwritable(c)]:
                raise UsageError(
                    f"{word!r} holds {bad[0]!r}, which no scheduler can be handed",
                    hint="Rename the folder; blanks, quotes and other letters are fine.",
                )

    @property
    def command(self) -> tuple[str, ...]:
        """The command line. -P: what lies in the folder of the day is never imported."""
        python, folder = str(self.interpreter), str(self.workspace)
        return (python, "-P", "-m", "kg", "--workspace", folder, "-q", "refresh", "--due")

    @property
    def _digest(self) -> bytes:
        return hashlib.sha256(str(self.workspace).encode()).digest()

    @property
    def name(self) -> str:
        """What schedulers call it: the same for one workspace on any day."""
        return f"kg-refresh-{self._digest[:4].hex()}"

    @property
    def minute(self) -> int:
        """The minute of the hour, by the workspace's path: nobody's timers all start at once."""
        return FIRST + int.from_bytes(self._digest[4:8], "big") % SPREAD

    @property
    def local(self) -> time:
        """The time of day for schedulers that go by the machine's clock.

        It is never before the hour in UTC, so in one half of a year with summer time an hour after.
        """
        days = (datetime(self.year, month, 1, 12, tzinfo=UTC) for month in (1, 7))
        ahead = max(day.astimezone(self.zone).utcoffset() or timedelta() for day in days)
        return (datetime(self.year, 1, 1, HOUR, self.minute, tzinfo=UTC) + ahead).time()


def _unwritable(character: str) -> bool:
    """Controls, line ends, what is no text, and the two that XML does not know."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in "\ufffe\uffff"


def carried(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The settings of a refresh that are set here, by name; folders are made absolute.

    A secret is never among them: units are files that others may read.
    """
    found = []
    for name in sorted(CARRIED):
        value = environment.get(name, "").strip()
        if value and not _secret(name, value):
            found.append((name, str(Path(value).expanduser().absolute()) if name in _PATHS else value))
    return tuple(found)


def left_out(environment: Mapping[str, str]) -> list[str]:
    """What is set here and matters to a refresh, but is kept out of units: the names."""
    names = (*CARRIED, "GITHUB_TOKEN")
    return sorted(name for name in names if _secret(name, environment.get(name, "").strip()))


def _secret(name: str, value: str) -> bool:
    """A token, or a proxy's address with a password in it."""
    return bool(value) and (name == "GITHUB_TOKEN" or (name.lower() in _PROXIES[:3] and "@" in value))
