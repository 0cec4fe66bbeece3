"""What ``ganctl sweep`` may be asked: options of ``train`` with several values each. No torch."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ganctl.errors import UnknownName, UsageError
from ganctl.requests.budget import Budget
from ganctl.requests.checks import check_count, check_run_name
from ganctl.requests.data import is_named
from ganctl.requests.seeds import check_seed, parse_seeds, seeds_text
from ganctl.requests.training import OPTIONS, TrainRequest, flag_of

MAX_TRAININGS = 1000
MAX_JOBS = 64
SEED = "seed"
_LONGEST_NAME = 100
_LONGEST_PART = 24
_SWITCH = {"yes": True, "no": False}
Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Varied:
    """An option of ``train`` by its keyword, and the values that it takes, each once."""

    name: str
    values: tuple[Any, ...]

    @classmethod
    def parse(cls, text: str) -> Varied:
        """Read ``NAME=V1,V2…``, a value with a comma in double quotes.

        Raises:
            UnknownName: ``train`` has no such option.
            UsageError: it is of another form, a value is none of that option, or named twice.
        """
        option, equals, rest = text.partition("=")
        typed = option.strip().removeprefix("--")
        known = {flag_of(name).removeprefix("--"): name for name in OPTIONS}
        if typed == SEED:
            raise UsageError("--vary seed is called --seeds.", "Give --seeds 1-3 instead.")
        if typed not in known:
            raise UnknownName("option of train", typed, [name for name in known if name != SEED])
        texts = next(csv.reader([rest], skipinitialspace=True), [])
        if not equals or not all(texts) or not texts:
            raise UsageError(
                f"--vary {text} names no values.",
                f"Write it as {typed}=V1,V2; a value with a comma in double quotes.",
            )
        return cls.of(known[typed], texts)

    @classmethod
    def of(cls, name: str, texts: Iterable[str]) -> Varied:
        """Return the values of an option that were written as texts.

        Raises:
            UsageError: a value is none of that option, or named twice.
        """
        values = [_read(name, text.strip()) for text in texts]
        for place, value in enumerate(values):
            if value in values[:place]:
                raise UsageError(
                    f"--vary {_typed(name)} names {value_text(value)} twice.", "Name it once."
                )
        return cls(name, tuple(values))

    @property
    def texts(self) -> list[str]:
        """The values as they may be typed."""
        return [value_text(value) for value in self.values]


@dataclass(frozen=True)
class Combination:
    """One value for each option that is varied, by its keyword, in the order of the options."""

    values: Mapping[str, Any]

    @property
    def text(self) -> str:
        """It in words, such as ``model=cgan lr-scale=0.5``."""
        parts = [f"{_typed(name)}={short_text(value)}" for name, value in self.values.items()]
        return " ".join(parts) or "as given"


@dataclass(frozen=True)
class Training:
    """One training of a sweep: its run's name, and all that it is asked.

    ``asked`` are the options that were given or varied, as keywords.
    """

    name: str
    combination: Combination
    request: TrainRequest
    asked: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The words of a command line that ask for it."""
        found = []
        for name in self.asked:
            value = getattr(self.request, name)
            for single in value if isinstance(value, tuple) else [value]:
                if single is True:
                    found.append(flag_of(name))
                elif single is not False:
                    found.append(f"{flag_of(name)}={single}")
        return found


