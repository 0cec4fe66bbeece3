"""How long a run is, how far it got, and how fast. No torch."""

from __future__ import annotations

import math
import time
from dataclasses import astuple, dataclass
from enum import Enum
from numbers import Real

from ganctl.errors import UsageError
from ganctl.files.limits import LARGEST_NUMBER

MAX_BUDGET = 10**9
_NANOSECONDS = 10**9


FEW_STEPS = 300
"""Steps after which no model draws anything that one would keep."""


class BudgetUnit(str, Enum):
    """What a run's length is counted in."""

    EPOCHS = "epochs"
    STEPS = "steps"
    MINUTES = "minutes"


LENGTHS = {unit.value: unit for unit in BudgetUnit}
"""The options that say a length."""


@dataclass(frozen=True)
class Progress:
    """How far a run got: steps, images seen, and seconds trained, resumed parts included.

    Raises:
        ValueError: a number is negative or beyond 2^63, as only a damaged file has it.
    """

    step: int
    images_seen: int
    seconds: float

    def __post_init__(self) -> None:
        if not all(0 <= number <= LARGEST_NUMBER for number in astuple(self)):
            raise ValueError(f"progress {astuple(self)}")


AT_THE_START = Progress(step=0, images_seen=0, seconds=0.0)


@dataclass(frozen=True)
class Budget:
    """How long to train: a number of epochs, steps or minutes in all, resumed parts included.

    Raises:
        UsageError: the number is not above 0, too large, or a part of a step.
    """

    unit: BudgetUnit
    amount: float

    def __post_init__(self) -> None:
        flag = f"--{self.unit.value}"
        whole = self.unit is BudgetUnit.STEPS
        is_number = isinstance(self.amount, Real) and not isinstance(self.amount, bool)
        if not (is_number and 0 < self.amount <= MAX_BUDGET) or (whole and self.amount % 1):
            raise UsageError(
                f"{flag} {str(self.amount).removesuffix('.0')} is not a length to train for.",
                f"{flag} takes a {'whole ' if whole else ''}number above 0, up to {MAX_BUDGET:,}.",
            )

    def __str__(self) -> str:
        unit = self.unit.value.removesuffix("s") if self.amount == 1 else self.unit.value
        return f"{self.amount:,.10g} {unit}"

    def steps(self, images: int, batch: int) -> int | None:
        """Return the number of steps for ``images`` in the data; None when it is minutes."""
        if self.unit is BudgetUnit.STEPS:
            return int(self.amount)
        if self.unit is BudgetUnit.EPOCHS:
            # Rounded first: 0.07 epochs of 6,400 images would be 448.00000000000006.
            return max(1, math.ceil(round(self.amount * images, 6) / batch))
        return None

    def spent(self, progress: Progress, total_steps: int | None) -> float:
        """Return the spent fraction of the budget, from 0 to 1.

        Steps and epochs count steps, so that the schedules repeat exactly;
        minutes count the clock.
        """
        if total_steps is None:
            return min(1.0, progress.seconds / (60 * self.amount))
        return min(1.0, progress.step / total_steps)


def check_length(flag: str, amount: float) -> float:
    """Return an amount of the unit that a flag names, whole where it counts steps.

    Raises:
        UsageError: it is no length that a run can have.
    """
    unit = LENGTHS[flag.removeprefix("--")]
    checked = Budget(unit, amount).amount
    return int(checked) if unit is BudgetUnit.STEPS else float(checked)


def choose_budget(epochs: float | None, steps: int | None, minutes: float | None) -> Budget | None:
    """Return the one budget that was given, or None.

    Raises:
        UsageError: two of them at once, or a number that is not above 0.
    """
    given = {
        BudgetUnit.EPOCHS: epochs,
        BudgetUnit.STEPS: steps,
        BudgetUnit.MINUTES: minutes,
    }
    budgets = [Budget(unit, amount) for unit, amount in given.items() if amount is not None]
    if len(budgets) > 1:
        flags = " and ".join(f"--{budget.unit.value}" for budget in budgets)
        raise UsageError(f"{flags} exclude each other.", "Give one of them.")
    return budgets[0] if budgets else None


class Clock:
    """Seconds trained, counted on from those ``earlier``.

    It counts whole nanoseconds, so that the sum of two parts is exactly the whole.
    """

    def __init__(self, earlier: float) -> None:
        self._start = time.monotonic_ns() - round(earlier * _NANOSECONDS)

    def seconds(self) -> float:
        """Return the seconds trained until now."""
        return (time.monotonic_ns() - self._start) / _NANOSECONDS


class Throughput:
    """Images per second since the interval began."""

    def __init__(self, since: Progress) -> None:
        self._last = since

    def read(self, now: Progress, *, new_interval: bool) -> float:
        """Return the images per second since the interval began; a new one may begin now."""
        then = self._last
        if new_interval:
            self._last = now
        return (now.images_seen - then.images_seen) / max(now.seconds - then.seconds, 1e-9)


def too_short(budget: Budget, usual: Budget, images: int, batch: int) -> list[str]:
    """Return a sentence where the usual length is a few steps, since the data are few images.

    Args:
        budget: how long a run is.
        usual: that of its recipe; another was asked for.
        images: how many there are to train on.
        batch: images in a step.
    """
    steps = budget.steps(images, batch)
    if budget != usual or steps is None or steps >= FEW_STEPS:
        return []
    return [f"{budget} of {images:,} images: {steps} steps; --minutes 3 trains longer"]
