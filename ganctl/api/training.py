"""Training from Python: options as keywords, data from memory, a bar, and a callback."""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from ganctl.api.memory import Kept, is_in_memory, keep, name_of
from ganctl.api.progress import Bar, bar
from ganctl.api.run import Run, check_reference
from ganctl.api.wording import naming_arguments
from ganctl.errors import RunError, UsageError
from ganctl.requests.checks import check_out, check_switch
from ganctl.requests.training import TrainRequest
from ganctl.runs.resume import resumed_run
from ganctl.runs.run import Run as Folder
from ganctl.runs.run import new_run
from ganctl.signals import StopRequest, stop_on_signals

if TYPE_CHECKING:
    from torch import Tensor

    from ganctl.engine.training.loop import StepReport

Keywords = ParamSpec("Keywords")


class Pairs(Protocol):
    """A data set of pairs of image and label, such as a ``Dataset`` of PyTorch's."""

    def __getitem__(self, index: Any, /) -> Any:
        """Return the pair of a number."""


PathText: TypeAlias = "str | os.PathLike[str]"
Data: TypeAlias = (
    "PathText | tuple[Any, ...] | Mapping[str, Any] | NDArray[Any] | Tensor | Pairs | Iterable[Any]"
)


@dataclass(frozen=True, kw_only=True)
class TrainCall(TrainRequest):
    """The keywords of ``train``: the options of a run, of types that suit Python, and its own."""

    data: Data = "mnist"  # type: ignore[assignment]
    labels: PathText | None = None  # type: ignore[assignment]
    condition: str | Sequence[str] = ()  # type: ignore[assignment]
    log: str | Sequence[str] = ()  # type: ignore[assignment]
    name: str | None = None
    out: PathText | None = None
    resume: PathText | Run | None = None
    on_report: Callable[[StepReport], object] | None = None
    progress: bool = True


def _with_keywords_of(
    call: Callable[Keywords, TrainCall],
) -> Callable[[Callable[..., Run]], Callable[Keywords, Run]]:
    """Let a function that takes any keywords show those that make a call, and their types."""

    def decorate(function: Callable[..., Run]) -> Callable[Keywords, Run]:
        @wraps(function)
        def spelled_out(*arguments: Keywords.args, **keywords: Keywords.kwargs) -> Run:
            return function(*arguments, **keywords)

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
def train(
    *,
    data: Data | None = None,
    name: str | None = None,
    out: PathText | None = None,
    resume: PathText | Run | None = None,
    on_report: Callable[[StepReport], object] | None = None,
    progress: bool | None = True,
    **options: Any,
) -> Run:
    """Train a conditional GAN from start to end, or resume a run.

    The keywords are the options of ``ganctl train``, with underscores, and those below.

    >>> run = ganctl.train(data=(images, labels), steps=20, batch=16, name="mine")
    >>> run
    <Run mine: rpgan on data from memory, step 20, finished...>
    >>> ganctl.train(resume=run, steps=40).progress.step
    40

    Ctrl-C (an interrupted notebook) and SIGTERM end it after the step: everything is saved, and
    ``resume`` resumes it. Outside of the main thread, where Python hears no signals, the last
    checkpoint is what stays.

    Args:
        data: a name or a path, as on the command line; or data from memory: ``(images, labels)``
            or ``(images, labels, class_names)``, arrays or tensors; a dictionary of arrays with the
            names of an ``.npz``; a ``Dataset`` or a list of pairs of an image and a label; or
            images alone, for a model without labels. Images are [N, H, W], [N, H, W, C] or
            [N, C, H, W], uint8 or floats in [0, 1] or [-1, 1]; labels are numbers or texts [N], or
            one-hot [N, K]. They are kept below the home, in ``data/``, once for the same content,
            so that the run can be resumed and evaluated. ``run.data["summary"]`` says what was
            read.
        name: the run's name below the home; by date and time if None.
        out: the run's folder, instead of one below the home.
        resume: a run, or RUN: it is trained further, where its length counts from its start.
        on_report: called with each ``StepReport``. If it returns False, the training ends there,
            saved; what it raises is raised again, once the run is saved.
        progress: whether a bar is shown, where there is a terminal or a notebook.

    Returns:
        The run: finished, or stopped by ``on_report``.

    Raises:
        GanctlError: an option, the data or the disk is not as it should be.
        KeyboardInterrupt: after Ctrl-C; the run is saved.
        SystemExit: after SIGTERM or a hangup; the run is saved.
    """
    if on_report is not None and not callable(on_report):
        raise UsageError("on_report is not callable.", "Give a function of one StepReport.")
    if unknown := sorted(options.keys() - {each.name for each in fields(TrainRequest)}):
        raise TypeError(f"train() got an unexpected keyword argument {unknown[0]!r}")
    if resume is not None:
        check_reference("resume", resume)
    given = {option: value for option, value in options.items() if value is not None}
    with naming_arguments():
        show = check_switch("progress", True if progress is None else progress)
        kept = keep(data) if is_in_memory(data) else None
    if kept is not None:
        given["data"] = str(kept.path)
    elif data is not None:
        given["data"] = os.fspath(cast("PathText", data))
    run: Folder | None = None
    with naming_arguments(kept.names if kept else None), _forgotten_unless_used(kept, lambda: run):
        run = _run_of(given, name, out, resume)
        follower = _Follower(run, on_report)
        title = _title_of(run)
        with bar(title, show=show) as shown, stop_on_signals(_say_nothing) as signalled:
            follower.train(signalled, shown)
    follower.raise_what_happened()
    if signalled.number == signal.SIGINT:
        raise KeyboardInterrupt(f"saved: {run.resume_command}")
    if signalled():
        raise SystemExit(signalled.exit_code)
    return Run(run)


