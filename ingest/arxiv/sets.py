"""The sets of arXiv's OAI-PMH service: a category stands in its archive, an archive in its group."""

from __future__ import annotations

_GROUPS = {
    "physics": """astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th
    physics quant-ph""".split(),
    **{name: [name] for name in "cs econ eess math q-bio q-fin stat".split()},
}
_GROUP_OF = {archive: group for group, archives in _GROUPS.items() for archive in archives}


def set_of(category: str) -> str:
    """The name of the set of a category; empty where arXiv has no such archive today.

    >>> set_of("cs.CL"), set_of("hep-th"), set_of("astro-ph.GA"), set_of("alg-geom")
    ('cs:cs:CL', 'physics:hep-th', 'physics:astro-ph:GA', '')
    """
    archive, _, part = category.partition(".")
    group = _GROUP_OF.get(archive)
    return ":".join(filter(None, (group, archive, part))) if group else ""
