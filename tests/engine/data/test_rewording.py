"""Many captions change in training: they lack frequent words or a run, or are shuffled."""

import math
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.data.rewording import CUT, FREQUENT, MARKED, SHARE, Rewording
from ganctl.requests.conditions.schema import UNKNOWN_WORD

WIDTH = 8
COUNT = 24_000
PLAIN = torch.tensor([[2 + place for place in range(50)]])
"""No word is frequent here."""


def captions(lengths):
    return torch.tensor([[*range(2, 2 + n), *[0] * (WIDTH - n)] for n in lengths])


def reworded(words, training=PLAIN, seed=0):
    return Rewording(training)(words, torch.Generator().manual_seed(seed))


def shares(caption, training=PLAIN):
    """Return how often each selection of a caption's words comes out, in whatever order."""
    kept = reworded(torch.tensor([caption]).repeat(COUNT, 1), training).tolist()
    counts = Counter(tuple(sorted(word for word in row if word)) for row in kept)
    return {words: count / COUNT for words, count in counts.items()}


@given(st.lists(st.integers(1, WIDTH), min_size=1, max_size=8), st.integers(0, 2**32))
def test_one_run_may_be_left_out_and_the_others_stay_in_some_order(lengths, seed):
    for length, kept in zip(lengths, reworded(captions(lengths), seed=seed).tolist(), strict=True):
        read = [word for word in kept if word]
        assert kept == read + [0] * (WIDTH - len(read))
        known = sorted(word for word in read if word != UNKNOWN_WORD)
        gone = [word for word in range(2, 2 + length) if word not in known]
        assert len(known) + len(gone) == length
        assert gone == list(range(gone[0], gone[0] + len(gone))) if gone else len(read) == length
        assert len(read) - len(known) in ({0, 1} if gone else {0})


def test_short_runs_are_left_out_more_often_than_long_ones_at_any_place():
    one, two = math.log(2) / math.log(4), math.log(3 / 2) / math.log(4)
    chances: dict[tuple[int, ...], float] = {(3, 4): one / 3, (2, 4): one / 3, (2, 3): one / 3}
    chances |= {(4,): two / 2, (2,): two / 2, (): 1 - one - two}
    expected: dict[tuple[int, ...], float] = {(2, 3, 4): 1 - SHARE}
    for known, chance in chances.items():
        expected[(UNKNOWN_WORD, *known)] = SHARE * MARKED * chance
        expected[known] = SHARE * (1 - MARKED) * chance
    assert shares([2, 3, 4]) == pytest.approx(expected, abs=0.012)


def test_an_unknown_word_stands_where_the_run_was():
    kept = reworded(torch.tensor([[2, 3, 4]]).repeat(COUNT, 1)).tolist()
    between = Counter(tuple(row) for row in kept if sorted(row) == [UNKNOWN_WORD, 2, 4])
    assert between.most_common(1)[0][0] == (2, UNKNOWN_WORD, 4)


def test_many_captions_are_cut_and_their_parts_shuffled():
    kept = reworded(torch.tensor([[2, 3, 4]]).repeat(COUNT, 1)).tolist()
    whole = [tuple(row) for row in kept if sorted(row) == [2, 3, 4]]
    found = {order: count / len(whole) for order, count in Counter(whole).items()}
    # Cut at one of two places, two parts change places in half; cut at both, each order is as
    # likely.
    once, twice = SHARE * CUT * (1 - CUT) / 2, SHARE * CUT**2 / 6
    expected = {(3, 4, 2): once + twice, (4, 2, 3): once + twice}
    expected |= dict.fromkeys([(2, 4, 3), (3, 2, 4), (4, 3, 2)], twice)
    expected[2, 3, 4] = 1 - 2 * (once + twice) - 3 * twice
    assert found == pytest.approx(expected, abs=0.012)


def test_frequent_words_are_left_out_of_many_captions_and_rare_ones_stay():
    # Word 2 is a tenth of all words, the others one in 50.
    others = [3 + place % 45 for place in range(900)]
    found = shares([3, 2, 4, 2], torch.tensor([[2] * 100 + others]))
    chance = 1 - (FREQUENT / 0.1) ** 0.5
    both, one = SHARE * chance**2, SHARE * 2 * chance * (1 - chance)
    assert found[2, 2, 3, 4] == pytest.approx((1 - SHARE) * (1 - both - one), abs=0.012)
    # Or one frequent word goes for itself, and the other as a run of one word out of three.
    run = SHARE * (1 - MARKED) * math.log(2) / math.log(4) / 3
    assert found[3, 4] == pytest.approx((1 - SHARE) * both + one * run, abs=0.012)


def test_captions_without_words_stay_so():
    empty = torch.zeros(3, 4, dtype=torch.int32)
    assert set(reworded(empty, empty).flatten().tolist()) <= {0, UNKNOWN_WORD}


def test_the_same_draws_reword_alike():
    words = captions([5, 8, 1, 7])
    assert torch.equal(reworded(words, seed=3), reworded(words, seed=3))
    assert not torch.equal(reworded(words, seed=3), reworded(words, seed=4))
