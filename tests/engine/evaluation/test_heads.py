"""A head for each attribute: its loss, what is not known, and what its outputs say."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import cross_entropy

from ganctl.engine.evaluation.classifiers import accuracy, fit, predict
from ganctl.engine.evaluation.heads import Heads, all_right, known_values
from tests.engine.evaluation.described import SCHEMA, lines

NAN = math.nan


def test_a_class_is_the_case_of_one_attribute():
    outputs = torch.randn(7, 5, requires_grad=True)
    labels = torch.tensor([0, 1, 2, 3, 4, 0, 1])
    loss = Heads((5,)).loss(outputs, labels.float()[:, None])
    (gradient,) = torch.autograd.grad(loss, outputs)
    expected = cross_entropy(outputs, labels)
    assert torch.equal(loss, expected)
    assert torch.equal(gradient, torch.autograd.grad(expected, outputs)[0])


def test_the_loss_by_hand():
    """Even odds cost log 2 and log 3; the number is half off; the means are over what is known."""
    heads = Heads((2, 3), quantities=1)
    outputs = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.0, 0.5], [9.0, 0.0, 1.0, 1.0, 1.0, 7.0]])
    values = torch.tensor([[1.0, NAN, 0.0], [NAN, 2.0, NAN]])
    expected = (math.log(2) + math.log(3) + 0.25) / 3
    assert heads.loss(outputs, values).item() == pytest.approx(expected)
    only_first = torch.tensor([[1.0, NAN, NAN], [NAN, NAN, NAN]])
    assert heads.loss(outputs, only_first).item() == pytest.approx(math.log(2))


def test_a_batch_of_which_nothing_is_known_teaches_nothing():
    outputs = torch.randn(3, 6, requires_grad=True)
    loss = Heads((2, 3), 1).loss(outputs, torch.full((3, 3), NAN))
    assert torch.autograd.grad(loss, outputs)[0].eq(0).all()


def test_outputs_say_the_likeliest_values_and_the_numbers():
    outputs = torch.tensor([[0.0, 1.0, 5.0, 0.0, 1.0, -0.5]])
    assert Heads((2, 3), 1).values(outputs).tolist() == [[1.0, 0.0, -0.5]]


def test_heads_of_described_images():
    described = lines(6)
    assert Heads.of(described) == Heads(SCHEMA.sizes, 1)
    assert Heads.of(described).outputs == 6
    assert torch.equal(known_values(described), described.values)


@given(
    st.lists(
        st.tuples(*[st.sampled_from([NAN, 0.0, 1.0])] * 3, *[st.sampled_from([0.0, 1.0])] * 3),
        min_size=1,
        max_size=9,
    )
)
def test_a_row_is_right_if_nothing_that_it_asks_for_is_wrong(rows):
    table = torch.tensor(rows)
    anything, right = all_right(table[:, :3], table[:, 3:])
    for row, counts, is_right in zip(rows, anything.tolist(), right.tolist(), strict=True):
        pairs = [(a, b) for a, b in zip(row[:3], row[3:], strict=True) if not math.isnan(a)]
        assert counts == bool(pairs)
        assert is_right == all(a == b for a, b in pairs)


def test_it_learns_all_at_once_though_half_of_everything_is_not_known():
    train, test = lines(288), lines(72)
    rng = torch.Generator().manual_seed(0)
    train.values[torch.rand(train.values.shape, generator=rng) < 0.5] = NAN
    judge = fit("strided", train, steps=120, seed=0, distortion=0.0)
    assert accuracy(judge, test) == 1
    seen = predict(judge, test.images).values
    assert (seen[:, 2] - test.values[:, 2]).abs().mean() < 0.2


def test_the_accuracy_is_of_what_is_known():
    train = lines(72)
    judge = fit("strided", train, steps=2, seed=0, distortion=0.0)
    train.values[:] = NAN
    assert accuracy(judge, train) == 0
