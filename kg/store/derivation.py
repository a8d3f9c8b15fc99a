"""Nodes and statements, derived from what documents say, only where something was touched."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.corrections import KEY as CORRECTIONS
from kg.corrections import Correction
from kg.drafts import RECORD_RULE, Draft, Seen
from kg.lexicon import BLOCKING, NAMED_IN_TEXT
from kg.model import Delta, Place
from kg.names import name_key
from kg.resolve import keys_of, resolve

from . import ledger, marks, occurrences, statements, texts
from .batches import rows_in
from .documents import correction_of
from .said import mention_of
from .slugs import assign, retire, values_of
from .touched import Touched


@dataclass(slots=True)
class Block:
    """All that must be resolved together: the mentions, their keys, and their nodes until now."""

    keys: set[str] = field(default_factory=set)
    mentions: set[int] = field(default_factory=set)
    seen: list[Seen] = field(default_factory=list)
    node_of: dict[int, int] = field(default_factory=dict)


def derive(db: sqlite3.Connection, touched: Touched, now: str) -> Delta:
    """What changed in the graph, after everything that was touched has been derived again."""
    corrections = [
        correction_of(row["body"], row["line"])
        for row in db.execute("SELECT body, line FROM correction ORDER BY position")
    ]
    block = _block(db, touched, corrections)
    if corrections:
        block.keys |= {f"item:{one.mention.place.digest}" for one in block.seen}
    near = [c for c in corrections if c.keys & block.keys]
    resolution = resolve(block.seen, near)
    before = ledger.nodes_now(db, set(block.node_of.values()) | {g.node_id for g in touched.ghosts})
    found = _reconcile(db, block, touched, resolution.drafts)
    names = {node_id: (old.label, old.slug) for node_id, old in before.items()}
    # What is said changes where a mention has got another node. A rejection looks at names, too.
    rejecting = touched.rejections or any(c.verb == "reject" for c in near)
    # All claims on a mention that is new are new themselves.
    standing = block.mentions if rejecting else found.moved - touched.fresh.keys()
    stated = statements.restate(db, standing, touched, near, names)
    marks.settle(db, block.keys)
    _note_matches(db, near, resolution.matched | stated.rejecting, block)
    shown = {node: resolution.drafts[n] for n, node in found.nodes.items()}
    said = found.changed | stated.subjects | _paper_nodes(db, touched.records)
    different = texts.index(db, said, shown, touched)
    unnamed = {node for node in found.fresh if shown[node].kind not in NAMED_IN_TEXT | BLOCKING}
    occurrences.note(db, different, found.changed - unnamed | (before.keys() - shown.keys()))
    imported = _imported(touched, resolution.drafts, found) if ledger.is_import(touched) else set()
    kept = set(found.nodes.values()) - imported
    return ledger.record(db, before, kept, stated, touched, now, imported=imported)


def _imported(touched: Touched, drafts: Sequence[Draft], found: Reconciled) -> set[int]:
    """The new papers that nothing but a record speaks of."""
    recorded = {n for n, one in touched.fresh.items() if one.mention.rule == RECORD_RULE}
    nodes = (found.nodes[n] for n, draft in enumerate(drafts) if recorded.issuperset(draft.members))
    return {node for node in nodes if node in found.fresh}


# ---------------------------------------------------------------------------- the block


def _block(db: sqlite3.Connection, touched: Touched, corrections: Sequence[Correction]) -> Block:
    block = Block()
    by_key: dict[str, list[Correction]] = defaultdict(list)
    for correction in corrections:
        for key in correction.keys:
            by_key[key].append(correction)
    nodes: set[int] = set()
    fresh_keys = set(touched.keys)
    fresh_nodes = {ghost.node_id for ghost in touched.ghosts}
    while fresh_keys or fresh_nodes:
        waiting = list(fresh_keys)
        while waiting:  # a correction ties together all that it is about
            for correction in by_key.get(waiting.pop(), ()):
                waiting += correction.keys - fresh_keys - block.keys
                fresh_keys |= correction.keys
        block.keys |= fresh_keys
        nodes |= fresh_nodes
        ids = set(_with_keys(db, fresh_keys))
        ids |= set(_select(db, "SELECT id FROM mention WHERE node_id IN ({})", fresh_nodes))
        ids -= block.mentions
        block.mentions |= ids
        ids -= touched.fresh.keys()  # their keys are touched, and they have no node yet
        fresh_keys = set(_select(db, "SELECT key FROM mention_key WHERE mention_id IN ({})", ids))
        fresh_keys -= block.keys
        sql = "SELECT node_id FROM mention WHERE node_id IS NOT NULL AND id IN ({})"
        fresh_nodes = set(_select(db, sql, ids)) - nodes
    _load(db, block, touched)
    return block


def _with_keys(db: sqlite3.Connection, keys: Iterable[str]) -> Iterator[int]:
    items = {key.removeprefix("item:") for key in keys if key.startswith("item:")}
    bare = {int(key.removeprefix("mention:")) for key in keys if key.startswith("mention:")}
    plain = {key for key in keys if not key.startswith(("item:", "mention:"))}
    yield from bare
    yield from _select(db, "SELECT mention_id FROM mention_key WHERE key IN ({})", plain)
    sql = "SELECT m.id FROM mention m JOIN place p ON p.id = m.place_id WHERE p.digest IN ({})"
    yield from _select(db, sql, items)


def _select(db: sqlite3.Connection, sql: str, values: Iterable[object]) -> Iterator[Any]:
    return (row[0] for row in rows_in(db, sql, values))


def _load(db: sqlite3.Connection, block: Block, touched: Touched) -> None:
    block.seen += (touched.fresh[number] for number in sorted(block.mentions & touched.fresh.keys()))
    sql = (
        "SELECT m.*, d.key AS document, p.heading, p.digest, p.ordinal FROM mention m"
        " JOIN document d ON d.id = m.document_id JOIN place p ON p.id = m.place_id WHERE m.id IN ({})"
    )
    for row in rows_in(db, sql, sorted(block.mentions - touched.fresh.keys())):
        place = Place(tuple(json.loads(row["heading"])), row["digest"], row["ordinal"])
        block.seen.append(Seen(row["id"], row["document"], mention_of(row, place)))
        if row["node_id"] is not None:
            block.node_of[row["id"]] = row["node_id"]


# --------------------------------------------------------------------------- reconciling


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Nodes by draft; which of them are new, which new or different; which mentions moved."""

    nodes: dict[int, int]
    fresh: set[int]
    changed: set[int]
    moved: set[int]


