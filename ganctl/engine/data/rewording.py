"""Captions as networks get them in training: many lack some words, or say them in another order.

Where captions stay whole, each stands for one person: what it does not name comes out the same at
every latent. And what people type is shorter than what captions say, and differently ordered.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.requests.conditions.schema import FIRST_WORD, PADDING, UNKNOWN_WORD

SHARE = 0.5
"""The part of the captions that each way changes."""
FREQUENT = 1 / 25
"""The frequency from which on words may be left out for themselves, such as "a" and "with".

Of rarer ones some would be left out more often than others that could stand in their place, so that
the caption without them would mean the more frequent ones.
"""


class Rewording:
    """Changes captions in three ways, drawn anew each time.

    The first is for words that are frequent, and so say little: of half of the captions, each word
    w is left out with the probability 1 - √(t / f(w)), if that is positive, where f(w) is its part
    of all words, and t is ``FREQUENT`` (Mikolov et al. 2013, "Distributed Representations of Words
    and Phrases and their Compositionality", equation 5). Nothing stays in its place.

    The second is for whole thoughts: of half of the captions, a run of neighbouring words is left
    out, whose length is uniform from one word to all, and then its place. An unknown word stays in
    its place, from which networks also learn what to make of one.

    The third is for their order: half of the captions begin at another word, uniformly drawn, and
    what stood before it follows at the end. So the last thought means the same before others.

    Args:
        words: the numbers of all training captions' words, int [N, T].
    """

    def __init__(self, words: Tensor) -> None:
        counts = words.flatten().bincount(minlength=FIRST_WORD).double()
        counts[:FIRST_WORD] = 0
        frequency = counts / counts.sum().clamp(min=1)
        self._chances = (1 - (FREQUENT / frequency).sqrt()).clamp(min=0).float()

    def __call__(self, words: Tensor, rng: torch.Generator) -> Tensor:
        """Return captions [N, T] of which many are changed; the rng is on their device."""
        return _turned(self._without_run(self._without_frequent(words, rng), rng), rng)

    def _without_frequent(self, words: Tensor, rng: torch.Generator) -> Tensor:
        chosen = torch.rand(len(words), 1, generator=rng, device=words.device) < SHARE
        draws = torch.rand(words.shape, generator=rng, device=words.device)
        return _closed_up(words, chosen & (draws < self._chances[words]))

    def _without_run(self, words: Tensor, rng: torch.Generator) -> Tensor:
        chosen, lengths, firsts = torch.rand(3, len(words), 1, generator=rng, device=words.device)
        count = (words != PADDING).sum(dim=1, keepdim=True)
        length = 1 + (lengths * count).floor()
        first = (firsts * (count - length + 1)).floor()
        place = torch.arange(words.shape[1], device=words.device)
        run = (place >= first) & (place < first + length) & (chosen < SHARE)
        return _closed_up(words.masked_fill(run, UNKNOWN_WORD), run & (place > first))


def _turned(words: Tensor, rng: torch.Generator) -> Tensor:
    chosen, cuts = torch.rand(2, len(words), 1, generator=rng, device=words.device)
    count = (words != PADDING).sum(dim=1, keepdim=True)
    cut = (cuts * count).floor().long() * (chosen < SHARE)
    place = torch.arange(words.shape[1], device=words.device)
    turned = (place + cut) % count.clamp(min=1)
    return words.gather(1, torch.where(place < count, turned, place))


def _closed_up(words: Tensor, gone: Tensor) -> Tensor:
    """Return captions [N, T] without the words that are gone, bool [N, T]; the rest moves up."""
    order = gone.to(torch.uint8).argsort(dim=1, stable=True)
    return words.masked_fill(gone, PADDING).gather(1, order)
