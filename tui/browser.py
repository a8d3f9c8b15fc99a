"""Pages in the web browser: only http and https, and never one that would take over the terminal."""

from __future__ import annotations

from urllib.parse import urlsplit

from textual.app import App

from .source import Source
from .text import clean

_IN_THE_TERMINAL = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})


def is_page(url: str) -> bool:
    """Whether a browser may be asked to open it.

    >>> is_page("https://arxiv.org/abs/2106.09685"), is_page("javascript:alert(1)"), is_page("file:///x")
    (True, False, False)
    >>> is_page("https://example.org/a b"), is_page("https://"), is_page("https://[bad")
    (False, False, False)
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url
    return parts.scheme in {"http", "https"} and bool(host) and plain


def open_page(url: str) -> bool:
    """Whether a browser outside this terminal could be started on the page."""
    import webbrowser

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if getattr(browser, "name", "") in _IN_THE_TERMINAL:
        return False
    return browser.open(url)


def web_page(app: App[None], source: Source, url: str) -> None:
    """Open a page in a thread; where that is not possible, tell the address instead."""
    if not url:
        app.notify(
            "It has no identifier with a page.", title="No page to open", severity="warning", markup=False
        )
        return
    if not is_page(url):
        app.notify(clean(url), title="Not a web page", severity="warning", markup=False)
        return

    def work() -> None:
        if source.browse(url):
            app.notify(clean(url), title="Opened in the browser", timeout=3, markup=False)
        else:
            app.notify(
                f"The address is {clean(url)}", title="No browser here", severity="warning", markup=False
            )

    app.run_worker(work, group="web", thread=True, exit_on_error=False)
