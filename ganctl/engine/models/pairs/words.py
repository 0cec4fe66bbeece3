"""The text encoder, and how any pair of networks gets words instead of a class.

As in Reed et al. 2016, a caption's embedding takes the place of the label: the networks see a
vector of ``text_size`` numbers, whatever it stands for. There the encoder has learned beforehand
which captions and images belong together; here it learns that beside the discriminator, whose
part it is, and the generator follows it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, pad

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.pairs.initial import normal
from ganctl.requests.conditions.schema import PADDING
from ganctl.requests.networks import NetworkSpec

TEXT_SIZE = 64
"""The numbers of a caption's embedding."""
WORD_SIZE = 64
WIDTH = 64
"""The channels of each convolution."""


class TextEncoder(nn.Module):
    """Captions [N, K, 1 + T], as in ``engine.models.conditions`` → embeddings [N, text_size].

    Words are embedded, one convolution looks at each alone and one at each with the word before it,
    and what they find anywhere counts: their maximum over the caption (Kim 2014, "Convolutional
    Neural Networks for Sentence Classification", section 2). Of the pairs in what people type, more
    are in captions of the training than of any longer runs. The places after the last word are left
    out, so that a caption's embedding does not depend on the length of others. Of several captions
    it returns the sum by their weights.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.words = nn.Parameter(normal(spec.words, WORD_SIZE))
        self.alone = nn.Conv1d(WORD_SIZE, WIDTH, 1)
        self.with_previous = nn.Conv1d(WORD_SIZE, WIDTH, 2)
        self.out = nn.Linear(2 * WIDTH, spec.text_size)

    def forward(self, captions: Tensor) -> Tensor:
        """Return the embedding [N, text_size] of each row of weighted captions."""
        weights, numbers = captions[..., 0], captions[..., 1:].long()
        embedded = self._encode(numbers.flatten(0, 1)).view(*weights.shape, -1)
        return (weights.unsqueeze(2) * embedded).sum(dim=1)

    def _encode(self, numbers: Tensor) -> Tensor:
        """Return the embeddings [M, text_size] of captions of word numbers [M, T]."""
        is_word = (numbers != PADDING).unsqueeze(1)
        h = embedding(numbers, self.words).transpose(1, 2) * is_word
        found = torch.cat([self.alone(h), self.with_previous(pad(h, (1, 0)))], dim=1)
        h = torch.relu(found) * is_word
        embedded: Tensor = self.out(h.amax(dim=2))
        return embedded


class WordsGenerator(Generator):
    """A generator that gets captions [N, K, 1 + T] for its condition.

    Its encoder is a copy of the discriminator's, which alone learns: what draws an image has little
    to say of what words mean, and an encoder of its own learns them much more slowly.

    Args:
        inner: the generator, which gets their embeddings.
        spec: what both were built for.
    """

    def __init__(self, inner: Generator, spec: NetworkSpec) -> None:
        super().__init__()
        self.inner = inner
        self.encoder = TextEncoder(spec).requires_grad_(False)

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        images: Tensor = self.inner(z, self.encoder(condition))
        return images

    @torch.no_grad()
    def follow(self, discriminator: Discriminator) -> None:
        """Read captions as the discriminator does by now."""
        assert isinstance(discriminator, WordsDiscriminator)
        learned = discriminator.encoder.parameters()
        for own, value in zip(self.encoder.parameters(), learned, strict=True):
            own.copy_(value)


class WordsDiscriminator(Discriminator):
    """A discriminator that gets captions [N, K, 1 + T] for labels.

    Args:
        inner: the discriminator, which gets their embeddings.
        spec: what both were built for.
    """

    def __init__(self, inner: Discriminator, spec: NetworkSpec) -> None:
        super().__init__()
        self.inner = inner
        self.encoder = TextEncoder(spec)

    def encoded(self, y: Tensor) -> Tensor:
        """Return the embeddings [N, text_size] of captions."""
        embedded: Tensor = self.encoder(y)
        return embedded

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the features [N, F] of the images."""
        return self.inner.features(x, y)

    def score(self, features: Tensor, y: Tensor) -> Tensor:
        """Return the score [N] of each row of features."""
        return self.inner.score(features, y)

    def class_logits(self, features: Tensor) -> Tensor:
        """Return an embedding [N, text_size] of each image among those of captions."""
        return self.inner.class_logits(features)

    def scores(self, x: Tensor, *labels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the features of images, and their scores with several embeddings."""
        return self.inner.scores(x, *labels)
