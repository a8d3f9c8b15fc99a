from __future__ import annotations

import pytest

from kg.identifiers import Identifier, arxiv_id, doi, identify, parse

ARXIV_FORMS = (
    "https://arxiv.org/abs/2106.09685",
    "http://arxiv.org/abs/2106.09685v2",
    "https://www.arxiv.org/abs/2106.09685/",
    "https://export.arxiv.org/abs/2106.09685",
    "https://arxiv.org/pdf/2106.09685",
    "https://arxiv.org/pdf/2106.09685.pdf",
    "https://arxiv.org/pdf/2106.09685v2.pdf",
    "https://arxiv.org/html/2106.09685v2",
    "https://arxiv.org/html/2106.09685v1/extracted/6081011/x.png",
    "https://arxiv.org/abs/2106.09685?context=cs",
    "https://arxiv.org/abs/2106.09685#S1",
    "https://ar5iv.org/abs/2106.09685",
    "https://ar5iv.labs.arxiv.org/html/2106.09685",
    "https://www.alphaxiv.org/abs/2106.09685",
    "https://papers.cool/arxiv/2106.09685",
    "https://huggingface.co/papers/2106.09685",
    "https://doi.org/10.48550/arXiv.2106.09685",
    "https://arxiv.org/pdf/2106.09685.pdf)",
)


@pytest.mark.parametrize("url", ARXIV_FORMS)
def test_every_link_form_of_a_paper_gives_its_bare_arxiv_id(url: str) -> None:
    assert identify(url) == Identifier("arxiv", "2106.09685")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2106.09685", ("2106.09685", None)),
        (" arXiv:2106.09685v12 ", ("2106.09685", 12)),
        ("0704.0001", ("0704.0001", None)),
        ("1412.9999", ("1412.9999", None)),
        ("1501.00001", ("1501.00001", None)),
        ("hep-th/9901001v3", ("hep-th/9901001", 3)),
        ("cs.CL/0101001", ("cs/0101001", None)),
        ("MATH.GT/0309136", ("math/0309136", None)),
    ],
)
def test_an_arxiv_id_is_read_with_its_version(text: str, expected: tuple[str, int | None]) -> None:
    assert arxiv_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1501.0001",  # four digits after 2014
        "0706.00001",  # five before 2015
        "0703.0001",  # the new form began in April 2007
        "2113.00001",  # no thirteenth month
        "2106.09685v0",
        "2106.00000",
        "cs/0704001",  # the old form ended in March 2007
        "nowhere/0101001",
        "6081011",
        "2106.0968\uff15",  # a full-width digit
        "",
    ],
)
def test_what_is_no_arxiv_id_is_none(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/Owner/Name", "github:owner/name"),
        ("https://github.com/owner/name/tree/main/docs?tab=readme-ov-file#usage", "github:owner/name"),
        ("http://www.github.com/owner/name.git", "github:owner/name"),
        ("github.com/owner/name", "github:owner/name"),
        ("https://raw.githubusercontent.com/owner/name/main/README.md", "github:owner/name"),
        ("https://gitlab.com/owner/name", "gitlab:owner/name"),
        ("https://huggingface.co/Owner/Model", "hf:owner/model"),
        ("https://hf.co/owner/model/tree/main", "hf:owner/model"),
        ("https://huggingface.co/distilgpt2", "hf:distilgpt2"),
        ("https://huggingface.co/datasets/squad", "hf:datasets/squad"),
        ("https://huggingface.co/datasets/o/d/viewer", "hf:datasets/o/d"),
        ("https://huggingface.co/spaces/o/s", "hf:spaces/o/s"),
        ("https://openreview.net/forum?id=Q1u25ahSuy", "openreview:Q1u25ahSuy"),
        ("https://aclanthology.org/N19-1423.pdf", "acl:n19-1423"),
        ("https://doi.org/10.18653/V1/2022.ACL-short.8", "doi:10.18653/v1/2022.acl-short.8"),
    ],
)
def test_a_link_gives_the_identifier_of_what_it_points_to(url: str, expected: str) -> None:
    assert str(identify(url)) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner",
        "https://github.com/topics/llm",
        "https://huggingface.co/google",
        "https://huggingface.co/collections/o/c-1",
        "https://huggingface.co/blog/lora",
        "https://arxiv.org/list/cs.CL/recent",
    ],
)
def test_owner_topic_and_listing_pages_are_only_pages(url: str) -> None:
    found = identify(url)
    assert found is not None
    assert found.scheme == "url"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "mailto:a@b.c",
        "../x.md",
        "#top",
        "",
        "https://",
        "http://[::1",
        "https://a b.c/",
    ],
)
def test_what_is_no_web_address_has_no_identifier(url: str) -> None:
    assert identify(url) is None


def test_tracking_and_fragments_do_not_make_another_page() -> None:
    first = identify("https://www.example.org/a/?utm_source=x&b=1#c")
    assert first == identify("http://example.org/a?b=1") == Identifier("url", "example.org/a?b=1")


@pytest.mark.parametrize(
    "text",
    [
        "arxiv:2106.09685",
        "github:owner/name",
        "hf:datasets/o/d",
        "doi:10.1000/xyz",
        "tier:ram:4-8:GB",
        "url:example.org/a",
    ],
)
def test_the_short_form_reads_back_as_the_same_identifier(text: str) -> None:
    assert str(parse(text)) == text


def test_a_doi_loses_the_punctuation_of_the_sentence_it_stood_in() -> None:
    assert doi("10.1000/xyz).") == Identifier("doi", "10.1000/xyz")
