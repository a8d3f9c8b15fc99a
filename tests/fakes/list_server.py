"""A loopback host of Markdown lists: pages by path, entity tags, redirects, and faults by script.

It also stands in for raw.githubusercontent.com: set KG_GITHUB_RAW to its ``url`` and put the list
at ``/owner/repo/HEAD/README.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from tests.fakes.loopback import Answer, LoopbackServer


class ListServer(LoopbackServer):
    """``pages``: bytes by path; ``moved``: where a path redirects to; ``types``: media types by path.

    ``/circle/a`` and ``/circle/b`` redirect to each other; ``/hops/N`` leads to ``/hops/N-1`` ...
    """

    def __init__(self, pages: Mapping[str, bytes] | None = None, *, port: int = 0) -> None:
        super().__init__(port)
        self.pages = dict(pages or {})
        self.moved = {"/circle/a": "/circle/b", "/circle/b": "/circle/a"}
        self.moved |= {f"/hops/{n}": f"/hops/{n - 1}" for n in range(1, 30)}
        self.types: dict[str, str] = {}

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Answer:
        del query
        bare = path.partition("?")[0]
        if bare in self.moved:
            return Answer(302, b"", {"Location": self.moved[bare]})
        if bare not in self.pages:
            return Answer(404, b"404: Not Found")
        body = self.pages[bare]
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if headers.get("if-none-match") == etag:
            return Answer(304, b"", {"ETag": etag})
        return Answer(200, body, {"ETag": etag, "Content-Type": self.types.get(bare, "text/plain")})
