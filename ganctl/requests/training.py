"""What ``ganctl train`` may be asked: every option once. No torch.

An option is a field of ``TrainRequest``: its type, its default, its check, its help, and
whether a resume may change it. The command line, ``ganctl.train(…)`` and the rules of
``--resume`` follow from the fields.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import Enum
from functools import partial
from typing import Any

from ganctl.errors import DataError, UsageError
from ganctl.plugins import Kind
from ganctl.requests.budget import LENGTHS, Budget, check_length, choose_budget
from ganctl.requests.checks import (
    Group,
    Option,
    check_amount,
    check_count,
    check_table_name,
    check_text,
    one_of,
    option,
    values,
)
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.data import DataRequest, ReadOptions
from ganctl.requests.recipes import (
    RECIPES,
    Model,
    Networks,
    Recipe,
    RecipeName,
    check_networks_suit,
    recipe_for,
)
from ganctl.requests.seeds import check_seed
from ganctl.requests.training_metrics import Log, check_logs

_OF_OTHER_LABELS = (Model.GAN_CLS, Model.GAN_INT, Model.GAN_INT_CLS)


class Device(str, Enum):
    """Where it runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Precision(str, Enum):
    """The number format of the convolutions; weights and optimizers stay float32."""

    AUTO = "auto"
    FP32 = "fp32"
    BF16 = "bf16"


LARGEST_BATCH = 65_536
"""Beyond a whole MNIST a step makes no sense, and what it needs fits into no memory."""


