"""What a training is: every option, every default and every check. No torch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import Enum
from numbers import Integral
from typing import Any, TypeVar

from ganctl.errors import RunError, UnknownName, UsageError
from ganctl.files.paths import exists, user_path
from ganctl.files.untrusted_json import as_text
from ganctl.requests.budget import Budget, BudgetUnit, choose_budget
from ganctl.requests.labels import DEVICE_NAME, check_seed
from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for


class DataName(str, Enum):
    """The data sets that have a name: rows of ``engine.data.SOURCES``."""

    MNIST = "mnist"
    FASHION_MNIST = "fashion-mnist"
    KMNIST = "kmnist"
    EMNIST_LETTERS = "emnist-letters"
    CIFAR10 = "cifar10"


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


class Format(str, Enum):
    """How samples are written."""

    PNG = "png"
    NPZ = "npz"
    IDX = "idx"


LARGEST_BATCH = 65_536
"""Beyond a whole MNIST a step makes no sense, and what it needs fits into no memory."""


@dataclass(frozen=True)
class TrainConfig:
    """One training, wholly described. Values are checked when it is made.

    ``image_size`` None means the size that the data has; ``lr_scale`` multiplies
    both learning rates of the recipe.
    """

    data: str
    model: Model
    recipe: RecipeName
    budget: Budget
    batch: int
    seed: int
    device: Device
    precision: Precision
    image_size: int | None
    preview_every: int
    checkpoint_every: int
    keep: int
    lr_scale: float = 1.0

    def __post_init__(self) -> None:
        check_seed(self.seed)
        check_count("--batch", self.batch, least=2, most=LARGEST_BATCH)
        check_count("--preview-every", self.preview_every)
        check_count("--checkpoint-every", self.checkpoint_every)
        check_count("--keep", self.keep, least=0)
        check_amount("--lr-scale", self.lr_scale, least=0.001, most=1000)
        if self.image_size is not None:
            check_image_size(self.image_size)

    def as_json(self) -> dict[str, Any]:
        """Return plain values for ``run.json``."""
        return asdict(self, dict_factory=_plain)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> TrainConfig:
        """Read what ``as_json`` wrote.

        Raises:
            RunError: a value is missing, unknown or out of range.
        """
        try:
            values = {field.name: plain[field.name] for field in fields(cls)}
            return cls(
                **{
                    **values,
                    "data": as_text(values["data"]),
                    "model": Model(values["model"]),
                    "recipe": RecipeName(values["recipe"]),
                    "budget": Budget(
                        BudgetUnit(values["budget"]["unit"]), float(values["budget"]["amount"])
                    ),
                    "device": Device(values["device"]),
                    "precision": Precision(values["precision"]),
                    "lr_scale": float(values["lr_scale"]),
                }
            )
        except (ArithmeticError, LookupError, TypeError, ValueError, UsageError) as error:
            raise RunError(
                f"The run's configuration cannot be read ({error}).",
                "Its run.json was changed, or written by another version of ganctl.",
            ) from error


def train_config(
    *,
    data: str = "mnist",
    model: str | None = None,
    recipe: str = RecipeName.MODERN.value,
    epochs: float | None = None,
    steps: int | None = None,
    minutes: float | None = None,
    batch: int | None = None,
    seed: int = 0,
    device: str = Device.AUTO.value,
    precision: str = Precision.AUTO.value,
    image_size: int | None = None,
    preview_every: int | None = None,
    checkpoint_every: int | None = None,
    keep: int = 2,
    lr_scale: float = 1.0,
) -> TrainConfig:
    """Return a checked configuration from what a user typed; None takes the recipe's default.

    Raises:
        UsageError: a value out of range, two budgets at once, or an unknown name.
    """
    recipe_name = choose("recipe", recipe, RecipeName)
    model_name = RECIPES[recipe_name].model if model is None else choose("model", model, Model)
    numbers = recipe_for(recipe_name, model_name)
    return TrainConfig(
        data=check_data(data),
        model=model_name,
        recipe=recipe_name,
        budget=choose_budget(epochs, steps, minutes) or numbers.budget,
        batch=numbers.batch if batch is None else batch,
        seed=seed,
        device=choose("device", device, Device),
        precision=choose("precision", precision, Precision),
        image_size=image_size,
        preview_every=numbers.preview_every if preview_every is None else preview_every,
        checkpoint_every=numbers.checkpoint_every if checkpoint_every is None else checkpoint_every,
        keep=keep,
        lr_scale=lr_scale,
    )


RESUMABLE_CHANGES = (
    "budget",
    "device",
    "precision",
    "preview_every",
    "checkpoint_every",
    "keep",
    "lr_scale",
)
"""What changes where and how long a training goes on, and what is asked for after a breakdown."""


def resumed_config(old: TrainConfig, given: Mapping[str, Any]) -> TrainConfig:
    """Return the configuration for going on with a run, with what may change changed.

    Args:
        old: the run's own configuration.
        given: the fields that the user named this time, as ``TrainConfig`` holds them.

    Raises:
        UsageError: something is named that would make it another training; lists the differences.
    """
    changed = {name: value for name, value in given.items() if getattr(old, name) != value}
    refused = [name for name in changed if name not in RESUMABLE_CHANGES]
    if refused:
        differences = "; ".join(
            f"{name} was {_shown(getattr(old, name))}, not {_shown(changed[name])}"
            for name in refused
        )
        raise UsageError(
            f"The run was started otherwise: {differences}.",
            "Leave these options out to go on with it, or start a new run without --resume.",
        )
    return replace(old, **changed)


Choice = TypeVar("Choice", bound=Enum)


def choose(kind: str, name: str, choices: type[Choice]) -> Choice:
    """Return the member of an enum whose value is ``name``.

    Raises:
        UnknownName: there is none; the hint lists the nearest and all.
    """
    try:
        return choices(name)
    except ValueError:
        raise UnknownName(kind, name, values(choices)) from None


def values(choices: Iterable[Enum]) -> list[str]:
    """Return the values of an enum in order."""
    return [str(member.value) for member in choices]


def check_count(option: str, number: int, *, least: int = 1, most: int = 10**9) -> int:
    """Return ``number`` if it lies between ``least`` and ``most``.

    Raises:
        UsageError: it does not.
    """
    if not isinstance(number, Integral) or not least <= number <= most:
        raise UsageError(
            f"{option} {number} is out of range.",
            f"{option} takes a whole number from {least} to {most:,}.",
        )
    return int(number)


def check_amount(option: str, number: float, *, least: float, most: float) -> float:
    """Return ``number`` if it is finite and lies between ``least`` and ``most``.

    Raises:
        UsageError: it does not.
    """
    if not (math.isfinite(number) and least <= number <= most):
        raise UsageError(
            f"{option} {number:g} is out of range.",
            f"{option} takes a number from {least:g} to {most:g}.",
        )
    return number


def check_image_size(size: int) -> int:
    """Return ``size`` if the networks can be built for it: a multiple of 4 from 8 to 256 pixels.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(size, int) or not 8 <= size <= 256 or size % 4:
        raise UsageError(
            f"--image-size {size} does not suit the networks.",
            "--image-size takes a multiple of 4 from 8 to 256.",
        )
    return size


def check_data(data: str) -> str:
    """Return a data set's name as it is, or the absolute path of one that is on the disk.

    Raises:
        UnknownName: it is neither; the hint lists the names.
    """
    if data in values(DataName):
        return data
    path = user_path(data)
    if data and exists(path):
        return str(path.absolute())
    raise UnknownName("data set", data, [*values(DataName), "a path that exists"])


_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_TAKEN = ("latest", "pretrained", "runs")


def check_run_name(name: str) -> str:
    """Return ``name`` if it can be a run's folder on Linux, macOS and Windows.

    Raises:
        UsageError: it cannot.
    """
    if (
        not _SAFE_NAME.fullmatch(name)
        or DEVICE_NAME.fullmatch(name)
        or name.lower() in _TAKEN
        or name.endswith(".")
    ):
        raise UsageError(
            f"{name!r} cannot be the name of a run.",
            "--name takes letters, digits, dots, dashes and underscores, beginning with a letter "
            "or digit; latest, pretrained and runs are taken.",
        )
    return name


def _plain(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {key: value.value if isinstance(value, Enum) else value for key, value in pairs}


def _shown(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)
