"""The classic pair, layer by layer, and TensorFlow's padding against numbers worked out by hand."""

import pytest
import torch
from torch import nn

from ganctl.engine.models.networks import parameter_count
from ganctl.engine.models.pairs.classic import (
    ClassicDiscriminator,
    ClassicGenerator,
    SameConv,
    SameConvTranspose,
)
from ganctl.errors import UsageError
from ganctl.requests.budget import BudgetUnit
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import RECIPES, Latent, RecipeName

SPEC = NetworkSpec("classic", 28, 1, classes=10, latent_size=100)


def kernels(network):
    """Return name, kind, kernel, stride, channels in and out of each layer with a kernel."""
    rows: list[tuple[object, ...]] = []
    for name, layer in network.named_children():
        if isinstance(layer, nn.Linear):
            rows.append((name, "dense", layer.in_features, layer.out_features))
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            kind = type(layer).__name__
            rows.append((name, kind, *layer.kernel_size, *layer.stride, *widths(layer)))
        else:
            rows.append((name, "norm", layer.num_features))
    return rows


def widths(layer):
    return layer.in_channels, layer.out_channels


def test_the_generators_layers():
    generator = ClassicGenerator(SPEC)
    assert kernels(generator) == [
        ("dense", "dense", 110, 3 * 3 * 512),
        ("norm1", "norm", 512),
        ("deconv2", "SameConvTranspose", 5, 5, 2, 2, 512, 256),
        ("norm2", "norm", 256),
        ("deconv3", "SameConvTranspose", 5, 5, 2, 2, 256, 128),
        ("norm3", "norm", 128),
        ("deconv4", "SameConvTranspose", 5, 5, 2, 2, 128, 64),
        ("norm4", "norm", 64),
        ("deconv5", "ConvTranspose2d", 5, 5, 1, 1, 64, 1),
    ]
    assert generator.deconv5.padding == (0, 0)
    assert parameter_count(generator) == 4_815_297


def test_the_discriminators_layers():
    discriminator = ClassicDiscriminator(SPEC)
    assert kernels(discriminator) == [
        ("conv1", "SameConv", 5, 5, 2, 2, 11, 64),
        ("conv2", "SameConv", 5, 5, 2, 2, 64, 128),
        ("norm2", "norm", 128),
        ("conv3", "SameConv", 5, 5, 2, 2, 128, 256),
        ("norm3", "norm", 256),
        ("conv4", "SameConv", 5, 5, 2, 2, 256, 512),
        ("norm4", "norm", 512),
        ("dense", "dense", 2048, 1),
    ]
    assert parameter_count(discriminator) == 4_322_305


def sizes(network, *inputs):
    """Return the height that each layer with maps puts out, in order."""
    seen = []
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            layer.register_forward_hook(lambda _, __, out: seen.append(tuple(out.shape[2:])))
    network(*inputs)
    return seen


def test_the_sizes_on_the_way():
    y = torch.eye(10)[:2]
    generated = sizes(ClassicGenerator(SPEC), torch.zeros(2, 100), y)
    assert generated == [(6, 6), (12, 12), (24, 24), (28, 28)]
    judged = sizes(ClassicDiscriminator(SPEC), torch.zeros(2, 1, 28, 28), y)
    assert judged == [(14, 14), (7, 7), (4, 4), (2, 2)]


@pytest.mark.parametrize("network", [ClassicGenerator, ClassicDiscriminator])
def test_norms_shift_and_do_not_scale(network):
    norms = [layer for layer in network(SPEC).modules() if isinstance(layer, nn.BatchNorm2d)]
    assert len(norms) == (4 if network is ClassicGenerator else 3)
    for norm in norms:
        assert norm.weight is None
        assert torch.equal(norm.bias, torch.zeros_like(norm.bias))
        assert (norm.eps, norm.momentum) == (1e-3, 0.1)
    # Two values ±1 become ±1/√(1 + ε), and then the shift is added.
    norm = norms[0].requires_grad_(False)
    norm.bias.fill_(5)
    x = torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1).expand(2, norm.num_features, 1, 1)
    expected = 1.001**-0.5
    assert norm(x)[:, 0].flatten().tolist() == pytest.approx([5 + expected, 5 - expected])


