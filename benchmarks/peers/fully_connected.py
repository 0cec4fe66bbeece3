"""The fully connected conditional GAN of the PyTorch-GAN collection, by its description.

Networks, numbers and the order of a step are those of ``implementations/cgan/cgan.py``,
https://github.com/eriklindernoren/PyTorch-GAN (commit 36d3c77, January 2021):

* Generator: a learned embedding of the label, 10 numbers, beside 100 of noise; linear layers of
  128, 256, 512 and 1024 with leaky ReLU 0.2, batch norm in all but the first; tanh. The norm's
  0.8 is given by its place in the call, so that it is ε and not the momentum; so it is here.
* Discriminator: another embedding of 10 beside the pixels; three linear layers of 512 with leaky
  ReLU 0.2, dropout 0.4 in the second and third; one score.
* Mean squared error against 1 and 0; the discriminator's is the mean of its two. Adam with rate
  0.0002 and β 0.5, 0.999 for both; batch 64, the last one of an epoch smaller.
* A step: fakes of random labels, the generator's update, and the discriminator's on the same
  fakes. Both losses are read as numbers after each. A DataLoader turns each image by itself.

What is different: images have 28×28 pixels (its ``--img_size 28``; by default they are resized to
32), so that judges see what it draws, and it has less to compute; nothing is printed or drawn
meanwhile. Samples are drawn with the running statistics of batch norm, since an image must not
depend on others of its batch; that program draws its sheets with those of the batch.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from benchmarks.peers.peer import Batches, Peer, conditions, new_state, spec_of
from benchmarks.speed.plain_port import CLASSES, endless, loader
from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.networks import NETWORKS, NetworkPair
from ganctl.requests.networks import NetworkSpec

NAME = "fully-connected"
SPEC = spec_of(f"peer-{NAME}", latent_size=100)
WIDTHS = (128, 256, 512, 1024)
HIDDEN = 512
SLOPE = 0.2
NORM_EPSILON = 0.8
DROPOUT = 0.4
BATCH = 64
RATE = 2e-4
BETAS = (0.5, 0.999)
EPSILON = 1e-8


class FullyConnectedGenerator(Generator):
    """Linear layers from noise [N, 100] and the label's embedding to images [N, 1, 28, 28]."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.embedding = nn.Embedding(spec.classes, spec.classes)
        self._shape = (spec.channels, spec.image_size, spec.image_size)
        sizes = (spec.classes + spec.latent_size, *WIDTHS)
        layers: list[nn.Module] = [nn.Linear(sizes[0], sizes[1]), nn.LeakyReLU(SLOPE)]
        for size, width in pairwise(sizes[1:]):
            layers += [nn.Linear(size, width), nn.BatchNorm1d(width, NORM_EPSILON)]
            layers += [nn.LeakyReLU(SLOPE)]
        pixels = spec.channels * spec.image_size**2
        self.layers = nn.Sequential(*layers, nn.Linear(sizes[-1], pixels), nn.Tanh())

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and one-hot label [N, 10]."""
        pixels: Tensor = self.layers(torch.cat([condition @ self.embedding.weight, z], dim=1))
        return pixels.view(-1, *self._shape)


class FullyConnectedDiscriminator(Discriminator):
    """Linear layers from pixels and the label's embedding to a score."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.embedding = nn.Embedding(spec.classes, spec.classes)
        pixels = spec.channels * spec.image_size**2
        self.layers = nn.Sequential(
            *[nn.Linear(spec.classes + pixels, HIDDEN), nn.LeakyReLU(SLOPE)],
            *[nn.Linear(HIDDEN, HIDDEN), nn.Dropout(DROPOUT), nn.LeakyReLU(SLOPE)],
            *[nn.Linear(HIDDEN, HIDDEN), nn.Dropout(DROPOUT), nn.LeakyReLU(SLOPE)],
        )
        self.last = nn.Linear(HIDDEN, 1)

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return what the last layer sees, [N, 512]."""
        seen: Tensor = self.layers(torch.cat([x.flatten(1), y @ self.embedding.weight], dim=1))
        return seen

    def score(self, features: Tensor, y: Tensor) -> Tensor:  # noqa: ARG002
        """Return the score [N]; 1 is what real images are to have, 0 what fakes are to have."""
        scores: Tensor = self.last(features)
        return scores.squeeze(1)


NETWORKS[SPEC.name] = NetworkPair(FullyConnectedGenerator, FullyConnectedDiscriminator)


class FullyConnected(Peer):
    """The loop; its batches are those of a DataLoader, unless others are given."""

    def __init__(self, seed: int, batches: Batches | None = None) -> None:
        state = new_state(SPEC, seed, RATE, BETAS, EPSILON)
        super().__init__(state, endless(loader(BATCH)) if batches is None else batches)

    def update(self, x: Tensor, labels: Tensor) -> None:
        """Update the generator, and then the discriminator by the same fakes."""
        generator, discriminator = self.state.generator, self.state.discriminator
        asked = conditions(torch.randint(CLASSES, (len(x),)))
        self.state.generator_optimizer.zero_grad()
        fakes = generator(self.latents(len(x)), asked)
        of_generator = generator_loss(discriminator(fakes, asked))
        of_generator.backward()
        self.state.generator_optimizer.step()

        self.state.discriminator_optimizer.zero_grad()
        real = discriminator(x, conditions(labels))
        of_discriminator = discriminator_loss(real, discriminator(fakes.detach(), asked))
        of_discriminator.backward()
        self.state.discriminator_optimizer.step()
        of_generator.item(), of_discriminator.item()


def generator_loss(fake: Tensor) -> Tensor:
    """Return the mean square of what scores of fakes [N] lack to 1."""
    return mse_loss(fake, torch.ones_like(fake))


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the mean of two mean squares: what real scores [N] lack to 1, and fakes' to 0."""
    return (mse_loss(real, torch.ones_like(real)) + mse_loss(fake, torch.zeros_like(fake))) / 2
