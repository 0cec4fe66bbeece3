"""The table of networks: pairs of generator and discriminator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.classic import ClassicDiscriminator, ClassicGenerator
from ganctl.engine.models.infogan import InfoGANDiscriminator, InfoGANGenerator
from ganctl.engine.models.modern import ModernDiscriminator, ModernGenerator
from ganctl.requests.networks import NetworkSpec


@dataclass(frozen=True)
class NetworkPair:
    """How to build a generator and a discriminator from one description."""

    generator: Callable[[NetworkSpec], Generator]
    discriminator: Callable[[NetworkSpec], Discriminator]


NETWORKS: dict[str, NetworkPair] = {
    "quick": NetworkPair(ModernGenerator, partial(ModernDiscriminator, hidden=0, norm=True)),
    "modern": NetworkPair(ModernGenerator, partial(ModernDiscriminator, hidden=512, norm=False)),
    "infogan": NetworkPair(InfoGANGenerator, InfoGANDiscriminator),
    "classic": NetworkPair(ClassicGenerator, ClassicDiscriminator),
}


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable parameters of a network."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)
