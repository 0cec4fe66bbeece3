"""The table of networks: pairs of generator and discriminator, and what builds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.pairs.classic import ClassicDiscriminator, ClassicGenerator
from ganctl.engine.models.pairs.infogan import InfoGANDiscriminator, InfoGANGenerator
from ganctl.engine.models.pairs.modern import (
    ModernDiscriminator,
    ModernGenerator,
    RefinedGenerator,
)
from ganctl.engine.models.pairs.palette import PaletteGenerator
from ganctl.engine.models.pairs.words import WordsDiscriminator, WordsGenerator
from ganctl.plugins import Kind, plugin
from ganctl.requests.checks import values
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Networks


@dataclass(frozen=True)
class NetworkPair:
    """How to build a generator and a discriminator from one description.

    Both get labels as rows of ``label_size`` numbers, whatever these stand for.
    """

    generator: Callable[[NetworkSpec], Generator]
    discriminator: Callable[[NetworkSpec], Discriminator]


NETWORKS: dict[str, NetworkPair] = {
    Networks.QUICK: NetworkPair(ModernGenerator, partial(ModernDiscriminator, hidden=0, norm=True)),
    Networks.LEAN: NetworkPair(
        ModernGenerator, partial(ModernDiscriminator, hidden=256, norm=False)
    ),
    Networks.MODERN: NetworkPair(
        ModernGenerator, partial(ModernDiscriminator, hidden=512, norm=False)
    ),
    Networks.REFINED: NetworkPair(
        RefinedGenerator, partial(ModernDiscriminator, hidden=512, norm=False)
    ),
    Networks.PALETTE: NetworkPair(
        PaletteGenerator, partial(ModernDiscriminator, hidden=512, norm=False)
    ),
    Networks.INFOGAN: NetworkPair(InfoGANGenerator, InfoGANDiscriminator),
    Networks.CLASSIC: NetworkPair(ClassicGenerator, ClassicDiscriminator),
}


def networks_for(name: str, needed: str = "") -> NetworkPair:
    """Return a pair of networks, ganctl's own or a plug-in's.

    Args:
        name: its name.
        needed: the package that a run or a checkpoint was made with, where a plug-in's.

    Raises:
        PluginError: the plug-in is missing, or broken, or adds no pair of networks.
        UnknownName: there are no such networks.
    """
    if name in NETWORKS:
        return NETWORKS[name]
    found = plugin(Kind.NETWORKS, name, values(Networks), needed)
    return found.load_as(NetworkPair, "a NetworkPair")


def build_generator(spec: NetworkSpec) -> Generator:
    """Return a new generator of a pair, which reads words if ``spec`` has them."""
    generator = networks_for(spec.name).generator(spec)
    return WordsGenerator(generator, spec) if spec.words else generator


def build_discriminator(spec: NetworkSpec) -> Discriminator:
    """Return a new discriminator of a pair, which may read words as well."""
    discriminator = networks_for(spec.name).discriminator(spec)
    return WordsDiscriminator(discriminator, spec) if spec.words else discriminator


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable parameters of a network."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
