"""A person's marks: what is read, to read, starred, tagged or noted; kept as lines of ``marks.jsonl``.

A mark holds on to a node by an anchor, as a correction does, and says nothing of the graph: no list
and no refresh can touch it. One line is one mark, in an order of its own, so that two copies of the
file are compared and merged line by line.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from .agreement import contradict
from .corrections import Anchor, anchor_of, anchor_table
from .identifiers import CODE_HOSTS, DECISIVE, Identifier
from .model import Node, Problem
from .names import name_key, words
from .vocabulary import Kind

READ, TO_READ = "read", "to-read"
READINGS = (READ, TO_READ)
STATES = (READ, TO_READ, "unread", "starred", "noted", "marked")
"""What ``is:`` may ask for."""
LONGEST_TAG, LONGEST_NOTE = 60, 20_000
_TAG = re.compile(r'[^\s,"#][^\s,"]*')
_KEYS = ("node", "reading", "reading_at", "starred_at", "tags", "note", "note_at")
_APART = frozenset({"paper", "tier", "tutorial"})  # groups that share identifiers with no other


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One thing that a mark says, and since when (UTC).

    ``field``: reading (``read`` or ``to-read``), star, tag or note.
    """

    field: str
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person says of one node: an anchor and remarks, sorted; never without any."""

    anchor: Anchor
    remarks: tuple[Remark, ...]

    @property
    def reading(self) -> str:
        """``read``, ``to-read`` or "" for neither."""
        return self._first("reading")

    @property
    def starred(self) -> bool:
        """Whether it has a star."""
        return any(one.field == "star" for one in self.remarks)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags, sorted."""
        return tuple(one.value for one in self.remarks if one.field == "tag")

    @property
    def note(self) -> str:
        """Its note, of one line or several; "" for none."""
        return self._first("note")

    def _first(self, field: str) -> str:
        return next((one.value for one in self.remarks if one.field == field), "")

    @property
    def key(self) -> tuple[str, str, tuple[Identifier, ...]]:
        """What tells one mark from another: that of its anchor. Marks are ordered by it."""
        return name_key(self.anchor.name), self.anchor.kind, self.anchor.identifiers

    def __str__(self) -> str:
        """The mark in words: ``read, starred, tags: peft, todo``; without its note."""
        said = [self.reading.replace("-", " ")] if self.reading else []
        said += ["starred"] if self.starred else []
        said += [f"tags: {', '.join(self.tags)}"] if self.tags else []
        return ", ".join(said + (["noted"] if self.note else []))


# ------------------------------------------------------------------------------ changing


@dataclass(frozen=True, slots=True)
class Marking:
    """One change of a mark: a remark is made or, with ``on`` False, taken back.

    Taken back with an empty ``value``: whatever stands in that field.
    """

    field: str
    value: str = ""
    on: bool = True


def tag_of(text: str) -> str:
    """A tag in its one spelling: lower case, without a leading ``#``.

    >>> tag_of("#Peft")
    'peft'

    Raises: ValueError where it is empty, too long, or holds blanks, commas or quotes.
    """
    tag = text.strip().removeprefix("#").casefold()
    if not _TAG.fullmatch(tag) or not tag.isprintable() or len(tag) > LONGEST_TAG:
        raise ValueError(f"{text!r} is no tag: one word of at most {LONGEST_TAG} letters, without commas")
    return tag


def note_of(text: str) -> str:
    """A note without blanks around it. Raises: ValueError where it is too long."""
    note = text.strip()
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"a note has at most {LONGEST_NOTE:,} characters, not {len(note):,}")
    return note


def marked(remarks: Iterable[Remark], markings: Iterable[Marking], now: datetime) -> tuple[Remark, ...]:
    """The remarks after the markings, to the second; what already stands there keeps its time."""
    found, now = list(remarks), now.replace(microsecond=0)
    for one in markings:
        if one.on and any((r.field, r.value) == (one.field, one.value) for r in found):
            continue
        alone = one.field != "tag"  # all else has one value at a time
        found = [
            r
            for r in found
            if r.field != one.field or (r.value != one.value and not alone and (one.on or one.value))
        ]
        found += [Remark(one.field, one.value, now)] if one.on else []
    return tuple(sorted(found))


