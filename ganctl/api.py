"""What ``import ganctl`` offers: training and sampling from Python."""

from __future__ import annotations

import inspect
import re
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import UsageError
from ganctl.requests.checks import check_out
from ganctl.requests.sample import SampleRequest, choose_seeds
from ganctl.requests.seeds import check_seed
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import find_source
from ganctl.runs.run import Run, new_run
from ganctl.signals import stop_on_signals

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.engine.training.loop import StepReport

Keywords = ParamSpec("Keywords")
_FLAG = re.compile(r"--([a-z][a-z-]*)")
_WORDS = re.compile(r"--text ('[^']*')")
_SETTING = re.compile(r"--set ([\w.]+)=([\w.,:]*\w)")
_RENAMED = {"--digit / --class": "label", "--digit": "label", "--class": "label", "--code": "codes"}


@dataclass(frozen=True, kw_only=True)
class TrainCall(TrainRequest):
    """The keywords of ``train``: every option that a run keeps, and these.

    ``name`` is the run's name below the home, by date and time if None; ``out`` is the run's
    folder, instead of one below the home; ``on_report`` is called with each ``StepReport``.
    """

    name: str | None = None
    out: str | Path | None = None
    on_report: Callable[[StepReport], None] | None = None


def _with_keywords_of(
    call: Callable[Keywords, TrainCall],
) -> Callable[[Callable[[TrainCall], Run]], Callable[Keywords, Run]]:
    """Let a function that takes a call take the keywords that make one."""

    def decorate(function: Callable[[TrainCall], Run]) -> Callable[Keywords, Run]:
        @wraps(function)
        def spelled_out(*arguments: Keywords.args, **keywords: Keywords.kwargs) -> Run:
            with _naming_arguments():
                request = call(*arguments, **keywords)
            return function(request)

        spelled_out.__signature__ = _signature_of(call)  # type: ignore[attr-defined]
        return spelled_out

    return decorate


def _signature_of(call: Callable[..., TrainCall]) -> inspect.Signature:
    """Return the signature of a call that gives a run; None stands for the default everywhere."""
    signature = inspect.signature(call)
    keywords = [
        keyword.replace(annotation=f"{keyword.annotation.removesuffix(' | None')} | None")
        for keyword in signature.parameters.values()
    ]
    return signature.replace(parameters=keywords, return_annotation="Run")


@_with_keywords_of(TrainCall)
def train(call: TrainCall) -> Run:
    """Train a conditional GAN from start to end.

    Ctrl-C (an interrupted notebook) and SIGTERM end it after the step: everything
    is saved, and ``ganctl train --resume`` resumes it. Outside of the main thread,
    where Python hears no signals, the last checkpoint is what stays.

    The keywords are the options of ``ganctl train``, with underscores, and ``name``, ``out`` and
    ``on_report``, which is called with each ``StepReport``.

    Returns:
        The run, finished.

    Raises:
        GanctlError: an option, the data or the disk is not as it should be.
        KeyboardInterrupt: after Ctrl-C; the run is saved.
        SystemExit: after SIGTERM or a hangup; the run is saved.
    """
    from ganctl.engine.training.loop import train as train_steps

    options = {field.name: getattr(call, field.name) for field in fields(TrainRequest)}
    if call.on_report is not None and not callable(call.on_report):
        raise UsageError("on_report is not callable.", "Give a function of one StepReport.")
    with _naming_arguments():
        out = None if call.out is None else check_out(call.out)
        run = new_run(TrainRequest(**options), name=call.name, out=out)
    with stop_on_signals(say=lambda _text: None) as should_stop:
        for report in train_steps(run, should_stop=should_stop):
            if call.on_report is not None:
                call.on_report(report)
    if should_stop.number == signal.SIGINT:
        raise KeyboardInterrupt(f"saved: {run.resume_command}")
    if should_stop():
        raise SystemExit(should_stop.exit_code)
    return run


def load(run: str | Path | None = None) -> Generator:
    """Return the generator of a run, a ``.safetensors`` file, or ``pretrained/NAME``.

    Args:
        run: as RUN on the command line; None means ``latest``.

    Raises:
        GanctlError: there is none, or it cannot be read.
    """
    from ganctl.engine.sampling.sampler import Sampler

    return Generator(Sampler.of(find_source(None if run is None else str(run))))


