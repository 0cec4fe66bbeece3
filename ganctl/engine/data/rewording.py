"""Captions as networks get them in training: many lack some words, or say them in another order.

Where captions stay whole, each stands for one person: what it does not name comes out the same at
every latent. And what people type is shorter than what captions say, and differently ordered.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.requests.conditions.schema import FIRST_WORD, PADDING, UNKNOWN_WORD

SHARE = 0.7
"""The part of the captions that each way changes."""
MARKED = 0.8
"""The part of the runs left out that leave an unknown word in their place."""
CUT = 0.2
"""The probability that a part begins with a word, where parts are shuffled."""
FREQUENT = 1 / 25
"""The frequency from which on words may be left out for themselves, such as "a" and "with".

Of rarer ones some would be left out more often than others that could stand in their place, so that
the caption without them would mean the more frequent ones.
"""


class Rewording:
    """Changes captions in three ways, drawn anew each time.

    The first is for words that are frequent, and so say little: of ``SHARE`` of the captions, each
    word w is left out with the probability 1 - √(t / f(w)), if that is positive, where f(w) is its
    part of all words, and t is ``FREQUENT`` (Mikolov et al. 2013, "Distributed Representations of
    Words and Phrases and their Compositionality", equation 5). Nothing stays in its place.

    The second is for single words and whole thoughts: of ``SHARE`` of the captions, a run of
    neighbouring words is left out. The logarithm of its length is uniform, from one word to all,
    and then its place. Mostly an unknown word stays there, from which networks also learn what to
    make of one, and without which "without glasses" would lend "glasses" half of its meaning. In
    the others words meet that no caption has beside each other, as in "short hair".

    The third is for their order: ``SHARE`` of the captions are cut before each word with the
    probability ``CUT``, and the parts shuffled. So a thought means the same beside any others.

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
        return _shuffled(self._without_run(self._without_frequent(words, rng), rng), rng)

    def _without_frequent(self, words: Tensor, rng: torch.Generator) -> Tensor:
        chosen = torch.rand(len(words), 1, generator=rng, device=words.device) < SHARE
        draws = torch.rand(words.shape, generator=rng, device=words.device)
        return _closed_up(words, chosen & (draws < self._chances[words]))

    def _without_run(self, words: Tensor, rng: torch.Generator) -> Tensor:
        chosen, lengths, firsts, marks = torch.rand(
            4, len(words), 1, generator=rng, device=words.device
        )
        count = (words != PADDING).sum(dim=1, keepdim=True)
        length = ((count + 1.0) ** lengths).floor().minimum(count)
        first = (firsts * (count - length + 1)).floor()
        place = torch.arange(words.shape[1], device=words.device)
        run = (place >= first) & (place < first + length) & (chosen < SHARE)
        gone = run & ((place > first) | (marks >= MARKED))
        return _closed_up(words.masked_fill(run, UNKNOWN_WORD), gone)


def _shuffled(words: Tensor, rng: torch.Generator) -> Tensor:
    chosen = torch.rand(len(words), 1, generator=rng, device=words.device) < SHARE
    cuts = torch.rand(words.shape, generator=rng, device=words.device) < CUT
    keys = torch.rand(words.shape[0], words.shape[1] + 1, generator=rng, device=words.device)
    of_parts = keys.gather(1, (cuts & chosen).cumsum(dim=1))
    order = of_parts.masked_fill(words == PADDING, 1.0).argsort(dim=1, stable=True)
    return words.gather(1, order)


def _closed_up(words: Tensor, gone: Tensor) -> Tensor:
    """Return captions [N, T] without the words that are gone, bool [N, T]; the rest moves up."""
    order = gone.to(torch.uint8).argsort(dim=1, stable=True)
    return words.masked_fill(gone, PADDING).gather(1, order)