def _title_of(run: Folder) -> str:
    config = run.config
    data = name_of(config.data)
    what = f"{config.model} on {data}" if config.is_settled else data
    return f"{run.name}: {what}, {config.budget}"


def _run_of(
    given: dict[str, Any], name: str | None, out: PathText | None, resume: PathText | Run | None
) -> Folder:
    """Return a new run, or the one that is resumed."""
    if resume is None:
        folder = None if out is None else check_out(out)
        return new_run(TrainRequest(**given), name=name, out=folder)
    if name is not None or out is not None:
        raise UsageError("resume resumes a run where it is.", "Leave out name and out.")
    return resumed_run(str(resume.folder) if isinstance(resume, Run) else os.fspath(resume), given)


@contextmanager
def _forgotten_unless_used(kept: Kept | None, run: Callable[[], Folder | None]) -> Iterator[None]:
    """Let an error before a run begins leave nothing behind of data from memory."""
    try:
        yield
    except BaseException:
        made = run()
        if kept is not None and (made is None or not _is_written(made)):
            kept.forget()
        raise


def _is_written(run: Folder) -> bool:
    """Return whether a run's own file says by now that it is of these data."""
    try:
        return Folder.open(run.folder).config.data == run.config.data
    except RunError:
        return False


def _say_nothing(_text: str) -> None:
    """Keep a note to itself, where nobody asked for a bar."""


class _Follower:
    """Trains a run and passes its reports on to a bar and a callback, which may stop it."""

    def __init__(self, run: Folder, on_report: Callable[[StepReport], object] | None) -> None:
        self._run = run
        self._on_report = on_report
        self._is_over = False
        self._error: BaseException | None = None

    def train(self, signalled: StopRequest, shown: Bar | None) -> None:
        """Train to the end, or until a signal or the callback asks to stop."""
        from ganctl.engine.training.loop import train as train_steps

        reports = train_steps(
            self._run,
            should_stop=lambda: self._is_over or signalled(),
            on_progress=shown.prepare if shown else None,
            on_note=shown.note if shown else _say_nothing,
        )
        for report in reports:
            if shown is not None:
                shown.update(report)
            if self._on_report is not None:
                self._pass_on(report, self._on_report)

    def raise_what_happened(self) -> None:
        """Raise what the callback raised, if it did; the run is saved by now."""
        if self._error is None:
            return
        if sys.version_info >= (3, 11):
            run = self._run
            self._error.add_note(
                f"The run {run.name} is saved at step {run.progress.step:,}; resume it by "
                f'ganctl.train(resume="{run.reference}").'
            )
        raise self._error

    def _pass_on(self, report: StepReport, on_report: Callable[[StepReport], object]) -> None:
        try:
            answer = on_report(report)
        except BaseException as error:  # Whatever it is: the run is to be saved first.
            self._error = error
        if self._error is not None or (isinstance(answer, (bool, np.bool_)) and not answer):
            self._is_over = True
