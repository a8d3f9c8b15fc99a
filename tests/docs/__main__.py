"""``python -m tests.docs``: write the pages that are made from the code."""

from __future__ import annotations

from . import GENERATED
from .pages import ROOT

for path, page in GENERATED.items():
    (ROOT / path).write_text(page(), encoding="utf-8")
