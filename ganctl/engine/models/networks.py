"""The table of networks: pairs of generator and discriminator, and what builds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.pairs.classic import ClassicDiscriminator, ClassicGenerator
from ganctl.engine.models.pairs.infogan import InfoGANDiscriminator, InfoGANGenerator
from ganctl.engine.models.pairs.modern import ModernDiscriminator, ModernGenerator
from ganctl.engine.models.pairs.palette import PaletteGenerator
from ganctl.engine.models.pairs.words import WordsDiscriminator, WordsGenerator
from ganctl.requests.networks import NetworkSpec


@dataclass(frozen=True)
class NetworkPair:
    """How to build a generator and a discriminator from one description.

    Both get labels as rows of ``label_size`` numbers, whatever these stand for.
    """

    generator: Callable[[NetworkSpec], Generator]
    discriminator: Callable[[NetworkSpec], Discriminator]


NETWORKS: dict[str, NetworkPair] = {
    "quick": NetworkPair(ModernGenerator, partial(ModernDiscriminator, hidden=0, norm=True)),
    "modern": NetworkPair(ModernGenerator, partial(ModernDiscriminator, hidden=512, norm=False)),
    "palette": NetworkPair(PaletteGenerator, partial(ModernDiscriminator, hidden=512, norm=False)),
    "infogan": NetworkPair(InfoGANGenerator, InfoGANDiscriminator),
    "classic": NetworkPair(ClassicGenerator, ClassicDiscriminator),
}


def build_generator(spec: NetworkSpec) -> Generator:
    """Return a new generator of a row of ``NETWORKS``, which reads words if ``spec`` has them."""
    generator = NETWORKS[spec.name].generator(spec)
    return WordsGenerator(generator, spec) if spec.words else generator


def build_discriminator(spec: NetworkSpec) -> Discriminator:
    """Return a new discriminator of a row of ``NETWORKS``, which may read words as well."""
    discriminator = NETWORKS[spec.name].discriminator(spec)
    return WordsDiscriminator(discriminator, spec) if spec.words else discriminator


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable parameters of a network."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