def _reconcile(db: sqlite3.Connection, block: Block, touched: Touched, drafts: Sequence[Draft]) -> Reconciled:
    """The nodes that stand for the drafts now.

    A node that stays keeps its number and slug. Of several that went to one draft one stays and
    the others leave their slugs pointing to it.
    """
    went = _where_nodes_went(db, block, drafts)
    kept: dict[int, int] = {}
    for node, draft in went.items():
        kept.setdefault(draft, node)
    kept |= _edited(db, touched, drafts, taken=set(kept), gone=went.keys())
    old = set(block.node_of.values()) | {ghost.node_id for ghost in touched.ghosts}
    gone = sorted(old - set(kept.values()))
    changed = _update(db, {node: drafts[number] for number, node in kept.items()})
    retire(db, {node: kept.get(went[node]) if node in went else None for node in gone}, touched)
    new = [n for n in _in_slug_order(drafts) if n not in kept]
    fresh = dict(zip(new, assign(db, [drafts[n] for n in new]), strict=True))
    moved = _point(db, block, drafts, kept | fresh)
    return Reconciled(kept | fresh, set(fresh.values()), {*changed, *fresh.values()}, moved)


def _in_slug_order(drafts: Sequence[Draft]) -> list[int]:
    """Who asks first for a slug: the best supported, then by kind and key; never who came first."""
    return sorted(range(len(drafts)), key=lambda n: (-drafts[n].support, drafts[n].kind.rank, drafts[n].key))


def _where_nodes_went(db: sqlite3.Connection, block: Block, drafts: Sequence[Draft]) -> dict[int, int]:
    """For each node until now the draft that continues it, where its mentions went to several.

    The one that would ask for its slug, else the one with its oldest mention. First come nodes
    that lead a draft, then those whose slug it would ask for, then the oldest: who stays where
    several went to one.
    """
    sql = "SELECT id, slug FROM node WHERE id IN ({})"
    slugs = {row["id"]: row["slug"] for row in rows_in(db, sql, sorted(set(block.node_of.values())))}
    draft_of = {member: n for n, draft in enumerate(drafts) for member in draft.members}
    leading = {member for draft in drafts for member in draft.leading}
    went: dict[int, int] = {}
    leads: set[int] = set()
    for mention in sorted(block.node_of):
        node, draft = block.node_of[mention], draft_of.get(mention)
        if draft is None:
            continue
        named = drafts[draft].slug == slugs[node]
        if node not in went or (named and drafts[went[node]].slug != slugs[node]):
            went[node] = draft
            leads.discard(node)
        if went[node] == draft and mention in leading:
            leads.add(node)
    return dict(
        sorted(
            went.items(),
            key=lambda item: (item[0] not in leads, drafts[item[1]].slug != slugs[item[0]]),
        )
    )


