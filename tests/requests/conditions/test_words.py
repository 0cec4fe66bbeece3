"""Texts are split into words in one way, and words have the numbers of the training captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.files import limits
from ganctl.requests.conditions import words
from ganctl.requests.conditions.schema import FIRST_WORD, PADDING, UNKNOWN_WORD
from ganctl.requests.conditions.words import numbers, text_of, vocabulary_of, words_of

TWO = vocabulary_of("caption", ["A red hat", "a hat, a blue hat"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A face, with BLUE eyes.", ["a", "face", "with", "blue", "eyes"]),
        ("isn’t 'quoted' don't", ["isn't", "quoted", "don't"]),
        ("snake_case 2nd-hand", ["snake", "case", "2nd", "hand"]),
        ("Größe e\u0301té Ωmega", ["größe", "été", "ωmega"]),
        ("!? _ '", []),
        ("", []),
    ],
)
def test_a_text_is_split_into_words_in_lower_case(text, found):
    assert words_of(text) == found


def test_the_most_frequent_words_come_first_and_then_by_spelling():
    assert TWO.vocabulary == ("a", "hat", "blue", "red")
    assert TWO.length == 5


def test_words_have_numbers_and_unknown_ones_are_named_once():
    found, unknown = numbers("a BLUE cap, cap!", TWO)
    assert found == (2, 4, UNKNOWN_WORD, PADDING, PADDING)
    assert unknown == ("cap",)
    assert text_of(found, TWO) == "a blue …"


def test_words_beyond_the_length_are_not_read():
    assert numbers("hat " * 5 + "cap", TWO) == ((3,) * 5, ())


def test_long_captions_many_words_and_long_words_are_bounded(monkeypatch):
    monkeypatch.setattr(words, "VOCABULARY", 3)
    long = vocabulary_of("text", ["one two two three three three " * 50])
    assert long.length == limits.CAPTION_WORDS
    assert long.vocabulary == ("three", "two", "one")
    huge = vocabulary_of("text", ["x" * 2**20])
    assert huge.vocabulary == ("x" * limits.CLASS_NAME_LENGTH,)
    assert len(words_of("a " * 2**20)) == limits.CAPTION_LENGTH / 2


def test_captions_without_a_word_have_no_vocabulary():
    with pytest.raises(ValueError, match="no words"):
        vocabulary_of("text", ["…", ""])


@given(st.lists(st.text(max_size=40), min_size=1))
def test_every_word_of_a_training_caption_is_known(captions):
    if not any(map(words_of, captions)):
        return
    made = vocabulary_of("text", captions)
    for caption in captions:
        found, unknown = numbers(caption, made)
        assert unknown == ()
        assert len(found) == made.length
        assert text_of(found, made) == " ".join(words_of(caption)[: made.length])
        assert max(found) < FIRST_WORD + len(made.vocabulary)