@dataclass(frozen=True, kw_only=True)
class SweepPlan:
    """Every combination of the values that options take, with every seed.

    Args:
        varied: the options that vary; none where only the seeds do.
        seeds: the seeds of each combination.
        given: the options that all trainings have, as keywords of ``TrainRequest``.
        n: how many images of each are judged; None as ``evaluate`` has it.
        jobs: how many train at a time.

    Raises:
        UsageError: an option is varied twice, or varied and given; a combination is none that
            ``TrainRequest`` takes; or there are fewer than two trainings, or too many.
    """

    varied: tuple[Varied, ...]
    seeds: tuple[int, ...]
    given: Mapping[str, Any] = field(default_factory=dict)
    n: int | None = None
    jobs: int = 1

    def __post_init__(self) -> None:
        check_count("--jobs", self.jobs, most=MAX_JOBS)
        if self.n is not None:
            check_count("--n", self.n)
        names = [each.name for each in self.varied]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise UsageError(
                    f"--vary {_typed(name)} is given twice.", "Name all its values in one."
                )
            if name in self.given:
                raise UsageError(
                    f"{flag_of(name)} is given, and varied by --vary.", "Give it in one place."
                )
        if SEED in self.given:
            raise UsageError("--seed and --seeds exclude each other.", "Give one of them.")
        count = len(self.seeds)
        for each in self.varied:
            count *= len(each.values)
        if count < 2:
            raise UsageError(
                "There is nothing to compare: this is a single training.",
                "Give --vary NAME=V1,V2, or several --seeds.",
            )
        if count > MAX_TRAININGS:
            raise UsageError(
                f"These are {count:,} trainings.", f"A sweep has {MAX_TRAININGS:,} at most."
            )
        for combination in self.combinations:
            self._request(combination, self.seeds[0])

    @cached_property
    def combinations(self) -> tuple[Combination, ...]:
        """The product of the values, the last option's changing first."""
        names = [each.name for each in self.varied]
        every = product(*(each.values for each in self.varied))
        return tuple(Combination(dict(zip(names, values, strict=True))) for values in every)

    def trainings(self, name: str) -> tuple[Training, ...]:
        """Return every training of the sweep of that name, seed after seed.

        All combinations have their first training before one has its second, so that a sweep
        that is stopped has something of each.

        Raises:
            UsageError: runs cannot have such names.
        """
        stems = [_stem(combination) for combination in self.combinations]
        longest = len(f"{name}__seed-{max(self.seeds)}") + max(map(len, stems))
        is_plain = len({stem.lower() for stem in stems}) == len(stems) and longest <= _LONGEST_NAME
        asked = (*self.given, *(each.name for each in self.varied), SEED)
        found = []
        for seed in self.seeds:
            for place, combination in enumerate(self.combinations):
                stem = stems[place] if is_plain else f"{place + 1:03}"
                words = [word for word in (name, stem, f"{SEED}-{seed}") if word]
                run_name = check_run_name("_".join(words))
                request = self._request(combination, seed)
                found.append(Training(run_name, combination, request, asked))
        return tuple(found)

    @property
    def budgets(self) -> list[Budget]:
        """The different lengths that trainings have."""
        lengths = (self._request(each, self.seeds[0]).budget for each in self.combinations)
        return list(dict.fromkeys(lengths))

    def varies(self, *options: str) -> bool:
        """Return whether one of these options varies."""
        return any(each.name in options for each in self.varied)

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads."""
        asked = TrainRequest(**self.given)
        return {
            "vary": {each.name: each.texts for each in self.varied},
            "seeds": seeds_text(self.seeds),
            # Paths are absolute here, so that a resume finds them from another folder.
            "given": {name: _plain(getattr(asked, name)) for name in self.given},
            "n": self.n,
            "jobs": self.jobs,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> SweepPlan:
        """Return the plan that a file has, which may be a stranger's.

        Raises:
            ValueError, UsageError: it has none.
        """
        vary = _checked(plain, "vary", dict, "an object of options, each with its values")
        given = _checked(plain, "given", dict, "an object of options, each with its value")
        if unknown := {*vary, *given} - {*OPTIONS}:
            raise ValueError(f"train has no option {min(unknown)!r}")
        for name, texts in vary.items():
            if not (isinstance(texts, list) and all(isinstance(each, str) for each in texts)):
                raise ValueError(f'in "vary", "{name}" is not a list of texts')
        return cls(
            varied=tuple(Varied.of(name, texts) for name, texts in vary.items()),
            seeds=parse_seeds(_checked(plain, "seeds", str, "a text such as 1-3")),
            given=given,
            n=plain.get("n"),
            jobs=_checked(plain, "jobs", int, "a whole number"),
        )

    def _request(self, combination: Combination, seed: int) -> TrainRequest:
        return TrainRequest(**self.given, **combination.values, seed=seed)


def plan_sweep(
    vary: Sequence[str],
    seeds: str | None,
    given: Mapping[str, Any],
    *,
    n: int | None = None,
    jobs: int = 1,
) -> SweepPlan:
    """Return the plan that was typed: ``--vary`` and SEEDS as texts, the rest as in the plan.

    Without ``--seeds`` there is one, that of ``--seed``, else 0.

    Raises:
        UsageError: as ``Varied.parse`` and ``SweepPlan``.
    """
    rest = dict(given)
    if seeds is None:
        chosen: tuple[int, ...] = (check_seed(rest.pop(SEED, 0)),)
    else:
        chosen = parse_seeds(seeds)
    varied = tuple(Varied.parse(text) for text in vary)
    return SweepPlan(varied=varied, seeds=chosen, given=rest, n=n, jobs=jobs)


def value_text(value: Any) -> str:
    """Return a value as it may be typed in ``--vary``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    return ",".join(value) if isinstance(value, tuple) else str(value)


def short_text(value: Any) -> str:
    """Return a value as tables show it: of a path its last part."""
    text = value_text(value)
    is_path = isinstance(value, str) and Path(value).is_absolute() and not is_named(value)
    return Path(value).name if is_path else text


def _checked(plain: Mapping[str, Any], name: str, kind: type[Kind], what: str) -> Kind:
    """Return a value of a file; a ``ValueError`` says ``what`` it should be, and is not."""
    value = plain.get(name)
    if not isinstance(value, kind):
        raise ValueError(f'"{name}" is not {what}')
    return value


def _read(name: str, text: str) -> Any:
    """Return the value of an option that ``text`` means.

    Raises:
        UsageError: it is none.
    """
    kind = _kind(name)
    flag = f"--vary {_typed(name)}"
    value: Any = text
    if kind is bool:
        if text not in _SWITCH:
            raise UsageError(f"{flag}={text} is no switch.", f"{flag} takes yes and no.")
        value = _SWITCH[text]
    elif kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            what = "whole number" if kind is int else "number"
            raise UsageError(f"{flag}={text} is no {what}.", f"Write it as {flag}=1,2.") from None
    elif get_origin(kind) is tuple:
        value = (text,)
    return OPTIONS[name].check(flag_of(name), value)


@cache
def _kind(name: str) -> Any:
    """Return the type of an option's value, without None."""
    hint = get_type_hints(TrainRequest)[name]
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return kinds[0] if kinds and get_origin(hint) is not tuple else hint


def _stem(combination: Combination) -> str:
    """Return a combination as a part of a folder's name; empty where nothing varies."""
    parts = []
    for name, value in combination.values.items():
        text = re.sub(r"[^A-Za-z0-9.-]+", "-", short_text(value)).strip("-.")
        parts.append(f"{_typed(name)}-{text[:_LONGEST_PART] or 'x'}")
    return "_".join(parts)


def _typed(name: str) -> str:
    """Return an option's name as it is typed, without its dashes."""
    return flag_of(name).removeprefix("--")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