@dataclass(frozen=True, kw_only=True)
class TrainRequest(DataRequest):
    """One run, wholly described: what is asked, with the recipe's numbers for what is not.

    An option that is None has its default. Afterwards exactly one of ``epochs``, ``steps`` and
    ``minutes`` is a number; they count from the run's start, resumed parts included. Without a
    recipe, ``requests.suited`` chooses it once the data are read; until then it is ``modern``.

    A model, networks or data may be a plug-in's, which need not be there to say what a run is:
    ``runs.packages`` finds it.

    Raises:
        UsageError: a value is out of range, or two lengths are given.
        UnknownName: a recipe, device or precision that is not there.
    """

    epochs: float | None = option(
        help="Train this many times through the data.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=check_length,
        resumable=True,
    )
    steps: int | None = option(
        help="Train this many steps.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=check_length,
        resumable=True,
    )
    minutes: float | None = option(
        help="Train this many minutes.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=check_length,
        resumable=True,
    )
    model: str = option(
        help="; ".join(f"{model.value}: {model.summary}" for model in Model) + ".",
        group=Group.MODEL,
        metavar="MODEL",
        check=partial(check_table_name, known=values(Model)),
        choices=tuple(values(Model)),
        by_recipe=True,
        plugins=Kind.MODEL,
    )
    recipe: str = option(
        help="; ".join(f"{name.value}: {recipe.summary}" for name, recipe in RECIPES.items()) + ".",
        group=Group.MODEL,
        metavar="RECIPE",
        check=one_of(RecipeName),
        choices=tuple(values(RecipeName)),
        default=f"for images of classes {RecipeName.SWIFT.value}, in a longer run "
        f"{RecipeName.THOROUGH.value}, in a long one or on a GPU {RecipeName.AMPLE.value}; "
        f"else {RecipeName.MODERN.value}",
    )
    networks: str | None = option(
        help="; ".join(f"{pair.value}: {pair.summary}" for pair in Networks) + ".",
        group=Group.MODEL,
        metavar="NETWORKS",
        check=partial(check_table_name, known=values(Networks)),
        choices=tuple(values(Networks)),
        default="those of the recipe",
        plugins=Kind.NETWORKS,
    )
    batch: int = option(
        help="Images in a step.",
        group=Group.MODEL,
        metavar="IMAGES",
        check=partial(check_count, least=2, most=LARGEST_BATCH),
        by_recipe=True,
    )
    seed: int = option(
        0,
        help="Same seed, same run.",
        group=Group.MODEL,
        metavar="SEED",
        check=lambda flag, seed: check_seed(seed, flag),
    )
    lr_scale: float = option(
        1.0,
        help="Multiply both learning rates; below 1 for a run that diverged.",
        group=Group.MODEL,
        metavar="FACTOR",
        check=partial(check_amount, least=0.001, most=1000),
        default="1",
        resumable=True,
    )
    device: str = option(
        Device.AUTO.value,
        help=f"{', '.join(values(Device))}.",
        group=Group.RUN,
        metavar="DEVICE",
        check=one_of(Device),
        choices=tuple(values(Device)),
        resumable=True,
    )
    precision: str = option(
        Precision.AUTO.value,
        help=f"{', '.join(values(Precision))}: the number format of convolutions.",
        group=Group.RUN,
        metavar="PRECISION",
        check=one_of(Precision),
        choices=tuple(values(Precision)),
        resumable=True,
    )
    preview_every: int = option(
        help="Write a preview every so many steps.",
        group=Group.RUN,
        metavar="STEPS",
        check=check_count,
        by_recipe=True,
        resumable=True,
    )
    preview_rows: str | None = option(
        help="The attribute whose values are the rows of previews.",
        group=Group.RUN,
        metavar="NAME",
        check=check_text,
        default="the first",
    )
    checkpoint_every: int = option(
        help="Write a checkpoint every so many steps.",
        group=Group.RUN,
        metavar="STEPS",
        check=check_count,
        by_recipe=True,
        resumable=True,
    )
    keep: int = option(
        0,
        help="Keep this many checkpoints to sample from beside the latest and the best.",
        group=Group.RUN,
        metavar="NUMBER",
        check=partial(check_count, least=0),
        resumable=True,
    )
    log: tuple[str, ...] = option(
        (),
        help="csv, tensorboard: what figures go to beside metrics.jsonl. Repeatable.",
        group=Group.RUN,
        metavar="NAME",
        check=check_logs,
        default="none",
        choices=tuple(values(Log)),
        resumable=True,
    )

    # Without an annotation it is no option.
    _given = dict[str, Any]()  # noqa: RUF012
    """The options that were given; of each request its own."""

    def __post_init__(self) -> None:
        given = {each.name: getattr(self, each.name) for each in fields(TrainRequest)}
        named = {name: value for name, value in given.items() if value is not None}
        self._set("_given", named)
        if self.recipe is None:
            self._set("recipe", RecipeName.MODERN.value)
        for each in fields(TrainRequest):
            value = getattr(self, each.name)
            value = each.default if value is None else value
            if value is not None:
                value = OPTIONS[each.name].check(flag_of(each.name), value)
            self._set(each.name, value)
        recipe = recipe_for(self.recipe, self.model or RECIPES[RecipeName(self.recipe)].model)
        for name, described in OPTIONS.items():
            if described.by_recipe and getattr(self, name) is None:
                default = getattr(recipe, name)
                self._set(name, default.value if isinstance(default, Enum) else default)
        if choose_budget(self.epochs, self.steps, self.minutes) is None:
            self._set(recipe.budget.unit.value, recipe.budget.amount)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    @property
    def is_settled(self) -> bool:
        """Whether the recipe was given, and not left to the data."""
        return "recipe" in self._given

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The options that wait for the data, since the recipe decides them."""
        free = [] if self.is_settled else [name for name in OPTIONS if name not in self._given]
        return tuple(name for name in free if name == "recipe" or OPTIONS[name].by_recipe)

    def by(self, recipe: str) -> TrainRequest:
        """Return the request with this recipe, unless one was given."""
        return self if self.is_settled else TrainRequest(**self._given, recipe=recipe)

    @property
    def budget(self) -> Budget:
        """How long the run is."""
        budget = choose_budget(self.epochs, self.steps, self.minutes)
        assert budget is not None
        return budget

    @property
    def numbers(self) -> Recipe:
        """The numbers of the recipe, with the networks that were asked for."""
        recipe = recipe_for(self.recipe, self.model)
        if self.networks is None:
            return recipe
        return replace(recipe, network=self.networks, colour_network=self.networks)

    @property
    def reading(self) -> ReadOptions:
        """How the data are read."""
        return self.read_options(needs_labels=self.model != Model.GAN)

    def check_suits(self, *, image_size: int, classes: int, schema: Schema) -> None:
        """Refuse a model or an option that data are of no use to, once they are read.

        Args:
            image_size: the height and width of an image.
            classes: how many there are.
            schema: what else is known of each image; empty where there are classes.

        Raises:
            DataError: the model needs classes, or two of them.
            UsageError: another option needs classes, or the recipe another size.
        """
        if self.model == Model.INFOGAN and schema:
            raise DataError(
                "--model infogan finds categories like classes, and these data have several "
                "columns or captions.",
                "Choose one column of classes with --condition COLUMN, or leave --model out.",
            )
        if self.model in _OF_OTHER_LABELS and classes == 1 and not schema:
            raise DataError(
                "The data have a single class, so there is no other label to draw.",
                "Leave --model out, or give data with two classes or more.",
            )
        if self.balance and schema:
            raise UsageError(
                "--balance shows all classes equally often, and these images have several columns "
                "or captions instead.",
                "Choose one column of classes with --condition COLUMN, or leave --balance out.",
            )
        option = "recipe" if self.networks is None else "networks"
        check_networks_suit(self.numbers.network, self.model, image_size, option)

    def resumed(self, **given: Any) -> TrainRequest:
        """Return the request with which this run is resumed.

        Args:
            given: the options that are named this time, as keywords of ``TrainRequest``.

        Raises:
            UsageError: one of them would make it another run; all differences are listed.
        """
        asked = TrainRequest(**given)
        now = {name: getattr(asked, name) for name in given}
        changed = {name: value for name, value in now.items() if getattr(self, name) != value}
        differences = [
            f"{name} was {_in_words(getattr(self, name))}, not {_in_words(value)}"
            for name, value in changed.items()
            if not OPTIONS[name].resumable
        ]
        if differences:
            raise UsageError(
                f"The run was started with other options: {'; '.join(differences)}.",
                "Leave these options out to resume it, or start a new run without --resume.",
            )
        if changed.keys() & LENGTHS.keys():
            changed = {**dict.fromkeys(LENGTHS), **changed}
        return replace(self, **changed)


def _in_words(value: object) -> str:
    if isinstance(value, tuple):
        return " and ".join(map(str, value)) or "auto"
    return "auto" if value is None else str(value)


OPTIONS: dict[str, Option] = {
    field.name: field.metadata["option"] for field in fields(TrainRequest)
}
"""Every option of ``train`` that a run keeps, by its name as a keyword."""


def flag_of(name: str) -> str:
    """Return how an option is typed on the command line."""
    return f"--{name.replace('_', '-')}"
