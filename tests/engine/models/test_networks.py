"""Every pair: shapes, ranges, and conditions and gradients that reach every part."""

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import pytest
import torch
from torch import nn

from ganctl.engine.models.base import StepInputs
from ganctl.engine.models.conditions import caption_conditions, part_conditions
from ganctl.engine.models.labels import labels_for
from ganctl.engine.models.networks import (
    NETWORKS,
    build_discriminator,
    build_generator,
    parameter_count,
)
from ganctl.engine.models.objectives import OBJECTIVES
from ganctl.requests.checks import values
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Model, Networks, RecipeName, recipe_for

SHAPES = [
    *[("quick", *shape) for shape in [(8, 1), (28, 1), (32, 3), (64, 3), (20, 1)]],
    *[("modern", *shape) for shape in [(8, 1), (28, 1), (32, 3), (64, 3), (20, 1)]],
    *[("lean", *shape) for shape in [(8, 1), (28, 1), (64, 3)]],
    *[("refined", *shape) for shape in [(8, 1), (28, 1), (32, 3), (64, 3), (20, 1)]],
    *[("palette", *shape) for shape in [(8, 1), (32, 3), (64, 3)]],
    *[("infogan", *shape) for shape in [(8, 1), (28, 1), (32, 3), (64, 3), (20, 1)]],
    *[("classic", *shape) for shape in [(28, 1), (28, 3)]],
]
PAIRS = [
    *[
        (numbers.network, model, numbers.contrast)
        for recipe in RecipeName
        for model in Model
        for numbers in [recipe_for(recipe, model)]
    ],
    *[("palette", model, 0.0) for model in Model if model not in (Model.GAN, Model.INFOGAN)],
]
# The networks of 2018 are large: every day a model without labels, and one with all heads.
GRADIENTS = [
    pytest.param(name, model, contrast, marks=[pytest.mark.slow] if is_slow else [])
    for name, model, contrast in PAIRS
    for is_slow in [name == "classic" and model not in (Model.GAN, Model.CGAN_AC)]
]
LABELLED = ("quick", "lean", "modern", "refined", "palette", "classic")
PARTS = {"classes": 0, "attributes": (2, 3), "quantities": 1, "mixed": 7}
CAPTIONS = {"classes": 0, "words": 12, "caption_length": 5, "text_size": 6, "mixed": 7}
DESCRIBED = [
    pytest.param(name, model, labels, marks=[] if name == "modern" else [pytest.mark.slow])
    for name in LABELLED
    for model in Model
    for labels in ("parts", "captions")
    if model not in (Model.GAN, Model.INFOGAN)
]


@dataclass
class Pair:
    generator: nn.Module
    discriminator: nn.Module
    spec: NetworkSpec


def pair(name="modern", size=28, channels=1, classes=10, model=Model.CGAN, **labels):
    spec = NetworkSpec(name, size, channels, classes, latent_size=16)
    spec = OBJECTIVES[model].adapt(replace(spec, **labels))
    torch.manual_seed(0)
    return Pair(build_generator(spec), build_discriminator(spec), spec)


def described_pair(name, labels, model=Model.CGAN):
    size = 28 if name == "classic" else 8
    return pair(name, size, model=model, **(PARTS if labels == "parts" else CAPTIONS))


def described(spec, count):
    """Return labels of several parts, or captions of two to four words, for networks of them."""
    rng = torch.Generator().manual_seed(3)
    if spec.words:
        words = torch.randint(2, spec.words, (count, spec.caption_length), generator=rng)
        words[:, 4:] = 0
        words[::2, 2:] = 0
        return caption_conditions(words)
    values = torch.rand(count, 3, generator=rng)
    values[:, :2] = (values[:, :2] * torch.tensor(spec.attributes)).floor()
    values[::5, 1] = torch.nan
    return part_conditions(values, spec)


