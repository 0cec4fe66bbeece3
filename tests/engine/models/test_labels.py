"""Wrong labels are wrong in one part, halfway ones lie between, and heads learn what is known."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.models.conditions import caption_conditions, part_conditions
from ganctl.engine.models.labels import (
    QUANTITY_DISTANCE,
    CaptionLabels,
    ClassLabels,
    PartLabels,
    labels_for,
    other_labels,
    other_numbers,
    other_rows,
)
from ganctl.requests.networks import NetworkSpec

CLASSES = NetworkSpec("modern", 8, 1, classes=3, latent_size=4)
PARTS = replace(CLASSES, classes=0, attributes=(2, 4), quantities=2)
CAPTIONS = replace(CLASSES, classes=0, words=9, caption_length=3, text_size=5)
NAN = float("nan")


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def conditions(*rows):
    return part_conditions(torch.tensor(rows), PARTS)


def parts_of(y):
    """Return for each part of ``PARTS`` whether it is known, and the whole part."""
    return torch.split(y, [2, 4, 2, 2], dim=1)


def test_the_networks_say_of_which_kind_their_labels_are():
    kinds = [type(labels_for(spec)) for spec in (CLASSES, PARTS, CAPTIONS)]
    assert kinds == [ClassLabels, PartLabels, CaptionLabels]


@given(
    st.integers(2, 30).flatmap(
        lambda classes: st.tuples(
            st.just(classes), st.lists(st.integers(0, classes - 1), min_size=1)
        )
    ),
    st.integers(0, 2**32),
)
def test_the_wrong_class_is_never_the_right_one(sampled, seed):
    classes, labels = sampled
    y = torch.eye(classes)[torch.tensor(labels)]
    wrong = other_labels(y, rng(seed))
    assert (wrong.sum(dim=1) == 1).all()
    assert ((wrong == 0) | (wrong == 1)).all()
    assert not (wrong * y).any()


def test_wrong_classes_are_drawn_evenly_and_all_count():
    y = torch.eye(4)[torch.full((6000,), 2)]
    wrong, counts = labels_for(CLASSES).wrong(y, rng(1))
    assert wrong.mean(dim=0).tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.02)
    assert torch.equal(counts, torch.ones(6000))


values = st.tuples(
    st.sampled_from([0.0, 1.0, NAN]),
    st.sampled_from([0.0, 1.0, 2.0, 3.0, NAN]),
    *[st.floats(-1, 1, width=32) | st.just(NAN)] * 2,
)


@given(st.lists(values, min_size=1, max_size=20), st.integers(0, 2**32))
def test_exactly_one_known_part_of_a_wrong_label_is_another(rows, seed):
    y = conditions(*rows)
    wrong, counts = labels_for(PARTS).wrong(y, rng(seed))
    for row, known in enumerate(~torch.tensor(rows).isnan()):
        pairs = zip(parts_of(y[row : row + 1]), parts_of(wrong[row : row + 1]), strict=True)
        differs = torch.tensor([not torch.equal(*pair) for pair in pairs])
        assert differs.sum() == counts[row] == known.any()
        assert not (differs & ~known).any()
    for part in parts_of(wrong)[:2]:
        assert set(part.sum(dim=1).tolist()) <= {0.0, 1.0}
    for part in parts_of(wrong)[2:]:
        assert part.abs().max() <= 1


def test_the_wrong_part_is_drawn_evenly_among_those_that_are_known():
    y = conditions(*[[0.0, 2.0, NAN, 0.5]] * 6000)
    wrong, _ = labels_for(PARTS).wrong(y, rng())
    changed = [
        (one != other).any(dim=1) for one, other in zip(parts_of(y), parts_of(wrong), strict=True)
    ]
    shares = [part.float().mean().item() for part in changed]
    assert shares == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.02)
    of_second = parts_of(wrong)[1][changed[1]].mean(dim=0)
    assert of_second.tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3], abs=0.03)


@given(st.floats(-1, 1, width=32), st.integers(0, 2**32))
def test_a_wrong_number_is_far_from_the_right_one_and_in_range(number, seed):
    y = torch.full((50,), number)
    others = other_numbers(y, rng(seed))
    assert ((others - y).abs() >= QUANTITY_DISTANCE - 1e-6).all()
    assert others.abs().max() <= 1


def test_wrong_numbers_are_uniform_where_they_may_be():
    others = other_numbers(torch.full((6000,), -0.25), rng())
    below = others < -0.25
    assert below.float().mean().item() == pytest.approx(0.25 / 1.0, abs=0.02)
    assert others[below].mean().item() == pytest.approx(-0.875, abs=0.01)
    assert others[~below].mean().item() == pytest.approx(0.625, abs=0.02)


@given(st.integers(2, 20), st.integers(0, 2**32))
def test_another_row_is_never_the_same_one(count, seed):
    rows = other_rows(torch.zeros(count, 3), rng(seed))
    assert (rows != torch.arange(count)).all()
    assert ((rows >= 0) & (rows < count)).all()


def test_a_single_row_has_no_other():
    y = caption_conditions(torch.tensor([[2, 3, 0]]))
    wrong, counts = labels_for(CAPTIONS).wrong(y, rng())
    assert torch.equal(wrong, y)
    assert counts.tolist() == [0]


def test_a_wrong_caption_is_anothers_and_the_same_words_do_not_count():
    y = caption_conditions(torch.tensor([[2, 3, 0], [2, 3, 0], [4, 0, 0], [5, 6, 7]]))
    for seed in range(10):
        wrong, counts = labels_for(CAPTIONS).wrong(y, rng(seed))
        assert all((y == row).flatten(1).all(dim=1).any() for row in wrong)
        assert counts.tolist() == [
            float(not torch.equal(a, b)) for a, b in zip(y, wrong, strict=True)
        ]
        assert counts[2:].tolist() == [1, 1]


def test_halfway_between_captions_both_weigh_half():
    y = caption_conditions(torch.tensor([[2, 3, 0], [4, 5, 6]]))
    halfway = labels_for(CAPTIONS).halfway(y, rng())
    assert halfway.tolist() == [
        [[0.5, 2, 3, 0], [0.5, 4, 5, 6]],
        [[0.5, 4, 5, 6], [0.5, 2, 3, 0]],
    ]


def test_a_part_that_is_not_known_gives_its_head_no_gradient():
    y = conditions([NAN, 1.0, NAN, 0.5], [1.0, NAN, 0.25, NAN], [NAN] * 4)
    named = torch.randn(3, PARTS.named_size, generator=rng()).requires_grad_()
    labels_for(PARTS).loss(named, y, y).backward()
    assert named.grad is not None
    by_part = torch.split(named.grad, [2, 4, 1, 1], dim=1)
    has_gradient = torch.stack([part.abs().sum(dim=1) > 0 for part in by_part], dim=1)
    assert has_gradient.tolist() == [
        [False, True, False, True],
        [True, False, True, False],
        [False] * 4,
    ]


def test_one_attribute_alone_has_the_very_loss_of_a_class():
    spec = replace(CLASSES, classes=0, attributes=(3,))
    y = torch.eye(3)[torch.tensor([0, 2, 1, 1])]
    named = torch.randn(4, 3, generator=rng())
    one, other = (labels_for(s).loss(named, y, y).item() for s in (spec, CLASSES))
    assert one == other


def test_several_attributes_weigh_more_than_one_and_many_less_each():
    y = torch.eye(3)[torch.tensor([0, 2, 1, 1])]
    named = torch.randn(4, 3, generator=rng())

    def loss(count):
        labels = labels_for(replace(CLASSES, classes=0, attributes=(3,) * count))
        return labels.loss(named.repeat(1, count), y.repeat(1, count), y).item() / count

    for count in (2, 4):
        assert loss(count) == pytest.approx(1.5 * loss(1))
    assert loss(16) == pytest.approx(0.75 * loss(1))


def test_the_matching_loss_is_that_of_the_paper_and_leaves_out_the_same_words():
    y = caption_conditions(torch.tensor([[2, 0, 0], [3, 0, 0], [2, 0, 0]]))
    named = torch.tensor([[3.0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, 1, 0, 0, 0]])
    label = torch.tensor([[1.0, 0, 0, 0, 0], [0, 2, 0, 0, 0], [1, 0, 0, 0, 0]])
    s = 10 * torch.tensor([[1, 0], [0, 1], [2**-0.5, 2**-0.5]])
    # Images against the two captions, and captions against images: the first and third are alike.
    of_images = [s[0].logsumexp(0) - s[0, 0], torch.tensor([0.0, 10, 0]).logsumexp(0) - 10]
    of_images.append(s[2].logsumexp(0) - s[2, 0])
    of_captions = [
        torch.tensor([10.0, 0]).logsumexp(0) - 10,
        s[:, 1].logsumexp(0) - s[1, 1],
        torch.stack([s[1, 0], s[2, 0]]).logsumexp(0) - s[2, 0],
    ]
    expected = (torch.stack(of_images).mean() + torch.stack(of_captions).mean()) / 2
    loss = labels_for(CAPTIONS).loss(named, y, label)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize(("spec", "expected"), [(CLASSES, 2.0), (PARTS, 2.0), (CAPTIONS, 0.5)])
def test_only_captions_need_be_found_no_better_in_fakes_than_in_real_images(spec, expected):
    of_fakes, of_real = torch.tensor(2.0), torch.tensor(1.5)
    labels = labels_for(spec)
    assert labels.fake_loss(of_fakes, of_real) == expected
    if spec is CAPTIONS:
        assert labels.fake_loss(of_real, of_fakes) == 0


def test_images_that_match_their_captions_cost_less():
    y = caption_conditions(torch.tensor([[2, 0, 0], [3, 0, 0], [4, 0, 0]]))
    label, labels = torch.eye(3, 5), labels_for(CAPTIONS)
    right, wrong = (labels.loss(named, y, label) for named in (label, label.roll(1, 0)))
    assert right < 0.01 < 5 < wrong
