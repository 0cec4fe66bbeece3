"""Shares of images that have what they were asked for, by hand."""

import math

import pytest
import torch

from ganctl.engine.evaluation.requested.obeyed import counted, obeyed
from ganctl.runs.evaluation.attributes import Share
from tests.engine.evaluation.described import PLACE, SCHEMA

NAN = math.nan


def test_shares_by_attribute_and_all_at_once():
    asked = torch.tensor([[0, 2, 0.5], [1, NAN, NAN], [NAN, NAN, -1], [1, 1, NAN]])
    seen = torch.tensor([[0, 2, 0.0], [0, 0, 0.0], [1, 1, -1.2], [1, 2, 0.3]])
    found = obeyed(SCHEMA, asked, seen)
    line, shade = found.attributes
    assert line is not None
    assert shade is not None
    assert line.counts == ((0, 0, 1), (1, 0, 1), (1, 1, 1))
    assert shade.counts == ((1, 2, 1), (2, 2, 1))
    assert found.accuracies == {0: 2 / 3, 1: 1 / 2}
    assert found.mean_accuracy == pytest.approx(7 / 12)
    assert found.at_once == Share(1, 3)
    # Half and a fifth of half the range, which is 60 long.
    assert found.errors[0] == pytest.approx((0.5 + 0.2) / 2 * (PLACE.high - PLACE.low) / 2)


def test_what_nobody_asked_for_has_no_figure():
    found = obeyed(SCHEMA, torch.full((2, 3), NAN), torch.zeros(2, 3))
    assert (found.attributes, found.errors, found.at_once) == ((None, None), (None,), None)
    assert found.mean_accuracy is None
    assert found.unseen_accuracy is None
    assert found.unseen_pair_accuracy is None


def test_values_are_counted():
    found = counted(torch.tensor([0.0, 0.0, 1.0, NAN]), torch.tensor([0.0, 1.0, 1.0, 1.0]))
    assert found is not None
    assert found.counts == ((0, 0, 1), (0, 1, 1), (1, 1, 1))
    assert counted(torch.tensor([NAN]), torch.tensor([0.0])) is None
