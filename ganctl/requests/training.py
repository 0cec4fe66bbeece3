"""What ``ganctl train`` may be asked: every option once. No torch.

An option is a field of ``TrainRequest``: its type, its default, its check, its help, and
whether a resume may change it. The command line, ``ganctl.train(…)`` and the rules of
``--resume`` follow from the fields.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import partial
from typing import Any

from ganctl.errors import UnknownName, UsageError
from ganctl.files.paths import exists, user_path
from ganctl.requests.budget import LENGTHS, Budget, BudgetUnit, choose_budget
from ganctl.requests.checks import (
    check_amount,
    check_count,
    check_image_size,
    choose,
    values,
)
from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for
from ganctl.requests.seeds import check_seed


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


BUNDLED = "bundled"
DATA_SETS = {
    "mnist": BUNDLED,
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "emnist-letters": "EMNIST",
    "cifar10": "CIFAR10",
}
"""The data sets that have a name, and the class of each in torchvision, which downloads it."""

LARGEST_BATCH = 65_536
"""Beyond a whole MNIST a step makes no sense, and what it needs fits into no memory."""

Check = Callable[[str, Any], Any]
"""Takes an option's flag and a value, and returns the value as the request keeps it."""


class Group(str, Enum):
    """What an option is about: the heading under which ``--help`` shows it."""

    DATA = "Data"
    LENGTH = "Length"
    MODEL = "Model"
    RUN = "Run"
    OUTPUT = "Output"


@dataclass(frozen=True)
class Option:
    """What is known of an option beside its name, its type and its default.

    ``metavar`` stands for the value in ``--help``, where ``default`` says in words what holds
    without the option. ``choices`` are the names that complete. ``by_recipe`` means that
    the recipe has a field of this name, which is the default. A run may be resumed with another
    value where it is ``resumable``.
    """

    help: str
    group: Group
    metavar: str
    default: str
    check: Check
    choices: tuple[str, ...]
    by_recipe: bool
    resumable: bool


def option(
    value: object = None,
    *,
    help: str,  # noqa: A002
    group: Group,
    metavar: str,
    check: Check,
    default: str = "",
    choices: tuple[str, ...] = (),
    by_recipe: bool = False,
    resumable: bool = False,
) -> Any:
    """Return a field of ``TrainRequest`` whose default is ``value``; None where it has none."""
    words = default or ("" if value is None else f"{value}")
    described = Option(help, group, metavar, words, check, choices, by_recipe, resumable)
    return field(default=value, metadata={"option": described})


def check_data_exists(data: str) -> None:
    """Raise ``UnknownName`` unless ``data`` is a name or a path that exists.

    It is no check of the field: the data of a run that was read may be gone by now.
    """
    if data not in DATA_SETS and not (data and exists(user_path(data))):
        raise UnknownName("data set", data, [*DATA_SETS, "a path that exists"])


def _absolute(flag: str, data: str | os.PathLike[str]) -> str:
    """Return a data set's name as it is, and a path that exists as an absolute one."""
    if not isinstance(data, (str, os.PathLike)):
        raise UsageError(f"{flag} {data!r} is not a name or a path.", "Give one of them.")
    text = os.fspath(data)
    if text in DATA_SETS or not text:
        return text
    path = user_path(text)
    return str(path.absolute()) if exists(path) else text


def _one_of(choices: type[Enum]) -> Check:
    return lambda flag, name: choose(flag.removeprefix("--"), name, choices).value


def _length(flag: str, amount: float) -> float:
    unit = LENGTHS[flag.removeprefix("--")]
    checked = Budget(unit, amount).amount
    return int(checked) if unit is BudgetUnit.STEPS else float(checked)


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """One run, wholly described: what is asked, with the recipe's numbers for what is not.

    An option that is None has its default. Afterwards exactly one of ``epochs``, ``steps`` and
    ``minutes`` is a number; they count from the run's start, resumed parts included.
    ``image_size`` None means the size that the data have.

    Raises:
        UsageError: a value is out of range, or two lengths are given.
        UnknownName: a model, recipe, device or precision that is not there.
    """

    data: str = option(
        "mnist",
        help=f"{', '.join(DATA_SETS)}, or a path: a folder of class folders of images, "
        "a folder of IDX files, or an .npz.",
        group=Group.DATA,
        metavar="DATA",
        check=_absolute,
        choices=tuple(DATA_SETS),
    )
    image_size: int | None = option(
        help="Resize images to this many pixels square.",
        group=Group.DATA,
        metavar="PIXELS",
        check=check_image_size,
        default="as they are",
    )
    epochs: float | None = option(
        help="Train this many times through the data.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=_length,
        resumable=True,
    )
    steps: int | None = option(
        help="Train this many steps.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=_length,
        resumable=True,
    )
    minutes: float | None = option(
        help="Train this many minutes.",
        group=Group.LENGTH,
        metavar="NUMBER",
        check=_length,
        resumable=True,
    )
    model: str = option(
        help="; ".join(f"{model.value}: {model.summary}" for model in Model) + ".",
        group=Group.MODEL,
        metavar="MODEL",
        check=_one_of(Model),
        choices=tuple(values(Model)),
        by_recipe=True,
    )
    recipe: str = option(
        RecipeName.MODERN.value,
        help="; ".join(f"{name.value}: {recipe.summary}" for name, recipe in RECIPES.items()) + ".",
        group=Group.MODEL,
        metavar="RECIPE",
        check=_one_of(RecipeName),
        choices=tuple(values(RecipeName)),
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
        check=_one_of(Device),
        choices=tuple(values(Device)),
        resumable=True,
    )
    precision: str = option(
        Precision.AUTO.value,
        help=f"{', '.join(values(Precision))}: the number format of convolutions.",
        group=Group.RUN,
        metavar="PRECISION",
        check=_one_of(Precision),
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
    checkpoint_every: int = option(
        help="Write a checkpoint every so many steps.",
        group=Group.RUN,
        metavar="STEPS",
        check=check_count,
        by_recipe=True,
        resumable=True,
    )
    keep: int = option(
        2,
        help="Keep this many checkpoints beside the latest and the best.",
        group=Group.RUN,
        metavar="NUMBER",
        check=partial(check_count, least=0),
        resumable=True,
    )

    def __post_init__(self) -> None:
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
    def budget(self) -> Budget:
        """How long the run is."""
        budget = choose_budget(self.epochs, self.steps, self.minutes)
        assert budget is not None
        return budget

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
            f"{name} was {getattr(self, name)}, not {value}"
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


OPTIONS: dict[str, Option] = {
    field.name: field.metadata["option"] for field in fields(TrainRequest)
}
"""Every option of ``train`` that a run keeps, by its name as a keyword."""


def flag_of(name: str) -> str:
    """Return how an option is typed on the command line."""
    return f"--{name.replace('_', '-')}"
