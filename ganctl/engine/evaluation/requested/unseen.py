"""Combinations of attributes' values that no training image has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.generated import Samples, samples_of
from ganctl.engine.evaluation.heads import all_right
from ganctl.engine.evaluation.judges import Judge
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.evaluation.requested.obeyed import both_right, share_of
from ganctl.engine.sampling.sampler import Sampler
from ganctl.readers.labelled import OnProgress
from ganctl.runs.evaluation.attributes import Obeyed, Pair, Share

EXPECTED = 5
"""How many images would have both values of a pair if these had nothing to do with each other; of
fewer it is no wonder that there are none."""
PAIRS = 20
"""Pairs that are asked for: those of which most images would be expected."""
PAIR_IMAGES = 500
"""Images that are asked for both values of a pair."""
COMPARED = 2**31
"""Numbers of rows with something unknown that are compared, at most: a few seconds."""


@dataclass(frozen=True)
class Seen:
    """What training images have: the values of their attributes [N, attributes], NaN unknown."""

    values: Tensor
    sizes: tuple[int, ...]

    def unseen_pairs(self) -> list[Pair]:
        """Return pairs of values that never occur together, the most surprising first."""
        values, found = self.values.numpy(), list[tuple[float, Pair]]()
        for one, other in combinations(range(len(self.sizes)), 2):
            both = ~np.isnan(values[:, one]) & ~np.isnan(values[:, other])
            counts = np.zeros((self.sizes[one], self.sizes[other]))
            np.add.at(counts, tuple(values[both][:, (one, other)].T.astype(np.int64)), 1)
            expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(1, counts.sum())
            for k, j in np.argwhere((counts == 0) & (expected >= EXPECTED)).tolist():
                found.append((-expected[k, j], ((one, k), (other, j))))
        return [pair for _, pair in sorted(found)[:PAIRS]]

    def are_unseen(self, asked: Tensor) -> Tensor:
        """Return which rows name a value of every attribute that no image has all at once.

        Args:
            asked: [M, attributes], NaN where no value is asked for.

        Returns:
            bool [M]; all False where too many images have something unknown to say.
        """
        complete = ~self.values.isnan().any(dim=1)
        rows = asked.numpy()
        whole = ~np.isnan(rows).any(axis=1)
        candidates = np.flatnonzero(whole & ~_among(rows, self.values[complete].numpy()))
        unsure = np.unique(self.values[~complete].numpy(), axis=0)
        unseen = np.zeros(len(rows), bool)
        if len(candidates) * unsure.size <= COMPARED:
            for row in candidates:
                fits = ((unsure == rows[row]) | np.isnan(unsure)).all(axis=1)
                unseen[row] = not fits.any()
        return torch.from_numpy(unseen)


@dataclass(frozen=True)
class Unseen:
    """What was asked for that no training image has.

    ``rows`` bool [N] says which samples were asked for such a combination of all attributes.
    ``pairs`` are pairs of values; ``seen`` has, for each judge by name and for each pair, whether
    it sees both in the images that were asked for both.
    """

    rows: Tensor
    pairs: tuple[Pair, ...]
    seen: Mapping[str, Mapping[Pair, Tensor]]

    def of_samples(self, obeyed: Obeyed, judge: Judge, asked: Tensor, seen: Tensor) -> Obeyed:
        """Return what samples obeyed, with the figures of what no training image has.

        Args:
            obeyed: without these figures.
            judge: who saw it.
            asked: what the samples were asked for, [N, parts].
            seen: what the judge sees in them, [N, parts].
        """
        attributes = len(obeyed.attributes)
        rows = self.rows
        _, right = all_right(asked[rows, :attributes], seen[rows, :attributes])
        pairs = {pair: share_of(both) for pair, both in self.seen[judge.name].items()}
        return replace(obeyed, unseen=share_of(right), unseen_pairs=_known(pairs))

    def of_real(self, obeyed: Obeyed, held_out: Dataset, seen: Tensor) -> Obeyed:
        """Return the same of real images, to compare with: how well the judge sees what they have.

        Args:
            obeyed: without these figures.
            held_out: the real images.
            seen: what the judge sees in them, [N, parts].
        """
        shares = {}
        for pair in self.pairs:
            places = [attribute for attribute, _ in pair]
            values = held_out.values[:, places]
            right = (values == seen[:, places]).all(dim=1)
            shares[pair] = share_of(right[~values.isnan().any(dim=1)])
        unseen = obeyed.at_once if self.rows.any() else None
        return replace(obeyed, unseen=unseen, unseen_pairs=_known(shares))


def ask_for_unseen(
    sampler: Sampler,
    reals: Reals,
    samples: Samples,
    panel: Sequence[Judge],
    on_progress: OnProgress | None = None,
) -> Unseen | None:
    """Find out what samples ask for that no training image has, and ask for more of it.

    A generator of attributes is asked for ``PAIR_IMAGES`` of each pair of values that never occur
    together, or as many as there are samples if these are fewer; all else is as in training images
    drawn at random. One of words is asked for what held-out captions name, and for no more.

    Returns:
        None where there are no attributes but a caption's words.
    """
    schema, asked = reals.train.schema, samples.values
    if asked is None or not schema.attributes or reals.caption_words is not None:
        return None
    size = len(schema.attributes)
    trained = reals.whole.values
    seen = Seen(trained[:, :size], schema.sizes)
    rows, pairs = seen.are_unseen(asked[:, :size]), seen.unseen_pairs()
    found: dict[str, dict[Pair, Tensor]] = {judge.name: {} for judge in panel}
    for done, pair in enumerate(pairs):
        if on_progress is not None:
            on_progress("asking for pairs that no training image has", done, len(pairs))
        if sampler.header.network.words:
            images = samples.images[both_right(pair, asked)]  # Those asked for both.
        else:
            count = min(PAIR_IMAGES, len(asked))
            images = samples_of(sampler, _rows_with(pair, trained, count)).images
        for judge in panel if len(images) else []:
            found[judge.name][pair] = both_right(pair, judge.predict(images).values)
    return Unseen(rows, tuple(pairs), found)


def _rows_with(pair: Pair, trained: Tensor, count: int) -> Tensor:
    """Return values [count, parts] of training images at random, but for the pair's, the same ones
    each time.
    """
    (one, k), (other, j) = pair
    draws = torch.randint(len(trained), (count,), generator=seeding.rng("unseen", one, k, other, j))
    values = trained[draws].clone()
    values[:, one], values[:, other] = k, j
    return values


def _known(shares: Mapping[Pair, Share | None]) -> dict[Pair, Share] | None:
    return {pair: share for pair, share in shares.items() if share is not None} or None


def _among(rows: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which rows [M, A] are among others [N, A], none of which has a NaN where it counts."""
    both = np.concatenate([others, rows])
    _, numbers = np.unique(both, axis=0, return_inverse=True)
    numbers = numbers.reshape(-1)
    return np.isin(numbers[len(others) :], numbers[: len(others)])
