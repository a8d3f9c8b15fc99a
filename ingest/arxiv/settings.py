"""How arXiv is asked: the endpoint, the delay between requests and the folder of the shared clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ingest.http import check, is_loopback
from kg.errors import ConfigError, UsageError

ENDPOINT = "https://export.arxiv.org/api/query"
DELAY = 3.0
"""Seconds between two requests, over all machines of a user: arXiv's terms of use."""

_LONGEST = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The endpoint of the query API, seconds between requests, the folder of the user's state."""

    endpoint: str
    delay: float
    state: Path

    @property
    def loopback(self) -> bool:
        """Whether the endpoint is on this machine, which only tests and demonstrations use."""
        return is_loopback(urlsplit(self.endpoint).hostname or "")


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings in KG_ARXIV_API, KG_ARXIV_DELAY and KG_STATE. Raises: ConfigError."""
    endpoint = environ.get("KG_ARXIV_API", "").strip() or ENDPOINT
    try:
        check(endpoint)
    except UsageError as error:
        raise ConfigError(f"KG_ARXIV_API: {error.message}", hint=error.hint) from None
    if "?" in endpoint or "#" in endpoint:
        raise ConfigError("KG_ARXIV_API holds a ? or #", hint=f"It looks like {ENDPOINT}.")
    settings = Settings(endpoint, _delay(environ.get("KG_ARXIV_DELAY", "").strip()), _state(environ))
    if settings.delay < DELAY and not settings.loopback:
        raise ConfigError(
            f"KG_ARXIV_DELAY is under {DELAY:g} s, which arXiv's terms of use forbid",
            hint="Unset it; only a server on this machine may be asked faster.",
        )
    return settings


def _delay(text: str) -> float:
    try:
        value = float(text) if text else DELAY
    except ValueError:
        value = math.nan
    if not 0 <= value <= _LONGEST:
        raise ConfigError(
            "KG_ARXIV_DELAY is no number of seconds", hint=f"Give {DELAY:g} to {_LONGEST:g}, or unset it."
        )
    return value


def _state(environ: Mapping[str, str]) -> Path:
    if folder := environ.get("KG_STATE", "").strip():
        return Path(folder).expanduser().absolute()
    import platformdirs

    return platformdirs.user_state_path("kg", appauthor=False)
