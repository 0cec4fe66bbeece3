"""Combinations of values that no training image has."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.evaluation.requested import unseen
from ganctl.engine.evaluation.requested.unseen import Seen
from tests.engine.evaluation.described import SCHEMA, lines

NAN = math.nan


def test_a_pair_that_was_left_out_is_found():
    seen = Seen(lines(300, leave_out=[(1, 2)]).values[:, :2], SCHEMA.sizes)
    assert seen.unseen_pairs() == [((0, 1), (1, 2))]
    assert Seen(lines(300).values[:, :2], SCHEMA.sizes).unseen_pairs() == []


def test_a_pair_of_rare_values_is_no_wonder():
    rows = [[0.0, 0.0]] * 100 + [[1.0, 0.0]] * 5 + [[0.0, 1.0]] * 5
    assert Seen(torch.tensor(rows), (2, 2)).unseen_pairs() == []
    rows = [[0.0, 0.0]] * 10 + [[1.0, 0.0]] * 30 + [[0.0, 1.0]] * 30
    assert Seen(torch.tensor(rows), (2, 2)).unseen_pairs() == [((0, 1), (1, 1))]


def test_what_is_not_known_counts_for_nothing():
    rows = [[1.0, NAN]] * 100 + [[NAN, 1.0]] * 100
    assert Seen(torch.tensor(rows), (2, 2)).unseen_pairs() == []


def test_rows_that_nobody_has():
    seen = Seen(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, NAN]]), (2, 3))
    asked = torch.tensor([[0.0, 1.0], [0.0, 2.0], [1.0, 2.0], [NAN, 2.0]])
    # (1, 2) may be what the third image has, and the last row is of no combination.
    assert seen.are_unseen(asked).tolist() == [False, True, False, False]


def test_where_too_much_is_unknown_nothing_is_said(monkeypatch):
    monkeypatch.setattr(unseen, "COMPARED", 1)
    seen = Seen(torch.tensor([[0.0, 0.0], [1.0, NAN]]), (2, 3))
    assert seen.are_unseen(torch.tensor([[0.0, 2.0]])).tolist() == [False]


values = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=12)


@given(values, values)
def test_rows_are_unseen_if_they_are_none_of_the_others(trained, asked):
    seen = Seen(torch.tensor(trained).float(), (2, 3))
    found = seen.are_unseen(torch.tensor(asked).float())
    assert found.tolist() == [row not in trained for row in asked]