def step_inputs(networks, model, count=6, classes=10):
    torch.manual_seed(1)
    spec = networks.spec
    rng = torch.Generator().manual_seed(2)
    y = torch.eye(classes)[torch.arange(count) % classes]
    if spec.label_size and not spec.classes:
        y = described(spec, count)
    condition = OBJECTIVES[model].condition(y, rng)
    z = torch.randn(count, spec.latent_size)
    real = torch.rand(count, spec.channels, spec.image_size, spec.image_size) * 2 - 1
    generate = partial(networks.generator, z)
    fake, labels = generate(condition), labels_for(spec)
    return StepInputs(real, fake, condition, generate, labels, rng, progress=0.5)


def test_every_recipe_names_a_network_and_every_network_serves_one():
    named = {recipe_for(recipe, model) for recipe in RecipeName for model in Model}
    assert {recipe.network for recipe in named} | {
        recipe.colour_network for recipe in named
    } == set(values(Networks))
    assert set(values(Networks)) <= NETWORKS.keys()


@pytest.mark.parametrize("name", ["quick", "modern", "palette"])
@pytest.mark.parametrize("labels", [PARTS, CAPTIONS])
def test_a_layer_of_the_width_asked_for_mixes_latent_and_condition(name, labels):
    sizes = [
        parameter_count(pair(name, 8, **{**labels, "mixed": mixed}).generator)
        for mixed in (0, 1, 5)
    ]
    inputs = 16 + 32
    assert [size - sizes[0] for size in sizes] == [0, 3 * inputs + 1, 11 * inputs + 5]


@pytest.mark.parametrize("labels", [{"classes": 10}, PARTS, CAPTIONS])
def test_an_embedded_condition_is_as_loud_as_the_latent(labels):
    """Whether one class, several parts or the numbers of a text: each number has variance 1."""
    networks = pair(size=8, **labels)
    spec, generator = networks.spec, getattr(networks.generator, "inner", networks.generator)
    label = torch.zeros(spec.condition_size)
    label[: spec.summed] = 1
    embedded = label @ generator.embed
    assert 0.5 < embedded.std().item() < 1.6


@pytest.mark.parametrize("name", LABELLED)
def test_scores_with_several_labels_are_those_of_a_pass_for_each(name):
    networks = pair(name)
    images, y = torch.rand(6, 1, 28, 28) * 2 - 1, torch.eye(10)[:6]
    with torch.no_grad():
        for parameter in networks.discriminator.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    features, (right, wrong) = networks.discriminator.scores(images, y, y.roll(1, dims=0))
    assert torch.equal(features, networks.discriminator.features(images, y))
    torch.testing.assert_close(right, networks.discriminator(images, y))
    torch.testing.assert_close(wrong, networks.discriminator(images, y.roll(1, dims=0)))
    assert not torch.allclose(right, wrong)


@pytest.mark.parametrize(("name", "size", "channels"), SHAPES)
def test_shapes_and_range(name, size, channels):
    model = Model.INFOGAN if name == "infogan" else Model.CGAN
    networks = pair(name, size, channels, model=model)
    inputs = step_inputs(networks, model)
    assert inputs.fake.shape == inputs.real.shape
    assert inputs.fake.abs().max() <= 1
    assert networks.discriminator(
        inputs.real, inputs.condition[:, : networks.spec.classes]
    ).shape == (6,)


@pytest.mark.parametrize(("name", "model", "contrast"), GRADIENTS)
def test_every_parameter_gets_a_gradient(name, model, contrast):
    check_gradients(pair(name, model=model, contrast=contrast), model)


@pytest.mark.parametrize(("name", "model", "labels"), DESCRIBED)
def test_every_parameter_gets_a_gradient_from_parts_and_from_captions(name, model, labels):
    check_gradients(described_pair(name, labels, model), model)


def check_gradients(networks, model):
    objective = OBJECTIVES[model]
    inputs = step_inputs(networks, model, 20)
    # The label's path may start at zero; after a step it must carry gradients to everything.
    optimizer = torch.optim.SGD(networks.discriminator.parameters(), lr=1e-3)
    for _ in range(2):
        optimizer.zero_grad()
        detached = replace(inputs, fake=inputs.fake.detach())
        objective.discriminator_loss(networks.discriminator, detached).total.backward()
        silent = silent_parameters(networks.discriminator)
        optimizer.step()
    # A difference of scores knows no bias that both have.
    unmoved = (
        {"realness.bias", "dense.bias"} if model == Model.RPGAN and networks.spec.classes else set()
    )
    assert set(silent) <= unmoved
    objective.generator_loss(networks.discriminator, inputs).total.backward()
    assert silent_parameters(networks.generator) == []


