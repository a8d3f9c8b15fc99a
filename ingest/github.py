"""The commit of a list on GitHub, proven by its bytes or not given; the present name of its repository.

The raw host says nothing of commits. The API names the last one that touched a path; the file as
of that commit is then compared with what was read, so that a push in between gives no wrong
receipt. Nothing here ever fails a fetch: without an answer a list simply has no commit.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from kg.errors import ConfigError, SourceError

from .http import Http, Limits, Response, check, is_loopback

RAW = "https://raw.githubusercontent.com"
API = "https://api.github.com"
_LIMITS = Limits(connect=3, read=5, total=8)
_SHA = re.compile(r"[0-9a-f]{40}")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


def raw_base(http: Http) -> str:
    """The root of raw files: GitHub's, or KG_GITHUB_RAW on this machine. Raises: ConfigError."""
    return _base(http, "KG_GITHUB_RAW") or RAW


@dataclass(frozen=True, slots=True)
class Standing:
    """What the API says of a file: the commit it stands at, and the repository's name if that is new."""

    commit: str = ""
    renamed: str = ""


def standing(raw: str, content: bytes, http: Http) -> Standing:
    """The commit in which the file at the raw address last changed, if its bytes are ``content``.

    Whatever cannot be proven is left empty. Raises: ConfigError.
    """
    api, repository = _api(http), repository_of(raw, http)
    if not api or not repository or "?" in raw:
        return Standing()
    base = raw_base(http)
    ref, *path = raw.removeprefix(f"{base}/{repository}/").split("/")
    asked = f"{api}/repos/{repository}/commits?path={'/'.join(path)}&sha={quote(ref)}&per_page=1"
    renamed = ""
    try:
        answer = http.get(asked, limits=_LIMITS)
        if answer.url != asked:  # GitHub answers 301 for a repository that has another name now
            renamed = present_name(repository, http)
        commit = _first_sha(answer) if isinstance(answer, Response) else ""
        if not commit:
            return Standing(renamed=renamed)
        again = http.get(f"{base}/{renamed or repository}/{commit}/{'/'.join(path)}", limits=_LIMITS)
    except SourceError:
        return Standing(renamed=renamed)
    proven = isinstance(again, Response) and again.content == content
    return Standing(commit if proven else "", renamed)


def repository_of(raw: str, http: Http) -> str:
    """The ``owner/name`` of a raw file's address; empty for any other address. Raises: ConfigError."""
    base = raw_base(http)
    words = raw.removeprefix(f"{base}/").split("/")
    return "/".join(words[:2]) if raw.startswith(f"{base}/") and len(words) > 3 else ""  # noqa: PLR2004


def present_name(repository: str, http: Http) -> str:
    """The ``owner/name`` that a repository has now, if it is not the one given. Raises: ConfigError."""
    if not (api := _api(http)):
        return ""
    try:
        answer = http.get(f"{api}/repos/{repository}", limits=_LIMITS)
        name = json.loads(answer.content)["full_name"] if isinstance(answer, Response) else ""
    except (SourceError, ValueError, LookupError, TypeError):
        return ""
    named = isinstance(name, str) and _REPOSITORY.fullmatch(name)
    return name if named and name.casefold() != repository.casefold() else ""


def _api(http: Http) -> str:
    """The root of the API; empty where something stands in for the raw files, but not for the API."""
    return _base(http, "KG_GITHUB_API") or (API if raw_base(http) == RAW else "")


def _first_sha(answer: Response) -> str:
    try:
        sha = json.loads(answer.content)[0]["sha"]
    except (ValueError, LookupError, TypeError):
        return ""
    return sha if isinstance(sha, str) and _SHA.fullmatch(sha) else ""


def _base(http: Http, variable: str) -> str:
    """A root that tests set, empty if none; only this machine may stand in for GitHub."""
    base = http.environ.get(variable, "").strip().rstrip("/")
    if base and not is_loopback(check(base)):
        raise ConfigError(
            f"{variable} names another machine", hint="It serves tests and takes a loopback address only."
        )
    return base
