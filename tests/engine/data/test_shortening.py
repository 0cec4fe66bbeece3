"""Many captions lack words in training: frequent ones, or a run for which an unknown one stands."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganctl.engine.data.shortening import FREQUENT, Shortening
from ganctl.requests.conditions.schema import UNKNOWN_WORD

WIDTH = 8
PLAIN = torch.tensor([[2 + place for place in range(50)]])
"""No word is frequent here."""


def captions(lengths):
    return torch.tensor([[*range(2, 2 + n), *[0] * (WIDTH - n)] for n in lengths])


def shortened(words, training=PLAIN, seed=0):
    return Shortening(training)(words, torch.Generator().manual_seed(seed))


@settings(deadline=None)
@given(st.lists(st.integers(1, WIDTH), min_size=1, max_size=8), st.integers(0, 2**32))
def test_an_unknown_word_stands_for_one_run_of_words(lengths, seed):
    for length, kept in zip(lengths, shortened(captions(lengths), seed=seed).tolist(), strict=True):
        whole, read = list(range(2, 2 + length)), [number for number in kept if number]
        assert kept == read + [0] * (WIDTH - len(read))
        if UNKNOWN_WORD in read:
            place = read.index(UNKNOWN_WORD)
            before, after = read[:place], read[place + 1 :]
            assert len(before) + len(after) < length
            assert before == whole[:place]
            assert after == whole[length - len(after) :]
        else:
            assert read == whole


def test_half_of_the_captions_lack_a_run_of_any_length_at_any_place():
    kept = shortened(torch.tensor([[2, 3, 4]]).repeat(24_000, 1))
    rows, counts = kept.unique(dim=0, return_counts=True)
    shares = {
        tuple(row): int(count) / 24_000 for row, count in zip(rows.tolist(), counts, strict=True)
    }
    # Of the other half, a third lacks one word of three, one lacks two, and one all.
    assert shares == {
        (2, 3, 4): pytest.approx(1 / 2, abs=0.02),
        **dict.fromkeys([(1, 3, 4), (2, 1, 4), (2, 3, 1)], pytest.approx(1 / 18, abs=0.01)),
        **dict.fromkeys([(1, 4, 0), (2, 1, 0)], pytest.approx(1 / 12, abs=0.01)),
        (1, 0, 0): pytest.approx(1 / 6, abs=0.02),
    }


def test_frequent_words_are_left_out_of_half_of_the_captions_and_rare_ones_stay():
    # Word 2 is a tenth of all words, the others one in 50.
    others = [3 + place % 45 for place in range(900)]
    training = torch.tensor([[2] * 100 + others])
    kept = shortened(torch.tensor([[3, 2, 4, 2]]).repeat(24_000, 1), training)
    known = kept[(kept != UNKNOWN_WORD).all(dim=1)]
    chance = 1 - (FREQUENT / 0.1) ** 0.5
    assert {tuple(row) for row in known.tolist()} == {
        (3, 2, 4, 2),
        (3, 4, 2, 0),
        (3, 2, 4, 0),
        (3, 4, 0, 0),
    }
    lacks_both = (known == torch.tensor([3, 4, 0, 0])).all(dim=1).double().mean().item()
    assert lacks_both == pytest.approx(chance**2 / 2, abs=0.02)


def test_captions_without_words_stay_so():
    empty = torch.zeros(3, 4, dtype=torch.int32)
    assert set(shortened(empty, empty).flatten().tolist()) <= {0, UNKNOWN_WORD}


def test_the_same_draws_shorten_alike():
    words = captions([5, 8, 1, 7])
    assert torch.equal(shortened(words, seed=3), shortened(words, seed=3))
    assert not torch.equal(shortened(words, seed=3), shortened(words, seed=4))
