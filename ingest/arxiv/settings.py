"""How arXiv is asked: the addresses, the delay between requests and the folder of the shared clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ingest.http import check, is_loopback
from kg.errors import ConfigError, UsageError

ENDPOINT = "https://export.arxiv.org/api/query"
OAI = "https://oaipmh.arxiv.org/oai"
DELAY = 3.0
"""Seconds between two requests, over all machines of a user: arXiv's terms of use."""

_LONGEST = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The query API, seconds between requests, the folder of the user's state, the OAI-PMH service.

    ``oai`` may be empty: then changes are asked for by ids alone.
    """

    endpoint: str
    delay: float
    state: Path
    oai: str = ""

    @property
    def loopback(self) -> bool:
        """Whether all that is asked is on this machine, which only tests and demonstrations use."""
        return all(is_loopback(urlsplit(one).hostname or "") for one in (self.endpoint, self.oai) if one)


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings in KG_ARXIV_API, KG_ARXIV_OAI, KG_ARXIV_DELAY and KG_STATE. Raises: ConfigError.

    Where only the API is moved to this machine, no change is asked for elsewhere.
    """
    endpoint = _address(environ, "KG_ARXIV_API", ENDPOINT)
    here = is_loopback(urlsplit(endpoint).hostname or "")
    oai = _address(environ, "KG_ARXIV_OAI", "" if here else OAI)
    settings = Settings(endpoint, _delay(environ.get("KG_ARXIV_DELAY", "").strip()), _state(environ), oai)
    if settings.delay < DELAY and not settings.loopback:
        raise ConfigError(
            f"KG_ARXIV_DELAY is under {DELAY:g} s, which arXiv's terms of use forbid",
            hint="Unset it; only a server on this machine may be asked faster.",
        )
    return settings


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    address = environ.get(name, "").strip() or default
    try:
        if address:
            check(address)
    except UsageError as error:
        raise ConfigError(f"{name}: {error.message}", hint=error.hint) from None
    if "?" in address or "#" in address:
        raise ConfigError(f"{name} holds a ? or #", hint=f"It looks like {default or OAI}.")
    return address


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
