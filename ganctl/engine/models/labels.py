"""What objectives make of labels: wrong ones, ones halfway to another, and a classifier's loss.

Labels are as in ``engine.models.conditions``: of a class, of several parts, or captions. Each kind
is a class here, and ``labels_for`` says which one networks need.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize, one_hot

from ganctl.requests.networks import NetworkSpec

QUANTITY_DISTANCE = 0.5
"""How far a wrong number is from the right one at least, where all lie in [-1, 1]."""
TEMPERATURE = 0.1
"""That of the matching loss; as in Zhang et al. 2021."""


class Labels:
    """What losses need of labels of one kind.

    ``named`` says whether the discriminator has a head that names them. The loss of that head
    weighs ``real_weight`` times as much on real images as on fakes.
    """

    are_captions = False
    real_weight = 1.0

    def __init__(self, spec: NetworkSpec) -> None:
        self.named = spec.classifier

    def wrong(self, y: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return labels [N, …] that do not fit where ``y`` [N, …] does, and which rows count.

        Returns:
            the labels, and weights [N] that are 1, or 0 where no wrong label is known.
        """
        raise NotImplementedError

    def halfway(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return labels halfway between ``y`` [N, …] and others."""
        raise NotImplementedError

    def loss(self, named: Tensor, y: Tensor, label: Tensor) -> Tensor:
        """Return the loss of a classifier's head, a scalar.

        Args:
            named: what the head makes of images, [N, named_size].
            y: their labels [N, …].
            label: the same as the discriminator encodes them, [N, label_size].
        """
        raise NotImplementedError

    def fake_loss(self, fake_loss: Tensor, real_loss: Tensor | float) -> Tensor:  # noqa: ARG002
        """Return the generator's part in the loss of that head.

        Args:
            fake_loss: ``loss`` of fakes, a scalar.
            real_loss: that of the real images with the same labels in this step, without gradient.
        """
        return fake_loss


class ClassLabels(Labels):
    """One class of several, one-hot [N, classes]."""

    def wrong(self, y: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return labels of another class, each uniform over those that ``y`` is not."""
        return other_labels(y, rng), y.new_ones(len(y))

    def halfway(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return labels halfway to another class, drawn as wrong ones are."""
        return (y + other_labels(y, rng)) / 2

    def loss(self, named: Tensor, y: Tensor, label: Tensor) -> Tensor:  # noqa: ARG002
        """Return the cross-entropy E[-log C(y | x)]."""
        return cross_entropy(named, y)


class PartLabels(Labels):
    """Attributes and quantities side by side, as ``conditions.part_conditions`` returns them."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self._attributes = spec.attributes
        self._sizes = [*spec.attributes, *[2] * spec.quantities]
        self._named_sizes = [*spec.attributes, *[1] * spec.quantities]

    def wrong(self, y: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return labels with one part wrong, which is drawn evenly among those that are known.

        A wrong value is uniform over an attribute's others, and a wrong number as
        ``other_numbers`` draws it. A row of which nothing is known has no wrong label, and does
        not count.
        """
        known = torch.stack(list(self._known(y)), dim=1)
        draws = torch.rand(known.shape, generator=rng, device=y.device).masked_fill(~known, -1)
        chosen = one_hot(draws.argmax(dim=1), len(self._sizes)).bool() & known
        parts = []
        for place, part in enumerate(torch.split(y, self._sizes, dim=1)):
            if place < len(self._attributes):
                other = other_labels(part, rng)
            else:
                other = torch.stack([other_numbers(part[:, 0], rng), part[:, 1]], dim=1)
            parts.append(torch.where(chosen[:, place, None], other, part))
        return torch.cat(parts, dim=1), known.any(dim=1).to(y.dtype)

    def halfway(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return whole labels halfway to that of another row, drawn uniformly for each."""
        return (y + y[other_rows(y, rng)]) / 2

    def loss(self, named: Tensor, y: Tensor, label: Tensor) -> Tensor:  # noqa: ARG002
        """Return w Σ_k E[-log C_k(y_k | x)] over K parts, each with a head C_k of its own.

        That of a quantity is a Gaussian of unit variance, which without its constant is
        ½ (C_k(x) - y_k)² (Chen et al. 2016, section 6). A part adds nothing where it is not known.
        The weight w is 1 for one part, as for a class, and min(1.5, 3/√K) for several: to have all
        right at once takes more, and many must not drown the score.
        """
        losses = []
        parts = zip(
            torch.split(named, self._named_sizes, dim=1),
            torch.split(y, self._sizes, dim=1),
            strict=True,
        )
        for place, (guess, part) in enumerate(parts):
            if place < len(self._attributes):
                losses.append(cross_entropy(guess, part))
            else:
                error = guess[:, 0] - part[:, 0]
                losses.append((part[:, 1] * error.square()).mean() / 2)
        weight = min(1.5, 3 / math.sqrt(len(losses))) if len(losses) > 1 else 1.0
        return weight * torch.stack(losses).sum()

    def _known(self, y: Tensor) -> Iterator[Tensor]:
        """Yield for each part in which rows it is known, bool [N]."""
        for place, part in enumerate(torch.split(y, self._sizes, dim=1)):
            yield (part if place < len(self._attributes) else part[:, 1:]).sum(dim=1) > 0


class CaptionLabels(Labels):
    """One caption for each image, [N, 1, 1 + T], as ``conditions.caption_conditions`` has it."""

    are_captions = True
    # From real images the encoder learns what words mean: with half of it, it is too slow.
    real_weight = 2.0

    def wrong(self, y: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return another row's caption, drawn uniformly for each (Reed et al. 2016, section 4.2).

        It may fit as well, as it may there; a row that draws its own words does not count.
        """
        wrong = y[other_rows(y, rng)]
        return wrong, (wrong != y).flatten(1).any(dim=1).to(torch.float32)

    def halfway(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return both captions [N, 2, 1 + T], each with half its weight, so that the networks get
        the mean of two embeddings (Reed et al. 2016, equation 5, with β = ½).
        """
        both = torch.cat([y, y[other_rows(y, rng)]], dim=1)
        return torch.cat([both[..., :1] / 2, both[..., 1:]], dim=2)

    def loss(self, named: Tensor, y: Tensor, label: Tensor) -> Tensor:
        """Return how badly images and captions find each other within the batch.

        With s_ij the cosine of image i's embedding with caption j's, it is the mean over i of
        -log softmax_j(s_ij / τ)_i and of -log softmax_j(s_ji / τ)_i (InfoNCE, Oord et al. 2018,
        equation 4; with real images, and for the generator with fakes, as Zhang et al. 2021,
        "Cross-Modal Contrastive Learning for Text-to-Image Generation", equation 5). Other images
        with the very same words are no one's mistake, and are left out. Several processes each
        have their shard of the batch.
        """
        cosine = normalize(named, dim=1) @ normalize(label, dim=1).T
        words = y[:, 0, 1:]
        itself = torch.eye(len(y), dtype=torch.bool, device=y.device)
        same = (words.unsqueeze(1) == words).all(dim=2) & ~itself
        logits = (cosine / TEMPERATURE).masked_fill(same, -math.inf)
        right = torch.arange(len(y), device=y.device)
        return (cross_entropy(logits, right) + cross_entropy(logits.T, right)) / 2

    def fake_loss(self, fake_loss: Tensor, real_loss: Tensor | float) -> Tensor:
        """Return by how much fakes are found worse than real images, 0 where they are not.

        Fakes that must be found better than real images become caricatures of their captions,
        with less of everything else.
        """
        return torch.relu(fake_loss - real_loss)


def labels_for(spec: NetworkSpec) -> Labels:
    """Return the kind of labels that networks get, if they get any."""
    if spec.words:
        return CaptionLabels(spec)
    return PartLabels(spec) if spec.has_parts else ClassLabels(spec)


def other_labels(y: Tensor, rng: torch.Generator) -> Tensor:
    """Return one-hot labels [N, classes], each uniform over the classes that ``y`` is not."""
    count, classes = y.shape
    shift = torch.randint(1, classes, (count,), generator=rng, device=y.device)
    return one_hot((y.argmax(dim=1) + shift) % classes, classes).to(y.dtype)


def other_numbers(y: Tensor, rng: torch.Generator) -> Tensor:
    """Return numbers [N] in [-1, 1], each uniform where it is ``QUANTITY_DISTANCE`` from ``y``."""
    below = (y - QUANTITY_DISTANCE + 1).clamp(min=0)
    above = (1 - QUANTITY_DISTANCE - y).clamp(min=0)
    place = (below + above) * torch.rand(y.shape, generator=rng, device=y.device)
    return torch.where(place < below, place - 1, y + QUANTITY_DISTANCE + place - below)


def other_rows(y: Tensor, rng: torch.Generator) -> Tensor:
    """Return for each row the index [N] of another one, uniform; of a single row its own."""
    count = len(y)
    shift = torch.randint(1, max(2, count), (count,), generator=rng, device=y.device)
    return (torch.arange(count, device=y.device) + shift) % count
