"""The feed is Atom by the rules of RFC 4287, whatever its texts are; the same changes, the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports.atom import Item, write
from kg.model import Change
from tests.documents import NOON

ATOM = "{http://www.w3.org/2005/Atom}"

# What RFC 4287 asks of the elements that we use, and of nothing else: a feed with one id, title and
# updated, and an author since its entries have none; an entry with one id, title and updated, with
# content, at most one alternate link; ids are IRIs, dates are RFC 3339.
SCHEMA = etree.RelaxNG(
    etree.XML("""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed">
    <interleave>
      <ref name="id"/><ref name="title"/><ref name="updated"/>
      <oneOrMore><element name="author"><element name="name"><data type="string">
        <param name="minLength">1</param></data></element></element></oneOrMore>
      <zeroOrMore><ref name="entry"/></zeroOrMore>
    </interleave>
  </element></start>
  <define name="entry"><element name="entry">
    <interleave>
      <ref name="id"/><ref name="title"/><ref name="updated"/>
      <optional><element name="link">
        <attribute name="rel"><value>alternate</value></attribute>
        <attribute name="href"><data type="anyURI"><param name="minLength">8</param></data></attribute>
      </element></optional>
      <zeroOrMore><element name="category"><attribute name="term"><data type="token">
        <param name="minLength">1</param></data></attribute></element></zeroOrMore>
      <element name="content"><attribute name="type"><value>text</value></attribute><text/></element>
    </interleave>
  </element></define>
  <define name="id"><element name="id"><data type="anyURI">
    <param name="pattern">urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}</param></data></element></define>
  <define name="title"><element name="title">
    <optional><attribute name="type"><value>text</value></attribute></optional><text/></element></define>
  <define name="updated"><element name="updated"><data type="dateTime">
    <param name="pattern">\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ</param></data></element></define>
</grammar>""")
)
RETITLED = Change(
    NOON, "source", "retitled", "paper", "arxiv-2401.90001", "New", "arxiv:2401.90001", "Old", "New", 7
)


def feed(*items: Item, base: str = "https://example.org/kg/", title: str = "") -> bytes:
    file = BytesIO()
    write(file, items, base=base, title=title)
    return file.getvalue()


def read(content: bytes) -> etree._Element:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    SCHEMA.assertValid(root)
    return root


def ids(content: bytes) -> list[str | None]:
    return [one.text for one in read(content).iter(f"{ATOM}id")]


def test_an_empty_feed_is_a_feed_and_reads_no_clock() -> None:
    root = read(feed())
    assert root.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert root.findall(f"{ATOM}entry") == []


def test_a_feed_is_as_new_as_its_newest_change() -> None:
    later = replace(RETITLED, id=8, at=NOON + timedelta(days=1))
    root = read(feed(Item(later, "x"), Item(RETITLED, "y")))
    assert root.findtext(f"{ATOM}updated") == "2026-03-02T12:00:00Z"
    assert [one.findtext(f"{ATOM}updated") for one in root.findall(f"{ATOM}entry")] == [
        "2026-03-02T12:00:00Z",
        "2026-03-01T12:00:00Z",
    ]


def test_an_entry_says_what_happened_and_where_it_is() -> None:
    (entry,) = read(feed(Item(RETITLED, "Old → New", "https://arxiv.org/abs/2401.90001"))).iter(
        f"{ATOM}entry"
    )
    assert entry.findtext(f"{ATOM}title") == "Paper retitled: New"
    assert entry.findtext(f"{ATOM}content") == "Old → New"
    link, category = entry.find(f"{ATOM}link"), entry.find(f"{ATOM}category")
    assert link is not None
    assert category is not None
    assert (link.get("href"), category.get("term")) == ("https://arxiv.org/abs/2401.90001", "retitled")


def test_an_address_is_linked_as_it_is_but_for_what_may_not_stand_in_one() -> None:
    for address, linked in (
        ("https://example.org/a%20b?c=[d]#L12", "https://example.org/a%20b?c=%5Bd%5D#L12"),
        ("https://example.org/100%/ü x", "https://example.org/100%25/%C3%BC%20x"),
        (
            "https://github.com/owner/repo/blob/HEAD/README.md",
            "https://github.com/owner/repo/blob/HEAD/README.md",
        ),
    ):
        link = read(feed(Item(RETITLED, "x", address))).find(f".//{ATOM}link")
        assert link is not None
        assert link.get("href") == linked


def test_ids_are_stable_and_tell_apart_all_that_differs() -> None:
    item = Item(RETITLED, "x", "https://example.org")
    assert ids(feed(item)) == ids(feed(Item(RETITLED, "in other words")))
    others = [
        replace(RETITLED, **change)
        for change in (
            {"id": 8},
            {"at": NOON + timedelta(seconds=1)},
            {"text": "Newer"},
            {"subject": "other"},
            {"action": "changed"},
            {"document": "list:x"},
            {"old": "Older"},
        )
    ]
    found = [*ids(feed(item)), *(ids(feed(Item(one, "x")))[1] for one in others)]
    found += ids(feed(item, base="https://example.org/other/")) + ids(feed(item, title="Mine"))
    assert len(set(found)) == len(found)


def test_text_is_data_and_no_page_of_a_strange_scheme_is_linked() -> None:
    evil = replace(RETITLED, text="<b>&amp;</b> ]]> \"' \x1b[31m \x00 &xxe;")
    for page in ("javascript:alert(1)", "file:///etc/passwd", "", "data:text/html,x"):
        content = feed(Item(evil, "<script>", page))
        assert b"<b>" not in content
        assert b"<script>" not in content
        assert read(content).find(f".//{ATOM}link") is None
    (entry,) = read(feed(Item(evil, ""))).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == (
        "Paper retitled: <b>&amp;</b> ]]> \"' \N{REPLACEMENT CHARACTER}[31m \N{REPLACEMENT CHARACTER} &xxe;"
    )


@given(st.text(), st.text(), st.text(), st.text())
def test_any_text_gives_a_valid_feed(text: str, told: str, page: str, title: str) -> None:
    change = replace(RETITLED, text=text, subject=text, document=page)
    for address in (f"https://{page}", f"https://example.org/{page}", f"https://example.org/#{page}"):
        content = feed(Item(change, told, address), title=title)
        read(content)
        assert content == feed(Item(change, told, address), title=title)
