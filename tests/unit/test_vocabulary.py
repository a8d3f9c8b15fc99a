from __future__ import annotations

import pytest

from kg.vocabulary import Kind, Predicate


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_found_by_its_names(kind: Kind) -> None:
    assert Kind.of(kind.label) is Kind.of(kind.plural) is Kind.of(kind.label.lower()) is kind


@pytest.mark.parametrize("predicate", Predicate)
def test_a_predicate_is_found_by_its_names(predicate: Predicate) -> None:
    assert Predicate.of(predicate.word) is Predicate.of(predicate.label) is predicate


def test_no_two_rows_share_a_name_a_letter_or_a_word() -> None:
    assert len({kind.glyph for kind in Kind}) == len({kind.label for kind in Kind}) == len(Kind)
    assert all(len(kind.glyph) == 1 for kind in Kind)
    assert len({predicate.word for predicate in Predicate}) == len(Predicate)
    inverses = [predicate.inverse for predicate in Predicate if not predicate.is_literal]
    assert len(set(inverses)) == len(inverses)


@pytest.mark.parametrize("predicate", Predicate)
def test_an_object_is_a_node_with_kinds_or_a_literal_with_a_datatype(predicate: Predicate) -> None:
    assert bool(predicate.range) != bool(predicate.datatype)
    assert bool(predicate.inverse) == bool(predicate.range)
    assert predicate.domain


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        Kind.of("thing")
    with pytest.raises(KeyError):
        Predicate.of("likes")