class Generator:
    """A trained generator: labels, attributes or words, and seeds in, pixels out."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    @property
    def header(self) -> CheckpointHeader:
        """What it was trained on, and for how long."""
        return self._sampler.header

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return self._sampler.header.classes

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The values of each attribute that it can be asked for, by name."""
        schema = self._sampler.header.conditioning.schema
        if not schema.steered_by_attributes:
            return {}
        return {attribute.name: attribute.values for attribute in schema.attributes}

    def sample(
        self,
        label: int | str | None = None,
        n: int | None = None,
        *,
        seed: int | None = None,
        seeds: Iterable[int] | None = None,
        truncation: float = 1.0,
        codes: Mapping[str, float] | None = None,
        set: Mapping[str, str | float] | None = None,  # noqa: A002
        text: str | Sequence[str] | None = None,
    ) -> NDArray[np.uint8]:
        """Draw images of one class, or of each class for ``"all"``; of attributes, or of words.

        Args:
            label: an index, a class name, ``"all"``, or a blend such as ``"3:0.7,8:0.3"``;
                None for a generator that knows no labels, or where ``codes`` has c0.
            n: how many of each class, from ``seed`` on; one if not given.
            seed: the first seed; 0 if not given.
            seeds: which seeds exactly, instead of ``n`` and ``seed``.
            truncation: in [0, 2]; below 1 the images are more typical and less varied.
            codes: the codes of InfoGAN to fix, such as ``{"c1": -1.5}``; ``{"c0": 3}`` is a
                category instead of a label.
            set: attributes to fix, such as ``{"hair": "blond", "angle": 30}``, each a value, an
                index, a blend such as ``"blond:0.5,red:0.5"``, or a number; what is not named is
                drawn by the seed, as it goes together in the data.
            text: a caption, or several, for a generator that learned captions; never a file. There
                are ``n`` images of each, in order.

        Returns:
            uint8 [N, H, W], or [N, H, W, 3] for colour; the same seed gives the same pixels.

        Raises:
            UsageError: an unknown class, code, name, value or word, a number out of range, a label
                that is missing, or one for a generator that knows none, or beside c0; or more
                images than fit into memory.
        """
        from ganctl.engine.data.pixels import channels_last

        if codes is not None and not isinstance(codes, Mapping):
            raise UsageError("The codes are not names with values.", "Give such as {'c1': -1.5}.")
        if set is not None and not isinstance(set, Mapping):
            raise UsageError("set is not names with values.", 'Give such as {"hair": "blond"}.')
        if isinstance(text, bytes) or not isinstance(text, Iterable | None):
            raise UsageError(f"text {text!r} is no caption.", 'Give such as "red hair".')
        with _naming_arguments():
            request = SampleRequest(
                labels=() if label is None else (str(label),),
                settings=set or (),
                texts=(text,) if isinstance(text, str) else tuple(map(str, text or ())),
                files=False,
                seeds=_chosen_seeds(n, seed, seeds),
                codes=[f"{name}={value}" for name, value in (codes or {}).items()],
                truncation=truncation,
            )
            plan = request.plan(self.header.conditioning)
        return channels_last(self._sampler.draw(plan))


@contextmanager
def _naming_arguments() -> Iterator[None]:
    """Let a ``UsageError``, which names flags of the command line, name arguments instead."""
    try:
        yield
    except UsageError as error:
        error.args = (_with_arguments(str(error)),)
        error.hint = _with_arguments(error.hint)
        raise


def _with_arguments(text: str) -> str:
    text = _WORDS.sub(r"text=\1", text)
    text = _SETTING.sub(r'set={"\1": "\2"}', text)
    for flag, argument in _RENAMED.items():
        text = text.replace(flag, argument)
    return _FLAG.sub(lambda flag: flag[1].replace("-", "_"), text)


def _chosen_seeds(
    n: int | None, seed: int | None, seeds: Iterable[int] | None
) -> range | tuple[int, ...]:
    if seeds is None:
        return choose_seeds(n, seed, "n")
    if n is not None or seed is not None:
        raise UsageError("seeds excludes n and seed.", "Give either the seeds or how many.")
    if not isinstance(seeds, Iterable):
        raise UsageError(f"seeds {seeds!r} is not several seeds.", "Give a list of numbers.")
    return tuple(check_seed(number, "seed") for number in seeds)