def _edited(
    db: sqlite3.Connection,
    touched: Touched,
    drafts: Sequence[Draft],
    *,
    taken: set[int],
    gone: Collection[int],
) -> dict[int, int]:
    """New drafts that continue a node all of whose mentions have just gone: an entry was edited.

    Such a node goes to the free draft of its key, else of its kind and name, else to the one that shares
    most identifiers and names with what it had; those that share most go first.
    """
    lost: dict[int, set[str]] = defaultdict(set)
    for ghost in touched.ghosts:
        if ghost.node_id not in gone:
            lost[ghost.node_id] |= set(ghost.keys)
    with_key: dict[str, list[int]] = defaultdict(list)
    for n, draft in enumerate(drafts if lost else ()):
        for key in _keys(draft) | {draft.key} if n not in taken else ():
            with_key[key].append(n)
    kept: dict[int, int] = {}
    for *_, node, n in sorted(_alike(db, lost, drafts, with_key)):
        if n not in kept and node not in kept.values():
            kept[n] = node
    return kept


def _alike(
    db: sqlite3.Connection,
    lost: Mapping[int, set[str]],
    drafts: Sequence[Draft],
    with_key: Mapping[str, Sequence[int]],
) -> Iterator[tuple[int, ...]]:
    """Nodes and drafts that share a key, how much they are alike before them: the smaller, the more."""
    sql = "SELECT id, key, slug, kind, label FROM node WHERE id IN ({})"
    for node, own, slug, kind, label in rows_in(db, sql, sorted(lost)):
        shared: dict[int, Counter[str]] = defaultdict(Counter)
        for key in lost[node] | {own}:
            sort = "key" if key == own else "id" if key.startswith("id:") else "name"
            for n in with_key.get(key, ()):
                shared[n][sort] += 1
        for n, count in shared.items():
            same = (drafts[n].kind.name, drafts[n].label) == (kind, label)
            other = drafts[n].slug != slug
            yield -count["key"], -same, -count["id"], -count["name"], other, node, n


def _keys(draft: Draft) -> set[str]:
    names = {f"name:{name_key(name)}" for name in (draft.label, *draft.aliases)}
    return names | {f"id:{one}" for one in draft.identifiers}


def _update(db: sqlite3.Connection, drafts: Mapping[int, Draft]) -> set[int]:
    """The nodes that say something else now than the table did."""
    sql = "SELECT id, key, kind, label, aliases, identifiers, dissent, support FROM node WHERE id IN ({})"
    old = {row[0]: tuple(row[1:]) for row in rows_in(db, sql, sorted(drafts))}
    new = {node: values_of(draft) for node, draft in drafts.items()}
    changed = {node: values for node, values in new.items() if old[node] != values}
    sql = (
        "UPDATE node SET key = ?, kind = ?, label = ?, aliases = ?, identifiers = ?, dissent = ?,"
        " support = ? WHERE id = ?"
    )
    db.executemany(sql, [(*values, node) for node, values in changed.items()])
    return set(changed)


def _point(
    db: sqlite3.Connection, block: Block, drafts: Sequence[Draft], node_ids: Mapping[int, int]
) -> set[int]:
    """The mentions that belong to another node than before, or to none."""
    node_of = {m: node_ids[n] for n, draft in enumerate(drafts) for m in draft.members}
    moved = [(node_of.get(m), m) for m in block.mentions if node_of.get(m) != block.node_of.get(m)]
    db.executemany("UPDATE mention SET node_id = ? WHERE id = ?", moved)
    return {mention for _, mention in moved}


# ------------------------------------------------------------------ corrections, papers


def _note_matches(
    db: sqlite3.Connection, near: Sequence[Correction], matched: frozenset[str], block: Block
) -> None:
    if not near:
        return
    elsewhere = {key for one in block.seen if one.document != CORRECTIONS for key in keys_of(one.mention)}
    for correction in near:
        found = correction.key in matched
        if correction.verb == "add":
            # Its object may be new: `kg correct add lora uses X --kind method`.
            found = correction.node is not None and bool(correction.node.keys & elsewhere)
        db.execute("UPDATE correction SET matched = ? WHERE key = ?", (int(found), correction.key))


def _paper_nodes(db: sqlite3.Connection, papers: Iterable[str]) -> set[int]:
    """The nodes of the papers whose record was stored just now."""
    sql = (
        "SELECT m.node_id FROM mention_key k CROSS JOIN mention m ON m.id = k.mention_id"
        " WHERE k.key IN ({}) AND m.kind = 'PAPER' AND m.node_id IS NOT NULL"
    )
    return {row[0] for row in rows_in(db, sql, [f"id:arxiv:{arxiv_id}" for arxiv_id in papers])}