@pytest.mark.parametrize(
    ("recipe", "name", "part"),
    [("swift", "lean", 0.1), ("thorough", "refined", 0.5), ("ample", "refined", 0.5)],
)
def test_what_names_the_class_of_fakes_takes_a_part_of_itself_off_the_score(recipe, name, part):
    numbers = recipe_for(RecipeName(recipe), Model.RPGAN)
    assert numbers.network == name
    discriminator = pair(name, contrast=numbers.contrast).discriminator
    torch.nn.init.normal_(discriminator.label)
    torch.nn.init.normal_(discriminator.fake_label)
    width = discriminator.realness.in_features
    h, y = torch.randn(4, width), torch.eye(10)[[0, 2, 1, 0]]
    real, fake = discriminator.label_logits(h), discriminator.fake_label_logits(h)
    expected = discriminator.realness(h).squeeze(1) + ((real - part * fake) * y).sum(dim=1)
    torch.testing.assert_close(discriminator.score(h, y), expected)


def test_modern_names_no_class_of_fakes():
    numbers = recipe_for(RecipeName.MODERN, Model.RPGAN)
    discriminator = pair("modern", contrast=numbers.contrast).discriminator
    assert discriminator.fake_label_logits(torch.randn(4, 512)) is None


def silent_parameters(network):
    return [
        name
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
        and (parameter.grad is None or not parameter.grad.abs().sum() > 0)
    ]


@pytest.mark.parametrize("name", LABELLED)
def test_the_label_changes_the_picture_and_the_blend_lies_elsewhere(name):
    generator = pair(name).generator.eval()
    z = torch.randn(1, 16)
    three, eight = torch.eye(10)[3:4], torch.eye(10)[8:9]
    pictures = [generator(z, y) for y in (three, eight, (three + eight) / 2)]
    assert all(
        (a - b).abs().max() > 1e-4
        for a, b in zip(pictures, pictures[1:] + pictures[:1], strict=True)
    )


@pytest.mark.parametrize("labels", ["parts", "captions"])
@pytest.mark.parametrize("name", LABELLED)
def test_scores_with_several_described_labels_are_those_of_a_pass_for_each(name, labels):
    networks = described_pair(name, labels)
    discriminator, y = networks.discriminator, described(networks.spec, 6)
    images = torch.rand(6, 1, networks.spec.image_size, networks.spec.image_size) * 2 - 1
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    labels = [discriminator.encoded(labels) for labels in (y, y.roll(1, dims=0))]
    _, (right, wrong) = discriminator.scores(images, *labels)
    torch.testing.assert_close(right, discriminator(images, y))
    torch.testing.assert_close(wrong, discriminator(images, y.roll(1, dims=0)))
    assert not torch.allclose(right, wrong)


@pytest.mark.parametrize("name", LABELLED)
def test_every_part_of_a_label_changes_the_picture(name):
    networks = described_pair(name, "parts")
    generator = networks.generator.eval()
    z = torch.randn(1, 16)
    rows = [[0, 0, 0.0], [1, 0, 0.0], [0, 1, 0.0], [0, 2, 0.0], [0, 0, 0.5]]
    rows += [[0, 0, torch.nan], [torch.nan, 0, 0.0]]
    pictures = [generator(z, part_conditions(torch.tensor([row]), networks.spec)) for row in rows]
    for one, other in combinations(pictures, 2):
        assert (one - other).abs().max() > 1e-4


