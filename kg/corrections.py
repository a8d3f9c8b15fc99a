"""A person's corrections: read from and written to ``corrections.toml``, anchored, never on lines.

Each correction is one ``[[correction]]`` table: a verb, what it is about, a reason. A node is named by an
*anchor*: its name, its kind and its identifiers, so that a correction survives edits of the lists,
a rebuild from nothing and any order of adding. An item of a list is named by the digest of its
text. A correction that matches nothing any more is reported, never dropped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from .identifiers import Identifier, parse
from .model import Claim, DocumentKind, Literal, Mention, Node, Place, Reading, Revision, Span, blob_id
from .names import name_key
from .vocabulary import Kind, Predicate

READER = "corrections/1"
KEY = "corrections"
VERBS = ("kind", "merge", "split", "reject", "add", "rename", "ignore")


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """What a correction holds on to: a name, a kind's name and identifiers; any may be empty."""

    name: str = ""
    kind: str = ""
    identifiers: tuple[Identifier, ...] = ()

    @classmethod
    def of(cls, node: Node) -> Anchor:
        """The anchor of a node as it stands now."""
        return cls(node.label, node.kind.label, node.identifiers)

    @property
    def keys(self) -> frozenset[str]:
        """The keys under which a mention of the anchored thing can be found."""
        names = {f"name:{name_key(self.name)}"} if self.name else set()
        return frozenset(names | {f"id:{one}" for one in self.identifiers})

    def match(self, names: Iterable[str], identifiers: Iterable[Identifier], kinds: Iterable[Kind]) -> int:
        """How well a thing of these name keys, identifiers and kinds fits: 0 (not) to 3 (surely)."""
        named = bool(self.name) and name_key(self.name) in set(names)
        identified = bool(set(self.identifiers) & set(identifiers))
        if identified:
            return 3 if named or not self.name else 2
        same_group = not self.kind or Kind.of(self.kind).group in {kind.group for kind in kinds}
        return 1 if named and same_group else 0


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction: its verb, the anchors it needs, what to do instead, and why.

    ``node`` is what the verb is about (for reject and add: the subject); ``other`` the second node
    (merge: the one that is folded in; reject and add: the object, or None for a literal).
    ``value``: the kind, the new name, or the literal. ``away`` (split): selectors of the mentions
    that are a thing of their own: an identifier, ``item:DIGEST`` or a document key. ``items``
    (ignore): digests. ``line`` is where it stands in the file, 0 if it is not from a file.
    """

    verb: str
    node: Anchor | None = None
    other: Anchor | None = None
    predicate: str = ""
    value: str = ""
    away: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    reason: str = ""
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        """16 hex digits that name this correction by what it says, wherever it stands."""
        said = json.dumps(_plain(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all mentions that it may touch."""
        found = frozenset(f"item:{one}" for one in self.items)
        for anchor in (self.node, self.other):
            if anchor is not None:
                found |= anchor.keys
        return found

    def __str__(self) -> str:
        """The correction in one line, without its reason."""
        node = self.node.name or str(self.node.identifiers[0]) if self.node else ""
        other = (self.other.name or str(self.other.identifiers[0])) if self.other else self.value
        match self.verb:
            case "merge":
                return f"merge {other} into {node}"
            case "split":
                return f"split {', '.join(self.away)} from {node}"
            case "reject" | "add":
                return f"{self.verb} {node} {self.predicate} {other}"
            case "ignore":
                return f"ignore {', '.join(self.items)}"
            case _:
                return f"{self.verb} {node}: {self.value}"


def _plain(correction: Correction) -> dict[str, object]:
    return {
        "verb": correction.verb,
        "node": anchor_table(correction.node),
        "other": anchor_table(correction.other),
        "predicate": correction.predicate,
        "value": correction.value,
        "away": list(correction.away),
        "items": list(correction.items),
    }


def anchor_table(anchor: Anchor | None) -> dict[str, object] | None:
    """The table that states an anchor; the inverse of :func:`anchor_of`."""
    if anchor is None:
        return None
    table: dict[str, object] = {}
    if anchor.name:
        table["name"] = anchor.name
    if anchor.kind:
        table["kind"] = anchor.kind
    if anchor.identifiers:
        table["identifiers"] = [str(one) for one in anchor.identifiers]
    return table


FIELDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kind": (("node", "kind"), ("reason",)),
    "rename": (("node", "name"), ("reason",)),
    "merge": (("node", "other"), ("reason",)),
    "split": (("node", "away"), ("reason",)),
    "reject": (("subject", "predicate"), ("object", "value", "reason")),
    "add": (("subject", "predicate"), ("object", "value", "reason")),
    "ignore": (("items",), ("reason",)),
}
"""The keys of each verb's table in corrections.toml: those it must have, those it may have."""


def from_table(verb: str, table: Mapping[str, object], *, line: int = 0) -> Correction:
    """The correction that one TOML table states.

    Raises: ValueError with a message that names the key, for a missing, unknown or ill-typed one.
    """
    must, may = FIELDS[verb]
    for key in must:
        if key not in table:
            raise ValueError(f"{verb} needs {key!r}")
    for key in table:
        if key not in must + may:
            raise ValueError(f"{verb} has no key {key!r}", key, must + may)
    if verb in {"reject", "add"} and ("object" in table) == ("value" in table):
        raise ValueError(f"{verb} needs either 'object' (a node) or 'value' (a literal)")
    node = table.get("node", table.get("subject"))
    other = table.get("other", table.get("object"))
    correction = Correction(
        verb=verb,
        node=None if node is None else anchor_of(node),
        other=None if other is None else anchor_of(other),
        predicate=_text(table, "predicate"),
        value=_text(table, "kind") or _text(table, "name") or _text(table, "value"),
        away=_texts(table, "away"),
        items=_texts(table, "items"),
        reason=_text(table, "reason"),
        line=line,
    )
    return _checked(correction)


