"""Findings as others show them beside the lines of a file: GitHub workflow commands and SARIF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from kg import __version__
from kg.checks import CHECKS, Finding

from .output import safe

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def workflow_command(finding: Finding, file: str) -> str:
    r"""One line that GitHub shows as an annotation of a file.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions.

    >>> workflow_command(Finding("links", "warning", "list:a", 3, "100% sure:\nno"), "a,b.md")
    '::warning file=a%2Cb.md,line=3,title=kg check links::100%25 sure: no'
    """
    message = safe(f"{finding.message}. {finding.hint}" if finding.hint else finding.message)
    parts = [f"file={_property(file)}"] if file else []
    parts += [f"line={finding.line}"] if finding.line else []
    parts += [f"title=kg check {finding.check}"]
    return f"::{finding.severity} {','.join(parts)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(safe(text)).replace(":", "%3A").replace(",", "%2C")


def sarif(located: Sequence[tuple[Finding, str]]) -> dict[str, Any]:
    """All findings as one SARIF 2.1.0 log; every check is a rule of it, found or not."""
    names = list(CHECKS)
    rules = [{"id": name, "shortDescription": {"text": text}} for name, (_, text) in CHECKS.items()]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "kg", "version": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, file, names) for one, file in located],
            }
        ],
    }


def _result(finding: Finding, file: str, names: list[str]) -> dict[str, Any]:
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    location: dict[str, Any] = {"artifactLocation": {"uri": quote(file, safe="/:#?&=%@+,;~!$'()*")}}
    if finding.line:
        location["region"] = {"startLine": finding.line}
    return {
        "ruleId": finding.check,
        "ruleIndex": names.index(finding.check),
        "level": finding.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": location}],
    }
