"""Words of captions as attributes, where a table says nothing else that judges could learn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.requested.captions import LEARNED_CAPTIONS, NamedValues
from ganctl.requests.conditions.schema import FIRST_WORD, Attribute

MOST_WORDS = 50
FREQUENT = (0.02, 0.6)
"""The share of captions that have a word which judges learn. Rarer ones are hard to learn from few
images, and more frequent ones, such as "a", say nothing of an image."""
VALUES = ("not in the caption", "in the caption")
VISIBLE = 0.9
"""Of held-out real images whose captions have a word, the share in which each judge must see it for
the word to count: a synonym, or "someone", cannot be seen."""


@dataclass(frozen=True)
class CaptionWords:
    """The words that judges learn to see, by their numbers in ascending order."""

    numbers: tuple[int, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> CaptionWords | None:
        """Return the most frequent words that are neither rare nor everywhere.

        None where there are no captions, or attributes to learn instead.
        """
        schema = dataset.schema
        if schema.names or schema.captions is None:
            return None
        words = dataset.words[:LEARNED_CAPTIONS].long()
        of_caption = torch.arange(len(words))[:, None] << 32
        present = torch.unique(of_caption | words) & (2**32 - 1)
        shares = torch.bincount(present, minlength=FIRST_WORD) / max(1, len(words))
        shares[:FIRST_WORD] = 0
        least, most = FREQUENT
        frequent = shares.argsort(descending=True, stable=True)
        fit = frequent[(shares[frequent] >= least) & (shares[frequent] <= most)]
        return cls(tuple(sorted(fit[:MOST_WORDS].tolist())))

    def as_attributes(self, dataset: Dataset) -> Dataset:
        """Return images with an attribute for each word: whether their captions have it."""
        captions = dataset.schema.captions
        if captions is None or not self.numbers:
            return dataset
        names = [captions.vocabulary[number - FIRST_WORD] for number in self.numbers]
        attributes = tuple(Attribute(name, VALUES) for name in names)
        has = [(dataset.words == number).any(dim=1).float() for number in self.numbers]
        schema = replace(dataset.schema, attributes=attributes, rows=(), counts=())
        return replace(dataset, schema=schema, values=torch.stack(has, dim=1))

    @property
    def named(self) -> NamedValues:
        """What captions name: the words that they have."""
        meanings = np.full((len(self.numbers),) * 2, np.nan, np.float32)
        np.fill_diagonal(meanings, VALUES.index("in the caption"))
        return NamedValues(np.array(self.numbers, np.int64), meanings)


def visible(asked: Tensor, seen: list[Tensor]) -> Tensor:
    """Return asked values [N, attributes] of words, without the words that judges cannot see.

    Args:
        asked: what the captions of held-out real images name; NaN where nothing.
        seen: what each judge sees in these images, [N, attributes].
    """
    counted = ~asked.isnan()
    rights = [
        ((asked == one) & counted).sum(dim=0) / counted.sum(dim=0).clamp(min=1) for one in seen
    ]
    clear = torch.stack(rights).amin(dim=0) >= VISIBLE
    return torch.where(clear, asked, torch.nan)
