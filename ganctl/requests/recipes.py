"""The models, and the recipes that train them: names and numbers alone. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ganctl.errors import UsageError
from ganctl.requests.budget import Budget, BudgetUnit


class Summarised(str, Enum):
    """Names of the command line, each with a summary of a few words."""

    summary: str

    def __new__(cls, name: str, summary: str = "") -> Summarised:
        """Return a member that is its name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.summary = summary
        return member


class Model(Summarised):
    """What the two networks minimise: a row of ``engine.models.objectives.OBJECTIVES``."""

    GAN = "gan", "no labels"
    CGAN = "cgan", "both networks see the label"
    CGAN_AC = "cgan-ac", "cgan whose discriminator also names the class"
    RPGAN = "rpgan", "cgan that compares a real image and a fake of the same label"
    GAN_CLS = "gan-cls", "cgan where a real image with a wrong label counts as fake"
    GAN_INT = "gan-int", "cgan whose generator also trains between two labels"
    GAN_INT_CLS = "gan-int-cls", "both of the last two"
    INFOGAN = "infogan", "no labels, but codes that it learns to tell apart"


CLASSIC_SIZE = 28
"""The only height and width of images that ``--recipe classic`` has networks for."""
_WITHOUT_LABELS = (Model.GAN.value, Model.INFOGAN.value)


class RecipeName(str, Enum):
    """How a model is trained: networks, optimizers and schedules, a row of ``RECIPES``."""

    SWIFT = "swift"
    THOROUGH = "thorough"
    AMPLE = "ample"
    MODERN = "modern"
    QUICK = "quick"
    CLASSIC = "classic"


class Networks(Summarised):
    """The pairs of networks: rows of ``engine.models.networks.NETWORKS``."""

    QUICK = "quick", "small convolutions with batch norm"
    LEAN = "lean", "modern with half the hidden layer"
    MODERN = "modern", "a hidden layer in place of batch norm"
    REFINED = "refined", "modern with two more convolutions"
    PALETTE = "palette", "modern whose images mix a few colours each"
    INFOGAN = "infogan", "wide linear layers, for models without labels"
    CLASSIC = "classic", "those of 2018, for 28×28"


class Latent(str, Enum):
    """The distribution of each number of a latent vector: N(0, 1), or uniform on [-1, 1]."""

    NORMAL = "normal"
    UNIFORM = "uniform"


@dataclass(frozen=True)
class Recipe:
    """The numbers behind a recipe's name.

    ``model`` is trained where no other is asked for. ``network`` is the row of networks, and
    ``colour_network`` that for colour images with several attributes or captions; ``mixed`` is the
    width of the layer in which the latent meets these, 0 for none. A step is one update of the
    discriminator and then ``generator_updates`` of the generator, with the same latents and labels;
    ``rpgan`` on classes updates both at once where it can.
    What the discriminator looks at, real or not, has noise of standard deviation ``noise``
    (Sønderby et al. 2017, section 4), which falls to zero over the span ``noise_fade`` of the
    progress. ``r1`` is the weight γ of the gradient penalty of Mescheder et al. (2018), 0 for none,
    and ``described_r1`` that for images with several attributes or captions; it is added on each
    ``r1_every``-th step, so many times as strong (Karras et al. 2020, StyleGAN2, section 3.1), and
    of one in ``r1_one_in`` of the batch's real images. ``classifier_weight`` is the weight λ of
    the classifiers of ``rpgan`` on classes, and ``contrast`` the part β of that of fakes which the
    discriminator takes off its score, 0 for no such classifier.
    ``generator_lr`` and ``discriminator_lr`` are Adam's; once ``decay_from`` of the budget is
    spent, both fall linearly to zero. ``ema_images`` is the half-life of the generator's average,
    in images, 0 for none; early on it is at most ``ema_rampup`` of the images seen so far, so that
    the first weights are soon forgotten.
    """

    summary: str
    model: Model
    network: str
    colour_network: str
    mixed: int
    batch: int
    latent: Latent
    latent_size: int
    generator_lr: float
    discriminator_lr: float
    decay_from: float
    adam_betas: tuple[float, float]
    generator_updates: int
    noise: float
    noise_fade: tuple[float, float]
    r1: float
    described_r1: float
    r1_every: int
    r1_one_in: int
    classifier_weight: float
    contrast: float
    ema_images: int
    ema_rampup: float
    budget: Budget
    log_every: int
    preview_every: int
    checkpoint_every: int


_MODERN = Recipe(
    summary="for several attributes, for captions, and for models other than rpgan",
    model=Model.CGAN_AC,
    network="modern",
    colour_network="palette",
    mixed=128,
    batch=64,
    latent=Latent.NORMAL,
    latent_size=64,
    generator_lr=4e-3,
    discriminator_lr=2e-3,
    decay_from=0.0,
    adam_betas=(0.0, 0.99),
    generator_updates=1,
    noise=0.0,
    noise_fade=(0.5, 0.9),
    r1=0.5,
    described_r1=0.25,
    r1_every=4,
    r1_one_in=1,
    classifier_weight=0.5,
    contrast=0.0,
    ema_images=10_000,
    ema_rampup=0.1,
    budget=Budget(BudgetUnit.EPOCHS, 6),
    log_every=20,
    preview_every=200,
    checkpoint_every=500,
)

