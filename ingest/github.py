"""The commit of a list on GitHub: proven by its bytes, or not given at all.

The raw host says nothing of commits. The API names the last one that touched a path; the file as
of that commit is then compared with what was read, so that a push in between gives no wrong
receipt. Nothing here ever fails a fetch: without an answer a list simply has no commit.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from kg.errors import ConfigError, SourceError

from .http import Http, Limits, Response, check, is_loopback

RAW = "https://raw.githubusercontent.com"
API = "https://api.github.com"
_LIMITS = Limits(connect=3, read=5, total=8)
_SHA = re.compile(r"[0-9a-f]{40}")


def raw_base(http: Http) -> str:
    """The root of raw files: GitHub's, or KG_GITHUB_RAW on this machine. Raises: ConfigError."""
    return _base(http, "KG_GITHUB_RAW") or RAW


def commit_of(raw: str, content: bytes, http: Http) -> str:
    """The commit in which the file at the raw address last changed, if its bytes are ``content``.

    Empty if that cannot be proven. Raises: ConfigError.
    """
    base = raw_base(http)
    api = _base(http, "KG_GITHUB_API") or (API if base == RAW else "")
    words = raw.removeprefix(f"{base}/").split("/")
    if not api or "?" in raw or not raw.startswith(f"{base}/") or len(words) < 4:  # noqa: PLR2004 - owner/repo/ref/path
        return ""
    owner, repo, ref, *path = words
    query = f"path={'/'.join(path)}&sha={quote(ref)}&per_page=1"
    try:
        answer = http.get(f"{api}/repos/{owner}/{repo}/commits?{query}", limits=_LIMITS)
        commit = _first_sha(answer) if isinstance(answer, Response) else ""
        if not commit:
            return ""
        again = http.get(f"{base}/{owner}/{repo}/{commit}/{'/'.join(path)}", limits=_LIMITS)
    except SourceError:
        return ""
    return commit if isinstance(again, Response) and again.content == content else ""


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
