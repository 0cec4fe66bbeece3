"""Many captions change in training: they lack frequent words or a run, or begin elsewhere."""

from collections import Counter

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganctl.engine.data.rewording import FREQUENT, Rewording
from ganctl.requests.conditions.schema import UNKNOWN_WORD

WIDTH = 8
COUNT = 24_000
PLAIN = torch.tensor([[2 + place for place in range(50)]])
"""No word is frequent here."""


def captions(lengths):
    return torch.tensor([[*range(2, 2 + n), *[0] * (WIDTH - n)] for n in lengths])


def reworded(words, training=PLAIN, seed=0):
    return Rewording(training)(words, torch.Generator().manual_seed(seed))


def rotations(words):
    return {(*words[start:], *words[:start]) for start in range(len(words))}


def shares(caption, training=PLAIN):
    """Return how often each of many copies of a caption comes out, wherever it begins."""
    kept = reworded(torch.tensor([caption]).repeat(COUNT, 1), training).tolist()
    counts = Counter(min(rotations([word for word in row if word])) for row in kept)
    return {words: count / COUNT for words, count in counts.items()}


@settings(deadline=None)
@given(st.lists(st.integers(1, WIDTH), min_size=1, max_size=8), st.integers(0, 2**32))
def test_an_unknown_word_may_stand_for_one_run_and_the_caption_may_begin_elsewhere(lengths, seed):
    for length, kept in zip(lengths, reworded(captions(lengths), seed=seed).tolist(), strict=True):
        whole, read = list(range(2, 2 + length)), [word for word in kept if word]
        assert kept == read + [0] * (WIDTH - len(read))
        allowed = rotations(whole)
        for first in range(length):
            for last in range(first, length):
                allowed |= rotations([*whole[:first], UNKNOWN_WORD, *whole[last + 1 :]])
        assert tuple(read) in allowed


def test_half_of_the_captions_lack_a_run_of_any_length_at_any_place():
    # Of that half, a third lacks one word of three, one lacks two, and one all.
    expected: dict[tuple[int, ...], float] = {(2, 3, 4): 1 / 2, (1,): 1 / 6}
    expected |= {(1, 3, 4): 1 / 18, (1, 4, 2): 1 / 18, (1, 2, 3): 1 / 18}
    expected |= {(1, 4): 1 / 12, (1, 2): 1 / 12}
    assert shares([2, 3, 4]) == pytest.approx(expected, abs=0.012)


def test_half_of_the_captions_begin_at_any_word():
    kept = reworded(torch.tensor([[2, 3, 4]]).repeat(COUNT, 1))
    whole = kept[(kept > UNKNOWN_WORD).all(dim=1)]
    begins = whole[:, 0].bincount(minlength=5).double() / len(whole)
    # Half stay as they are, and a third of the others begin where they did.
    assert begins.tolist() == pytest.approx([0, 0, 2 / 3, 1 / 6, 1 / 6], abs=0.02)


def test_frequent_words_are_left_out_of_half_of_the_captions_and_rare_ones_stay():
    # Word 2 is a tenth of all words, the others one in 50.
    others = [3 + place % 45 for place in range(900)]
    found = shares([3, 2, 4, 2], torch.tensor([[2] * 100 + others]))
    known = {words: share for words, share in found.items() if UNKNOWN_WORD not in words}
    assert known.keys() == {(2, 3, 2, 4), (2, 3, 4), (2, 4, 3), (3, 4)}
    chance = 1 - (FREQUENT / 0.1) ** 0.5
    assert known[3, 4] / sum(known.values()) == pytest.approx(chance**2 / 2, abs=0.02)


def test_captions_without_words_stay_so():
    empty = torch.zeros(3, 4, dtype=torch.int32)
    assert set(reworded(empty, empty).flatten().tolist()) <= {0, UNKNOWN_WORD}


def test_the_same_draws_reword_alike():
    words = captions([5, 8, 1, 7])
    assert torch.equal(reworded(words, seed=3), reworded(words, seed=3))
    assert not torch.equal(reworded(words, seed=3), reworded(words, seed=4))