def to_table(correction: Correction) -> dict[str, object]:
    """The TOML table that states a correction; the inverse of :func:`from_table`."""
    subject, object_ = ("subject", "object") if correction.verb in {"reject", "add"} else ("node", "other")
    value = {"kind": "kind", "rename": "name"}.get(correction.verb, "value")
    table: dict[str, object] = {}
    if (node := anchor_table(correction.node)) is not None:
        table[subject] = node
    if correction.predicate:
        table["predicate"] = correction.predicate
    if (other := anchor_table(correction.other)) is not None:
        table[object_] = other
    if correction.value:
        table[value] = correction.value
    if correction.away:
        table["away"] = list(correction.away)
    if correction.items:
        table["items"] = list(correction.items)
    if correction.reason:
        table["reason"] = correction.reason
    return table


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key!r} must be text")  # noqa: TRY004 - one error for all mistakes of a file
    return str(value)


def _texts(table: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = table.get(key, ())
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{key!r} must be a list of texts")
    return tuple(str(one) for one in value)


def anchor_of(table: object) -> Anchor:
    """The anchor that a table states. Raises: ValueError as :func:`from_table` does."""
    if not isinstance(table, Mapping) or not table:
        raise ValueError("a node is a table with name, kind and identifiers")
    for key in table:
        if key not in {"name", "kind", "identifiers"}:
            raise ValueError(f"a node has no key {key!r}", key, ("name", "kind", "identifiers"))
    identifiers = []
    for text in _texts(table, "identifiers"):
        if (identifier := parse(text)) is None:
            raise ValueError(f"{text!r} is no identifier (arxiv:, doi:, github:, hf:, url:, tier: ...)")
        identifiers.append(identifier)
    kind = _text(table, "kind")
    return Anchor(_text(table, "name"), _kind(kind).label if kind else "", tuple(identifiers))


def _kind(text: str) -> Kind:
    try:
        return Kind.of(text)
    except KeyError:
        raise ValueError(f"there is no kind {text!r}", text, tuple(k.label for k in Kind)) from None


def _checked(correction: Correction) -> Correction:
    if correction.verb == "kind":
        _kind(correction.value)
    if correction.predicate:
        try:
            predicate = Predicate.of(correction.predicate)
        except KeyError:
            words = tuple(p.word for p in Predicate)
            raise ValueError(
                f"there is no predicate {correction.predicate!r}", correction.predicate, words
            ) from None
        if predicate.is_literal != (correction.other is None):
            wanted = "a value" if predicate.is_literal else "a node as its object"
            raise ValueError(f"{predicate.word} takes {wanted}")
    return correction


def settled(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """The same corrections, but anchors go by the name that a thing had before an earlier rename.

    Documents know a thing by its old name only; a person, and ``kg correct``, by the new one.

    >>> rename = Correction("rename", Anchor("Alpaca"), value="Stanford Alpaca")
    >>> [str(c) for c in settled([rename, Correction("kind", Anchor("Stanford Alpaca"), value="Model")])]
    ['rename Alpaca: Stanford Alpaca', 'kind Alpaca: Model']
    """
    before: dict[str, Anchor] = {}
    found = []
    for one in corrections:
        now = replace(one, node=_old(one.node, before), other=_old(one.other, before))
        if now.verb == "rename" and now.node is not None and now.node.name:
            before[name_key(now.value)] = now.node
        found.append(now)
    return tuple(found)


def _old(anchor: Anchor | None, before: Mapping[str, Anchor]) -> Anchor | None:
    if anchor is None or not anchor.name or (old := before.get(name_key(anchor.name))) is None:
        return anchor
    if anchor.identifiers and old.identifiers and not set(anchor.identifiers) & set(old.identifiers):
        return anchor  # another thing that bears the name
    return Anchor(old.name, anchor.kind, anchor.identifiers or old.identifiers)


def reading_of(corrections: Iterable[Correction], content: bytes) -> Reading:
    """The corrections as a document: what ``add`` states becomes mentions and claims."""
    mentions: list[Mention] = []
    claims: list[Claim] = []
    spans: dict[Place, Span] = {}
    for correction in corrections:
        if correction.verb != "add" or correction.node is None:
            continue
        place = Place(("corrections",), correction.key)
        spans[place] = Span(correction.line, correction.line)
        predicate = Predicate.of(correction.predicate)
        subject = _mention(correction.node, place, predicate.domain)
        mentions.append(subject)
        if correction.other is None:
            said: Mention | Literal = Literal(correction.value, predicate.datatype)
        else:
            said = _mention(correction.other, place, predicate.range)
            mentions.append(said)
        claims.append(Claim(subject, predicate, said, (place,), "correction", 1.0))
    revision = Revision(blob_id(content), READER, content=content)
    return Reading(
        KEY, DocumentKind.CORRECTIONS, "Corrections", revision, tuple(mentions), tuple(claims), spans
    )


def _mention(anchor: Anchor, place: Place, kinds: tuple[Kind, ...]) -> Mention:
    kind = Kind.of(anchor.kind) if anchor.kind else kinds[0]
    return Mention(place, anchor.name, kind, "correction", 1.0, anchor.identifiers)
