"""A plug-in for ganctl: an objective, a pair of networks, and data."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import relu

from ganctl.engine.models.base import Discriminator, Generator, Loss
from ganctl.engine.models.networks import NetworkPair
from ganctl.engine.models.objectives import CGAN


class Hinge(CGAN):
    """The hinge loss (Lim & Ye 2017, Geometric GAN), with labels as in ``cgan``."""

    def discriminator_loss(self, discriminator, inputs):
        real = discriminator(inputs.real, inputs.condition)
        fake = discriminator(inputs.fake, inputs.condition)
        total = relu(1 - real).mean() + relu(1 + fake).mean()
        parts = {"discriminator_loss": total, "real_score": real.mean(), "fake_score": fake.mean()}
        return Loss(total, {name: part.detach() for name, part in parts.items()})

    def generator_loss(self, discriminator, inputs):
        total = -discriminator(inputs.fake, inputs.condition).mean()
        return Loss(total, {"generator_loss": total.detach()})


class MLPGenerator(Generator):
    def __init__(self, spec):
        super().__init__()
        self.shape = (spec.channels, spec.image_size, spec.image_size)
        self.layers = nn.Sequential(
            nn.Linear(spec.latent_size + spec.condition_size, 256), nn.ReLU(),
            nn.Linear(256, 512), nn.ReLU(),
            nn.Linear(512, spec.channels * spec.image_size**2), nn.Tanh(),
        )  # fmt: skip

    def forward(self, z, condition):
        return self.layers(torch.cat([z, condition], dim=1)).unflatten(1, self.shape)


class MLPDiscriminator(Discriminator):
    def __init__(self, spec):
        super().__init__()
        inputs = spec.channels * spec.image_size**2 + spec.label_size
        self.hidden = nn.Sequential(nn.Linear(inputs, 256), nn.LeakyReLU(0.2))
        self.output = nn.Linear(256, 1)

    def features(self, x, y):
        return self.hidden(torch.cat([x.flatten(1), y], dim=1))

    def score(self, features, y):
        return self.output(features).squeeze(1)


HINGE, MLP = Hinge(), NetworkPair(MLPGenerator, MLPDiscriminator)


def stripes():
    """Return lying and standing stripes, 16×16, at random places and with noise."""
    rng = np.random.default_rng(0)
    waves = np.sin(np.arange(16) / 2 + rng.uniform(0, 2 * np.pi, (1200, 1)))
    lying = 100 * waves[:, :, None] + rng.normal(128, 10, (1200, 16, 16))
    labels = np.arange(1200) % 2
    images = np.where(labels[:, None, None] == 0, lying, lying.transpose(0, 2, 1))
    images = images.clip(0, 255).astype(np.uint8)
    train, test = slice(0, 1000), slice(1000, None)
    return {
        "train": (images[train], labels[train]),
        "test": (images[test], labels[test]),
        "classes": ("lying", "standing"),
    }