@pytest.mark.parametrize("network", [ClassicGenerator, ClassicDiscriminator])
def test_kernels_start_by_glorot_and_biases_at_zero(network):
    for layer in network(SPEC).children():
        if isinstance(layer, nn.BatchNorm2d):
            continue
        area = layer.weight[0, 0].numel()
        fan_sum = (layer.weight.shape[0] + layer.weight.shape[1]) * area
        limit = (6 / fan_sum) ** 0.5
        assert layer.weight.abs().max() <= limit
        assert layer.weight.std().item() == pytest.approx(limit / 3**0.5, rel=0.08)
        assert torch.equal(layer.bias, torch.zeros_like(layer.bias))


def ones(layer):
    nn.init.ones_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


@pytest.mark.parametrize(
    ("size", "starts"),
    [(28, -1), (14, -1), (7, -2), (4, -1)],
    ids=["1 before and 2 after", "1 before and 2 after", "2 and 2", "1 before and 2 after"],
)
def test_same_padding_is_uneven_where_its_sum_is_odd(size, starts):
    # Window k covers 5 rows from 2k + starts; the image counts its rows 0, 1, 2, …
    rows = torch.arange(size, dtype=torch.float32)
    image = rows[None, None, :, None].expand(1, 1, size, size).contiguous()
    out = ones(SameConv(1, 1))(image)[0, 0]
    windows = [range(2 * k + starts, 2 * k + starts + 5) for k in range(-(-size // 2))]
    inside = [[row for row in window if 0 <= row < size] for window in windows]
    across = [len(window) for window in inside]
    expected = [[sum(window) * count for count in across] for window in inside]
    assert out.tolist() == expected


def test_one_convolution_by_hand():
    # 4×4 ones under a kernel of ones: windows from row -1 see 4 rows, those from row 1 see 3.
    out = ones(SameConv(1, 1))(torch.ones(1, 1, 4, 4))
    assert out[0, 0].tolist() == [[16.0, 12.0], [12.0, 9.0]]


def without_bias(layer):
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)


def test_one_transposed_convolution_by_hand():
    # One pixel at (1, 0) of 2×2 lights rows 2·1-1 to 2·1+3 and columns -1 to 3 of 4×4.
    layer = SameConvTranspose(1, 1)
    without_bias(layer)
    with torch.no_grad():
        layer.weight.copy_(torch.arange(25.0).reshape(1, 1, 5, 5))
    image = torch.zeros(1, 1, 2, 2)
    image[0, 0, 1, 0] = 1
    assert layer(image)[0, 0].tolist() == [
        [0, 0, 0, 0],
        [1, 2, 3, 4],
        [6, 7, 8, 9],
        [11, 12, 13, 14],
    ]


@pytest.mark.parametrize("size", [3, 6, 12])
def test_the_transposed_convolution_is_the_adjoint_of_the_convolution(size):
    # That is TensorFlow's definition: <conv(x), y> = <x, transposed(y)> for the same kernel.
    torch.manual_seed(0)
    down, up = SameConv(2, 3).double(), SameConvTranspose(3, 2).double()
    without_bias(down)
    without_bias(up)
    with torch.no_grad():
        up.weight.copy_(down.weight)
    x = torch.randn(1, 2, 2 * size, 2 * size, dtype=torch.float64)
    y = torch.randn(1, 3, size, size, dtype=torch.float64)
    assert (down(x) * y).sum().item() == pytest.approx((x * up(y)).sum().item())


def test_the_label_is_ten_maps_beside_the_image():
    discriminator = ClassicDiscriminator(SPEC)
    seen = []
    discriminator.conv1.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    image = torch.rand(1, 1, 28, 28)
    discriminator(image, torch.eye(10)[3:4])
    (maps,) = seen
    assert maps.shape == (1, 11, 28, 28)
    assert torch.equal(maps[:, :1], image)
    assert maps[0, 1:].mean(dim=(1, 2)).tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("network", [ClassicGenerator, ClassicDiscriminator])
def test_it_is_made_for_28_pixels(network):
    with pytest.raises(UsageError, match="28×28, not 32×32") as raised:
        network(NetworkSpec("classic", 32, 3, classes=10, latent_size=100))
    assert "--image-size 28" in raised.value.hint


def test_the_numbers_of_the_recipe():
    recipe = RECIPES[RecipeName.CLASSIC]
    assert (recipe.batch, recipe.latent, recipe.latent_size) == (100, Latent.UNIFORM, 100)
    assert (recipe.generator_lr, recipe.discriminator_lr) == (2e-4, 2e-4)
    assert recipe.adam_betas == (0.5, 0.999)
    assert recipe.decay_from == 1
    assert recipe.ema_images == 0
    assert recipe.generator_updates == 2
    assert (recipe.budget.unit, recipe.budget.amount) == (BudgetUnit.STEPS, 60_000)
    assert recipe.preview_every == 1000