def united(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks of several marks as those of one.

    The newest reading and the newest note hold (of one age: read, and the note that sorts last); a
    star and every tag stay, with the oldest time.
    """
    best: dict[tuple[str, str], Remark] = {}
    for one in sorted(remarks, key=lambda r: (r.at, r.value == READ, r.value)):
        if one.field in {"reading", "note"}:
            best[one.field, ""] = one
        else:
            best.setdefault((one.field, one.value), one)
    return tuple(sorted(best.values()))


def merged(marks: Iterable[Mark]) -> list[Mark]:
    """The same marks in order, those of one anchor united."""
    by_key: dict[object, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_key[mark.key].append(mark)
    found = [replace(same[0], remarks=united(r for m in same for r in m.remarks)) for same in by_key.values()]
    return sorted(found, key=lambda mark: mark.key)


def together(marks: Iterable[Mark]) -> Mark | None:
    """What several marks say of the one node that all of them hold on to; None without any.

    As :func:`united`, but no note is lost: they stand below each other, the oldest first.
    """
    listed = sorted(marks, key=lambda mark: mark.key)
    if not listed:
        return None
    remarks = united(r for mark in listed for r in mark.remarks)
    notes = sorted((r.at, r.value) for mark in listed for r in mark.remarks if r.field == "note")
    if len(notes) > 1:
        text = "\n".join(dict.fromkeys(value for _, value in notes))
        kept = [r for r in remarks if r.field != "note"]
        remarks = tuple(sorted([*kept, Remark("note", text, notes[-1][0])]))
    return Mark(listed[0].anchor, remarks)


# ------------------------------------------------------------------------------- finding


def chosen(anchor: Anchor, nodes: Iterable[Node]) -> Node | None:
    """The node that a mark with this anchor is on; None if none of them is the thing any more.

    An identifier in common comes first, then the name. Nothing is marked by a name alone whose
    identifiers say that it is another thing, nor by a repository that holds several things.
    """
    fitting = [(fit, node) for node in nodes if (fit := _fit(anchor, node)) is not None]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _fit(anchor: Anchor, node: Node) -> tuple[object, ...] | None:
    """How well a node fits, the smaller the better; None if it does not."""
    names = {name_key(name) for name in (node.label, *node.aliases)}
    score = anchor.match(names, node.identifiers, (node.kind,))
    shared = set(anchor.identifiers) & set(node.identifiers)
    decisive = {one for one in shared if one.scheme in DECISIVE}
    kind = Kind.of(anchor.kind) if anchor.kind else node.kind
    same_group = kind.group == node.kind.group
    fits = bool(score)
    if shared and not same_group:
        fits = not _APART & {kind.group, node.kind.group} and (bool(decisive) or score == _SURE)
    elif shared and not decisive and score != _SURE:
        fits = _digits(anchor.name) == _digits(node.label)
    elif fits and not shared:
        fits = node.kind.group != "tier" and not contradict(
            _strong(anchor.identifiers), _strong(node.identifiers)
        )
    if not fits:
        return None
    return (
        -score,
        -len(decisive),
        -len(shared),
        node.kind is not kind,
        not same_group,
        -node.support,
        node.kind.rank,
        # What a node is comes before its slug: who has which slug depends on who was there first.
        node.label,
        node.aliases,
        tuple(map(str, node.identifiers)),
        node.slug,
    )


_SURE = 3  # what Anchor.match says where an identifier and the name fit


def _digits(name: str) -> set[str]:
    return {word for word in words(name) if any(c.isdigit() for c in word)}


def _strong(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(one for one in identifiers if one.scheme in DECISIVE | CODE_HOSTS)


# --------------------------------------------------------------------------------- lines


def line_of(mark: Mark) -> str:
    """The line of ``marks.jsonl`` that says the mark, without a line end."""
    return json.dumps({"node": anchor_table(mark.anchor), **said_of(mark)}, ensure_ascii=False)


def said_of(mark: Mark) -> dict[str, object]:
    """What the mark says as JSON values: reading, star, tags, note, and since when each."""
    said: dict[str, object] = {}
    tags: dict[str, str] = {}
    for one in mark.remarks:
        at = one.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if one.field == "tag":
            tags[one.value] = at
        elif one.field == "star":
            said["starred_at"] = at
        else:
            said |= {one.field: one.value, f"{one.field}_at": at}
    said |= {"tags": tags} if tags else {}
    return {key: said[key] for key in _KEYS if key in said}


def mark_of(line: str) -> Mark:
    """The mark that a line says; the inverse of :func:`line_of`. Raises: ValueError."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}") from None
    if not isinstance(said, dict):
        raise ValueError("a mark is a JSON object")  # noqa: TRY004 - one error for all mistakes of a line
    for key in said:
        if key not in _KEYS:
            raise ValueError(f"a mark has no key {key!r}; it has {', '.join(_KEYS)}")
    if "node" not in said:
        raise ValueError("a mark needs 'node'")
    anchor = anchor_of(said["node"])
    if not anchor.name and not anchor.identifiers:
        raise ValueError("a node needs a name or identifiers")
    remarks = tuple(sorted(_remarks(said)))
    if not remarks:
        raise ValueError("it marks nothing: no reading, star, tag or note")
    mark = Mark(anchor, remarks)
    try:
        line_of(mark).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds text that is no Unicode") from None
    return mark


def _remarks(said: Mapping[str, object]) -> Iterable[Remark]:
    if "reading" in said:
        if said["reading"] not in READINGS:
            raise ValueError(f"reading is {' or '.join(READINGS)}, not {said['reading']!r}")
        yield Remark("reading", str(said["reading"]), _time(said, "reading_at"))
    if "starred_at" in said:
        yield Remark("star", "", _time(said, "starred_at"))
    tags = said.get("tags", {})
    if not isinstance(tags, dict):
        raise ValueError("'tags' are an object: each tag and since when")  # noqa: TRY004 - as above
    for tag in tags:
        yield Remark("tag", tag_of(tag), _time(tags, tag))
    if "note" in said:
        note = said["note"]
        if not isinstance(note, str) or not note.strip():
            raise ValueError("'note' is a text")
        yield Remark("note", note_of(note), _time(said, "note_at"))


def _time(said: Mapping[str, object], key: str) -> datetime:
    text = said.get(key)
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{key!r} is a time such as 2026-01-31T06:00:00Z, not {text!r}")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError(f"{key!r} is out of range: {text!r}") from None


def read_marks(content: bytes) -> tuple[tuple[Mark, ...], tuple[Problem, ...]]:
    """The marks that a file of lines states, merged and in order, and each line that is none."""
    found: list[Mark] = []
    problems: list[Problem] = []
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            if line := raw.decode().strip():
                found.append(mark_of(line))
        except UnicodeDecodeError:
            problems.append(Problem(number, "not UTF-8 text"))
        except ValueError as error:
            problems.append(Problem(number, str(error.args[0])))
    return tuple(merged(found)), tuple(problems)


def written(marks: Iterable[Mark]) -> str:
    """The file that states these marks: a line each, in order; the inverse of :func:`read_marks`."""
    return "".join(f"{line_of(mark)}\n" for mark in merged(marks))
