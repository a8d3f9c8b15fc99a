"""Headings that name a topic: what stands below them is about it, or a narrower topic."""

from __future__ import annotations

from collections.abc import Iterable

from kg.model import HEADING_RULE, Mention
from kg.names import words
from kg.vocabulary import Kind, Predicate

from .blocks import Section
from .claims import Said
from .draft import Draft
from .headings import Role, bare, heading
from .organizations import is_organization

_CONCEPTS = (Kind.METHOD, Kind.APPLICATION, Kind.TOPIC)
_VENDOR_WORDS = 3
VENDOR_LEVELS = (0, 8, 9)  # <summary>, bold paragraphs and group labels


def topic_of(draft: Draft, path: tuple[Section, ...], at: int) -> Mention | None:
    """The topic that a heading of a path names, with its tie to the topic around it; else None."""
    section = path[at]
    if section.line in draft.topics:
        return draft.topics[section.line]
    read = heading(section.text)
    if read.role not in (Role.TOPIC, Role.TYPE) or not read.topic:
        return None
    around = next((t for outer in range(at - 1, -1, -1) if (t := topic_of(draft, path, outer))), None)
    if around is not None and set(words(read.topic)) <= set(words(around.name)):
        return around  # "Frameworks for optimization" within "Inference Optimization"
    place = draft.place(tuple(s.text for s in path[:at]), section.text, section.line, section.end_line)
    title = bare(section.text)
    known = draft.known(read.topic, _CONCEPTS)
    kind = known.kind if known else read.topic_kind
    topic = draft.mention(
        place, read.topic, kind, HEADING_RULE, 0.8,
        aliases=(title,) if read.role is Role.TOPIC and title != read.topic else (),
    )  # fmt: skip
    draft.topics[section.line] = topic
    if around is not None:
        draft.claim(topic, Predicate.BROADER, around, "nested-heading", 0.7, places=(place,))
    return topic


def learn_topics(draft: Draft, paths: Iterable[tuple[Section, ...]]) -> None:
    """Read the topics of all headings above entries, so that texts can name them."""
    known = set(draft.things)
    for path in paths:
        if path and (topic := topic_of(draft, path, len(path) - 1)) is not None and topic not in known:
            known.add(topic)
            draft.learn(topic)
            draft.names.add(topic.name, len(draft.things))
            draft.things.append(topic)


def say_topics(said: Said, draft: Draft) -> None:
    """Tie an entry to the nearest heading above it that names a topic."""
    path = said.entry.path
    for at in range(len(path) - 1, -1, -1):
        topic = topic_of(draft, path, at)
        if topic is None or topic.name.casefold() == said.mention.name.casefold():
            continue
        if said.mention.kind in _CONCEPTS:
            said.add(draft, Predicate.BROADER, topic, "section", 0.75)
        else:
            said.add(draft, Predicate.ABOUT, topic, "section", 0.75)
        return


def say_vendor(said: Said, draft: Draft) -> None:
    """The maker that a <summary>, bold line or group label above models names."""
    if said.mention.kind is not Kind.MODEL:
        return
    for section in reversed(said.entry.path):
        read = heading(section.text)
        if section.level not in VENDOR_LEVELS and not is_organization(bare(section.text)):
            return
        if (
            read.role in (Role.FACET, Role.NONE)
            and len(section.text.split()) <= _VENDOR_WORDS
            and any(c.isalpha() for c in section.text)
        ):
            maker = draft.mention(said.place, bare(section.text), Kind.ORGANIZATION, "section", 0.75)
            said.add(draft, Predicate.MADE_BY, maker, "section", 0.9)
            return
