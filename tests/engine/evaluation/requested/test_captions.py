"""Which values captions name is learned from captions beside attributes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.evaluation.requested.captions import NamedValues

VOCABULARY = ["a", "face", "with", "without", "glasses", "red", "ginger", "blond", "hair", "eyes"]
NONE = -1


def numbers(*captions, length=6):
    rows = np.zeros((len(captions), length), np.int32)
    for row, caption in zip(rows, captions, strict=True):
        found = [
            2 + VOCABULARY.index(word) if word in VOCABULARY else 1 for word in caption.split()
        ]
        row[: len(found)] = found
    return rows


def values(*rows):
    return np.array(rows, np.float32)


def listed(named):
    return np.nan_to_num(named, nan=NONE).astype(int).tolist()


def learned(pairs, sizes):
    captions, rows = zip(*pairs, strict=True)
    return NamedValues.learned(numbers(*captions), values(*rows), sizes)


GLASSES = [("a face with glasses", [1])] * 30 + [("a face without glasses", [0])] * 30


def test_two_words_say_what_each_alone_does_not():
    named = learned([*GLASSES, ("a face", [0]), ("a face", [1])], (2,))
    found = named.named(numbers("with glasses", "without glasses", "glasses", "a face", "hm"))
    assert listed(found) == [[1], [0], [NONE], [NONE], [NONE]]


def test_of_contradictions_the_longer_wins():
    """Nearly all glasses are worn: the word alone names them, and "without glasses" does not."""
    pairs = [("a face with glasses", [1])] * 4000 + [("a face without glasses", [0])] * 30
    named = learned([*pairs, *[("a face", [0])] * 1000], (2,))
    found = named.named(numbers("glasses", "without glasses", "glasses without glasses"))
    assert listed(found) == [[1], [0], [0]]


def test_a_caption_that_says_both_names_nothing():
    pairs = [("red hair", [0])] * 40 + [("blond hair", [1])] * 40
    named = learned(pairs, (2,))
    found = named.named(numbers("red hair blond hair", "red eyes blond", "red eyes"))
    assert listed(found) == [[NONE], [NONE], [0]]


def test_synonyms_name_the_same_and_a_caption_names_several():
    pairs = [("red hair", [0, np.nan])] * 40 + [("ginger hair", [0, np.nan])] * 40
    pairs += [("blond hair with glasses", [1, 1]), ("blond hair", [1, 0])] * 40
    named = learned(pairs, (2, 2))
    found = named.named(numbers("ginger", "red", "glasses with blond hair"))
    assert listed(found) == [[0, NONE], [0, NONE], [1, 1]]


@pytest.mark.parametrize(("count", "names"), [(19, NONE), (20, 1)])
def test_what_could_be_chance_names_nothing(count, names):
    """Half of the images have each value: twenty in a row are less likely than a millionth."""
    pairs = [("red", [1])] * count + [("a", [1])] * (100 - count) + [("a", [0])] * 100
    assert listed(learned(pairs, (2,)).named(numbers("red"))) == [[names]]


def test_a_value_that_nearly_all_have_is_not_named_by_every_word():
    pairs = [("a face", [0])] * 9960 + [("a face", [1])] * 40
    assert listed(learned(pairs, (2,)).named(numbers("a face"))) == [[NONE]]


def test_no_captions_name_nothing():
    named = NamedValues.learned(numbers(), values().reshape(0, 2), (2, 3))
    assert listed(named.named(numbers("red hair"))) == [[NONE, NONE]]
    assert named.named(numbers()).shape == (0, 2)


@given(st.lists(st.lists(st.integers(0, 11), min_size=4, max_size=4), min_size=1, max_size=8))
def test_any_words_can_be_asked(rows):
    named = learned(GLASSES, (2,))
    found = named.named(np.array(rows, np.int32))
    with_, without, glasses = (2 + VOCABULARY.index(w) for w in ("with", "without", "glasses"))
    for row, value in zip(rows, listed(found), strict=True):
        pairs = list(pairwise(row))
        said = {1} if (with_, glasses) in pairs else set()
        said |= {0} if (without, glasses) in pairs else set()
        face = 2 + VOCABULARY.index("face")
        said |= {1} if (face, with_) in pairs else set()
        said |= {0} if (face, without) in pairs else set()
        if not said:
            said = {1} if with_ in row else set()
            said |= {0} if without in row else set()
        assert value == [said.pop() if len(said) == 1 else NONE]
