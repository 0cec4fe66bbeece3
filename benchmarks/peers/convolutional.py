"""The conditional GAN of the Keras examples, by its description.

Networks, numbers and the order of a step are those of the page "Conditional GAN" (2021),
https://keras.io/examples/generative/conditional_gan/; what the page leaves to Keras 2 is what its
documentation says: Glorot's uniform weights, zero biases, Adam's β 0.9, 0.999 and ε 1e-7.

* Generator: 128 numbers of noise beside the one-hot label; a linear layer to 7×7 maps of 138
  channels, two transposed convolutions 4×4 with stride 2 to 128 channels, each of the three with
  leaky ReLU 0.2; a convolution 7×7 and a sigmoid. No norms.
* Discriminator: the image beside ten planes, of which that of the label is 1; two convolutions
  3×3 with stride 2 to 64 and 128 channels with leaky ReLU 0.2; each channel's maximum, and a
  linear layer to one logit.
* Binary cross-entropy of logits, for the discriminator one mean over fakes and real images. Adam
  with rate 0.0003 for both; batch 64, the last one of an epoch smaller. Its labels are plain: the
  noise on labels is of another page, that of a GAN without labels.
* A step: the discriminator's update by fakes of the real images' labels, and then the generator's
  by new fakes of the same labels. Images are scaled once, and lie in memory.

What is different: real images are 1 and fakes 0 (there the other way round, which only turns a
sign); the training split alone, where the page takes the test split along; each epoch is in a
random order, where the page shuffles within 1,024 images; images are in [-1, 1] outside of the
networks and in [0, 1] inside, as ganctl's judges and samples have them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from benchmarks.peers.peer import Batches, Peer, conditions, in_memory, new_state, spec_of
from benchmarks.speed.plain_port import DATA
from ganctl.engine.data.dataset import load
from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.networks import NETWORKS, NetworkPair
from ganctl.requests.networks import NetworkSpec

NAME = "convolutional"
SPEC = spec_of(f"peer-{NAME}", latent_size=128)
BASE_SIZE = 7
WIDTH = 128
DISCRIMINATOR_WIDTHS = (64, 128)
SLOPE = 0.2
BATCH = 64
RATE = 3e-4
BETAS = (0.9, 0.999)
EPSILON = 1e-7


class ConvolutionalGenerator(Generator):
    """Transposed convolutions from noise [N, 128] and a one-hot label to images [N, 1, 28, 28]."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        inputs = spec.latent_size + spec.classes
        # A stride of 2 with Keras' "same" padding cuts off a row and a column on each side.
        self.layers = nn.Sequential(
            nn.Linear(inputs, BASE_SIZE**2 * inputs),
            nn.LeakyReLU(SLOPE),
            nn.Unflatten(1, (inputs, BASE_SIZE, BASE_SIZE)),
            nn.ConvTranspose2d(inputs, WIDTH, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.ConvTranspose2d(WIDTH, WIDTH, 4, stride=2, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(WIDTH, spec.channels, 7, padding=3),
            nn.Sigmoid(),
        )
        self.apply(start_as_keras)

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and one-hot label [N, 10]."""
        images: Tensor = self.layers(torch.cat([z, condition], dim=1))
        return 2 * images - 1


class HalvingConv(nn.Conv2d):
    """A convolution 3×3 with stride 2; Keras' "same" padding of even sizes lies all after."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, 3, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of half the size."""
        return super().forward(pad(x, (0, 1, 0, 1)))


class ConvolutionalDiscriminator(Discriminator):
    """Convolutions of the image beside planes of its label, and each channel's maximum."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        first, second = DISCRIMINATOR_WIDTHS
        self.layers = nn.Sequential(
            HalvingConv(spec.channels + spec.classes, first),
            nn.LeakyReLU(SLOPE),
            HalvingConv(first, second),
            nn.LeakyReLU(SLOPE),
        )
        self.last = nn.Linear(second, 1)
        self.apply(start_as_keras)

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the maximum of each channel, [N, 128]."""
        planes = y[:, :, None, None].expand(-1, -1, *x.shape[2:])
        maps: Tensor = self.layers(torch.cat([(x + 1) / 2, planes], dim=1))
        return maps.amax(dim=(2, 3))

    def score(self, features: Tensor, y: Tensor) -> Tensor:  # noqa: ARG002
        """Return the logit [N] of being real."""
        logits: Tensor = self.last(features)
        return logits.squeeze(1)


NETWORKS[SPEC.name] = NetworkPair(ConvolutionalGenerator, ConvolutionalDiscriminator)


class Convolutional(Peer):
    """The loop; its batches are those of images in memory, unless others are given."""

    def __init__(self, seed: int, batches: Batches | None = None) -> None:
        state = new_state(SPEC, seed, RATE, BETAS, EPSILON)
        super().__init__(state, in_memory(load(DATA), BATCH) if batches is None else batches)

    def update(self, x: Tensor, labels: Tensor) -> None:
        """Update the discriminator, and then the generator by new fakes."""
        generator, discriminator = self.state.generator, self.state.discriminator
        y = conditions(labels)
        with torch.no_grad():
            fakes = generator(self.latents(len(x)), y)
        scores = discriminator(torch.cat([fakes, x]), torch.cat([y, y]))
        self.state.discriminator_optimizer.zero_grad()
        discriminator_loss(*scores.chunk(2)[::-1]).backward()
        self.state.discriminator_optimizer.step()

        # Its page asks for the gradient of the generator's weights alone.
        discriminator.requires_grad_(False)
        scores = discriminator(generator(self.latents(len(x)), y), y)
        self.state.generator_optimizer.zero_grad()
        generator_loss(scores).backward()
        self.state.generator_optimizer.step()
        discriminator.requires_grad_(True)


def start_as_keras(module: nn.Module) -> None:
    """Give a layer with weights those that Keras starts with: Glorot's uniform ones, no bias."""
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def generator_loss(fake: Tensor) -> Tensor:
    """Return the mean cross-entropy of fakes' logits [N] against 1."""
    return binary_cross_entropy_with_logits(fake, torch.ones_like(fake))


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return one mean cross-entropy: real logits [N] against 1, fakes' [N] against 0."""
    targets = torch.cat([torch.ones_like(real), torch.zeros_like(fake)])
    return binary_cross_entropy_with_logits(torch.cat([real, fake]), targets)