@pytest.mark.parametrize("name", LABELLED)
def test_every_word_and_its_place_change_the_picture_and_padding_does_not(name):
    generator = described_pair(name, "captions").generator.eval()
    z = torch.randn(1, 16)
    captions = [[2, 3, 4], [5, 3, 4], [2, 5, 4], [2, 3, 5], [4, 3, 2], [2, 3], [1, 1, 1]]

    def picture(words, length):
        padded = [*words, *[0] * (length - len(words))]
        return generator(z, caption_conditions(torch.tensor([padded])))

    pictures = [picture(words, 5) for words in captions]
    for one, other in combinations(pictures, 2):
        assert (one - other).abs().max() > 1e-5
    for words, expected in zip(captions, pictures, strict=True):
        torch.testing.assert_close(picture(words, 9), expected)


@pytest.mark.parametrize("name", LABELLED)
def test_gan_has_no_path_for_a_label(name):
    networks, objective = pair(name, model=Model.GAN), OBJECTIVES[Model.GAN]
    y = torch.eye(10)[:6]
    conditions = [objective.condition(labels, torch.Generator()) for labels in (y, y.flip(0))]
    z = torch.randn(6, 16)
    pictures = [networks.generator(z, condition) for condition in conditions]
    assert torch.equal(*pictures)
    scores = [networks.discriminator(pictures[0], condition) for condition in conditions]
    assert torch.equal(*scores)
    labelled = pair(name, model=Model.CGAN)
    for network in ("generator", "discriminator"):
        unlabelled_count = parameter_count(getattr(networks, network))
        assert unlabelled_count < parameter_count(getattr(labelled, network))


@pytest.mark.parametrize("name", values(Networks))
def test_every_code_of_infogan_changes_the_picture(name):
    generator = pair(name, model=Model.INFOGAN).generator.eval()
    z, codes = torch.randn(1, 16), torch.zeros(1, 12)
    codes[0, 0] = 1
    for index in range(1, 12):
        other = codes.clone()
        other[0, index] = 1
        assert (generator(z, codes) - generator(z, other)).abs().max() > 1e-4


@pytest.mark.parametrize("name", values(Networks))
def test_the_gradient_of_q_reaches_the_generator(name):
    networks = pair(name, model=Model.INFOGAN)
    inputs = step_inputs(networks, Model.INFOGAN, 20)
    features = networks.discriminator.features(inputs.fake, inputs.condition[:, :0])
    guess = networks.discriminator.codes(features)
    assert guess.shape == (20, 12)
    guess.square().sum().backward()
    assert silent_parameters(networks.generator) == []


@pytest.mark.parametrize("name", ["quick", "modern"])
def test_the_discriminator_ignores_labels_at_first(name):
    discriminator = pair(name).discriminator.eval()
    x, y = torch.rand(6, 1, 28, 28), torch.eye(10)[:6]
    wrong = y.roll(1, dims=1)
    assert torch.equal(discriminator(x, y), discriminator(x, wrong))
    with torch.no_grad():
        discriminator.label.normal_()
    assert not torch.allclose(discriminator(x, y), discriminator(x, wrong))


@pytest.mark.parametrize("name", LABELLED)
def test_the_classifier_cannot_read_the_label_off_its_input(name):
    discriminator = pair(name, model=Model.CGAN_AC).discriminator.eval()
    x, y = torch.rand(6, 1, 28, 28), torch.eye(10)[:6]
    logits = [discriminator.class_logits(discriminator.features(x, y)) for y in (y, y.flip(0))]
    assert logits[0].shape == (6, 10)
    assert torch.equal(*logits)


def test_in_the_modern_discriminator_no_image_sees_another():
    """Which the gradient penalty takes for granted."""
    discriminator = pair("modern").discriminator.train()
    x, y = torch.rand(6, 1, 28, 28), torch.eye(10)[:6]
    alone = torch.cat([discriminator(x[i : i + 1], y[i : i + 1]) for i in range(6)])
    assert torch.allclose(discriminator(x, y), alone, atol=1e-5)


def test_parameter_count_leaves_out_what_is_frozen():
    generator = pair().generator
    whole = parameter_count(generator)
    assert whole == sum(p.numel() for p in generator.parameters())
    first = next(generator.parameters())
    first.requires_grad_(False)
    assert parameter_count(generator) == whole - first.numel()