_SWIFT = replace(
    _MODERN,
    summary="the best images by class in a minute or two on a CPU",
    model=Model.RPGAN,
    network="lean",
    batch=32,
    discriminator_lr=4e-3,
    r1_every=8,
    r1_one_in=2,
    classifier_weight=0.7,
    contrast=0.1,
    log_every=40,
    preview_every=400,
    checkpoint_every=1000,
)

_THOROUGH = replace(
    _SWIFT,
    summary="the best images by class in more time",
    network="refined",
    batch=64,
    contrast=0.5,
)

RECIPES: dict[RecipeName, Recipe] = {
    RecipeName.SWIFT: _SWIFT,
    RecipeName.THOROUGH: _THOROUGH,
    RecipeName.AMPLE: replace(
        _THOROUGH,
        summary="the best images by class on a GPU, or from a quarter of an hour on a CPU",
        batch=128,
        classifier_weight=0.5,
    ),
    RecipeName.MODERN: _MODERN,
    RecipeName.QUICK: replace(
        _MODERN,
        summary="clear digits in a minute, less varied",
        network="quick",
        colour_network="quick",
        r1=0.0,
        described_r1=0.0,
        budget=Budget(BudgetUnit.EPOCHS, 1),
    ),
    RecipeName.CLASSIC: Recipe(
        summary="a conditional DCGAN to the letter of 2018: about a day on a CPU",
        model=Model.CGAN,
        network="classic",
        colour_network="classic",
        mixed=0,
        batch=100,
        latent=Latent.UNIFORM,
        latent_size=100,
        generator_lr=2e-4,
        discriminator_lr=2e-4,
        decay_from=1.0,
        adam_betas=(0.5, 0.999),
        generator_updates=2,
        noise=0.0,
        noise_fade=(0.5, 0.9),
        r1=0.0,
        described_r1=0.0,
        r1_every=1,
        r1_one_in=1,
        classifier_weight=0.5,
        contrast=0.0,
        ema_images=0,
        ema_rampup=0.0,
        budget=Budget(BudgetUnit.STEPS, 60_000),
        log_every=5,
        preview_every=1000,
        checkpoint_every=200,
    ),
}

# Chen et al. 2016, appendix C.1: other networks, 62 numbers of noise, and a generator that learns
# faster than its discriminator. It suits every model without labels.
_UNLABELLED = replace(
    _MODERN,
    network="infogan",
    colour_network="infogan",
    mixed=0,
    batch=128,
    latent=Latent.UNIFORM,
    latent_size=62,
    generator_lr=4e-3,
    discriminator_lr=1e-3,
    decay_from=0.7,
    adam_betas=(0.5, 0.99),
    r1=0.0,
    described_r1=0.0,
    budget=Budget(BudgetUnit.EPOCHS, 5),
)
# Without noise some seeds never begin: the discriminator wins within a few hundred steps.
_GAN = replace(_UNLABELLED, noise=0.5)
RECIPE_VARIANTS: dict[tuple[str, str], Recipe] = {
    **{(name, Model.GAN): _GAN for name in RecipeName if name != RecipeName.CLASSIC},
    **{(name, Model.INFOGAN): _UNLABELLED for name in RecipeName},
    (RecipeName.CLASSIC, Model.INFOGAN): replace(
        RECIPES[RecipeName.CLASSIC], latent_size=62, generator_lr=1e-3
    ),
}


def recipe_for(name: str, model: str) -> Recipe:
    """Return the numbers of a recipe, with those that a model needs otherwise.

    A model of a plug-in has those of the recipe.

    Raises:
        ValueError: there is no such recipe.
    """
    return RECIPE_VARIANTS.get((name, model), RECIPES[RecipeName(name)])


def check_networks_suit(network: str, model: str, image_size: int, option: str) -> None:
    """Refuse networks that images or a model are of no use to.

    Args:
        network: their row.
        model: what is trained.
        image_size: the height and width of an image.
        option: what chose the networks.

    Raises:
        UsageError: they do not suit.
    """
    if network == Networks.CLASSIC and image_size != CLASSIC_SIZE:
        raise UsageError(
            f"--{option} classic is made for images of {CLASSIC_SIZE}×{CLASSIC_SIZE}, not "
            f"{image_size}×{image_size}.",
            f"Give --image-size {CLASSIC_SIZE}, or leave --{option} out.",
        )
    if network == Networks.INFOGAN and model not in _WITHOUT_LABELS:
        raise UsageError(
            f"--networks infogan get no labels, which --model {model} is about.",
            f"Give --model {' or '.join(_WITHOUT_LABELS)}, or leave --networks out.",
        )
