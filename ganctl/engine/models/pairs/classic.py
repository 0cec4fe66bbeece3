"""The pair of ``--recipe classic``: a conditional DCGAN as it was written for TensorFlow in 2018.

Three defaults of that library are kept, since they are part of the networks:
'same' padding, which is uneven where its sum is odd; batch norm that shifts
but does not scale; and Glorot's uniform initialisation with zero biases.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.errors import UsageError
from ganctl.requests.networks import NetworkSpec

IMAGE_SIZE = 28
BASE_SIZE = 3
WIDTHS = (512, 256, 128, 64)
KERNEL = 5
SLOPE = 0.2
Q_SIZE = 128


class SameConv(nn.Conv2d):
    """A convolution 5×5 with stride 2 and TensorFlow's 'same' padding: [N, C, S] → ceil(S / 2).

    The padding is split between both sides; where it is odd, the larger half
    comes after: 1 and 2 at sizes 28, 14 and 4, but 2 and 2 at 7.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, KERNEL, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        """Return maps of half the size, rounded up."""
        size = x.shape[-1]
        total = 2 * (-(-size // 2) - 1) + KERNEL - size
        before, after = total // 2, total - total // 2
        return super().forward(functional.pad(x, (before, after, before, after)))


class SameConvTranspose(nn.ConvTranspose2d):
    """A transposed convolution 5×5 with stride 2 and 'same' padding: [N, C, S] → 2 S.

    It undoes the padding of ``SameConv`` at size 2 S: of the 2 S + 3 rows and
    columns the first one and the last two are cut off.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, KERNEL, stride=2, padding=1)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return maps of twice the size."""
        return super().forward(x, output_size)[..., :-1, :-1]


class ShiftNorm(nn.BatchNorm2d):
    """``tf.contrib.layers.batch_norm`` with decay 0.9: a shift, no scale, ε = 0.001.

    torch gets a scale of 1: without one it has no gradient of the shift on CUDA, where channels lie
    last.
    """

    def __init__(self, width: int) -> None:
        super().__init__(width, eps=1e-3, momentum=0.1)
        self.register_parameter("weight", None)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise [N, C, H, W]; in eval mode by the running statistics."""
        assert self.momentum is not None
        assert self.num_batches_tracked is not None
        if self.training:
            self.num_batches_tracked.add_(1)
        return functional.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            torch.ones_like(self.bias),
            self.bias,
            self.training,
            self.momentum,
            self.eps,
        )


class ClassicGenerator(Generator):
    """Dense to 3×3×512, transposed convolutions to 6, 12, 24, and one without padding to 28."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        _check_size(spec)
        self.dense = nn.Linear(
            spec.latent_size + spec.condition_size, WIDTHS[0] * BASE_SIZE * BASE_SIZE
        )
        self.norm1 = ShiftNorm(512)
        self.deconv2 = SameConvTranspose(512, 256)
        self.norm2 = ShiftNorm(256)
        self.deconv3 = SameConvTranspose(256, 128)
        self.norm3 = ShiftNorm(128)
        self.deconv4 = SameConvTranspose(128, 64)
        self.norm4 = ShiftNorm(64)
        self.deconv5 = nn.ConvTranspose2d(64, spec.channels, KERNEL)
        _initialise(self)

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        h = self.dense(torch.cat([z, condition], dim=1))
        h = torch.relu(self.norm1(h.unflatten(1, (WIDTHS[0], BASE_SIZE, BASE_SIZE))))
        h = torch.relu(self.norm2(self.deconv2(h)))
        h = torch.relu(self.norm3(self.deconv3(h)))
        h = torch.relu(self.norm4(self.deconv4(h)))
        return torch.tanh(self.deconv5(h))


class ClassicDiscriminator(Discriminator):
    """The label as constant maps beside the image, four convolutions 28 → 14 → 7 → 4 → 2.

    With a classifier there are no such maps: it would read the label off them. Captions, which
    the original did not have, then meet the features as in ``ModernDiscriminator``.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        _check_size(spec)
        self.label_maps = 0 if spec.classifier or spec.words else spec.label_size
        self.conv1 = SameConv(spec.channels + self.label_maps, 64)
        self.conv2 = SameConv(64, 128)
        self.norm2 = ShiftNorm(128)
        self.conv3 = SameConv(128, 256)
        self.norm3 = ShiftNorm(256)
        self.conv4 = SameConv(256, 512)
        self.norm4 = ShiftNorm(512)
        features = 512 * 2 * 2
        self.dense = nn.Linear(features, 1)
        self.label: nn.Parameter | None = None
        if spec.words:
            self.label = nn.Parameter(torch.zeros(spec.label_size, features))
        if spec.classifier:
            self.classifier = nn.Linear(features, spec.named_size)
        if spec.categories:
            # The head of Chen et al. 2016, appendix C.1; the original had no codes.
            self.q_dense = nn.Linear(features, Q_SIZE)
            self.q_norm = nn.BatchNorm1d(Q_SIZE)
            self.q_out = nn.Linear(Q_SIZE, spec.categories + spec.continuous)
        _initialise(self)

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the flattened maps of the last convolution."""
        maps = y[:, : self.label_maps, None, None].expand(-1, -1, *x.shape[2:])
        h = _leaky(self.conv1(torch.cat([x, maps], dim=1)))
        h = _leaky(self.norm2(self.conv2(h)))
        h = _leaky(self.norm3(self.conv3(h)))
        h = _leaky(self.norm4(self.conv4(h)))
        return h.flatten(1)

    def score(self, features: Tensor, y: Tensor) -> Tensor:
        """Return the score of each row of features, which depend on the label but for captions."""
        scores: Tensor = self.dense(features).squeeze(1)
        if self.label is not None:
            scores = scores + ((y @ self.label) * features).sum(dim=1)
        return scores

    def class_logits(self, features: Tensor) -> Tensor:
        """Return the classifier's logits of each row of features."""
        logits: Tensor = self.classifier(features)
        return logits

    def codes(self, features: Tensor) -> Tensor:
        """Return Q's prediction: logits of c0, then means of the continuous codes."""
        codes: Tensor = self.q_out(_leaky(self.q_norm(self.q_dense(features))))
        return codes


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, SLOPE)


def _initialise(network: nn.Module) -> None:
    """Initialise kernels from Glorot's uniform distribution and biases with zeros."""
    for layer in network.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.xavier_uniform_(layer.weight)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)


def _check_size(spec: NetworkSpec) -> None:
    if spec.image_size != IMAGE_SIZE:
        raise UsageError(
            f"--recipe classic is made for images of 28×28, not "
            f"{spec.image_size}×{spec.image_size}.",
            "Give --image-size 28, or leave --recipe out.",
        )
