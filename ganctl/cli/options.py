"""Arguments and options that several commands share, and how they complete."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, get_origin, get_type_hints

import typer

from ganctl.cli import console
from ganctl.cli.completion import (
    complete_choices,
    complete_from,
    complete_label,
    complete_run,
    complete_setting,
)
from ganctl.errors import FileError, GanctlError, RunError, RunNotFound, UsageError
from ganctl.requests.checks import Group, check_out
from ganctl.requests.conditions.labels import parse_labels
from ganctl.requests.data import DATA_SETS, check_data_exists
from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for
from ganctl.requests.training import OPTIONS, TrainRequest, flag_of
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.header import remember_data
from ganctl.runs.locate import (
    PRETRAINED_DEFAULT,
    PRETRAINED_FACES,
    PRETRAINED_WORDS,
    RunSource,
    find_source,
    read_source,
)

STDOUT = Path("-")
INPUT = "Input"
SETTINGS = "Settings"
OUTPUT = Group.OUTPUT.value


RunArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="A run by name, prefix or path, a .safetensors file, or pretrained/NAME. Its best "
        "checkpoint is used; RUN@latest and RUN@STEP name others. Default: latest.",
        show_default=False,
        autocompletion=complete_run,
        rich_help_panel=INPUT,
    ),
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--digit",
        "--class",
        "-c",
        metavar="LABEL",
        help="A class by index or name, all, several such as 3,5, or a blend such as 3:0.7,8:0.3; "
        "a name with a comma or a colon in double quotes. Repeatable.",
        autocompletion=complete_label,
        rich_help_panel=INPUT,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Fix an attribute, such as hair=blond, a blend hair=blond:0.5,red:0.5, or a number "
        "angle=30; those not named are drawn by the seed as they go together in the data. "
        "Repeatable.",
        show_default=False,
        autocompletion=complete_setting,
        rich_help_panel=INPUT,
    ),
]
TextOption = Annotated[
    list[str] | None,
    typer.Option(
        "--text",
        metavar="WORDS",
        help="Words to draw, for a run that learned captions, or a text file with a caption a "
        "line. Repeatable.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", "-f", help="Overwrite what is there.", rich_help_panel=OUTPUT),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object on stdout.", rich_help_panel=OUTPUT),
]

QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="No bars, no words.", rich_help_panel=OUTPUT)
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", "-n", help="Say what would be done; write nothing.", rich_help_panel=OUTPUT
    ),
]


def scale_option(default: int) -> Any:
    """Return the option ``--scale`` of a command whose default is ``default``."""
    return typer.Option(
        "--scale",
        metavar="PIXELS",
        help=f"Make each pixel this many pixels wide. Default: {default}.",
        show_default=False,
        rich_help_panel=SETTINGS,
    )


def check_out_or_stdout(out: str) -> Path:
    """Return the path that ``--out`` gives; ``-`` alone, and not ``./-``, is stdout."""
    path = check_out(out)
    return path.absolute() if path == STDOUT and out != str(STDOUT) else path


OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="The file to write, or - for stdout. Default: a name that says what it shows, in this "
        "folder.",
        show_default=False,
        parser=check_out_or_stdout,
        rich_help_panel=OUTPUT,
    ),
]
NamesOption = Annotated[
    bool | None,
    typer.Option(
        "--names/--no-names",
        help="Write names around the images. Default: on everything that a person looks at.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]


def is_stdout(out: Path | None, *, json: bool) -> bool:
    """Return whether ``--out`` is ``-``, which means stdout.

    Raises:
        UsageError: ``--json`` would write there too, or stdout is a terminal.
    """
    if out != STDOUT:
        return False
    if json:
        raise UsageError("--out - and --json both write to stdout.", "Give one of them.")
    if sys.stdout.isatty():
        raise UsageError(
            "--out - would write an image file to the terminal.",
            "Send it to a file or a program, as in: --out - > FILE.png",
        )
    return True


DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DATA",
        help="Where the run's data lie now, if they were moved; it is remembered.",
        show_default=False,
        autocompletion=complete_from([*DATA_SETS]),
        rich_help_panel=INPUT,
    ),
]


def check_moved(data: str | None) -> str | None:
    """Return what ``--data`` of a run says, absolute if it is a path.

    Raises:
        UnknownName: there is nothing.
    """
    if data is None:
        return None
    check_data_exists(data)
    where: str = OPTIONS["data"].check("--data", data)
    return where


def remember_moved(source: RunSource, data: str | None) -> None:
    """Let a run remember where its data were found, or say why it does not."""
    if data is None or source.run is None or data == source.run.config.data:
        return
    try:
        remember_data(source.run.folder, data)
    except (FileError, RunError) as error:
        console.note(f"where the data lie now is not remembered: {error}")


def stand_in(*, of_attributes: bool = False, of_words: bool = False) -> str:
    """Return the bundled generator that a command uses before there is any run."""
    if of_words:
        return PRETRAINED_WORDS
    return PRETRAINED_FACES if of_attributes else PRETRAINED_DEFAULT


def open_source(
    run: str | None,
    *,
    of_attributes: bool = False,
    of_words: bool = False,
    label_option: str = "--digit",
) -> tuple[RunSource, CheckpointHeader]:
    """Return what RUN means and its header, and say so where it is a stand-in.

    Args:
        run: RUN.
        of_attributes: whether an attribute is asked for, so that before there is any run the
            bundled faces stand in.
        of_words: the same of words.
        label_option: the option that takes classes, for whoever gives one in the place of RUN.
    """
    try:
        source = find_source(run, stand_in(of_attributes=of_attributes, of_words=of_words))
    except RunNotFound as error:
        if run and _is_label(run):
            hint = f"A class is {label_option} {quote(run)}. {error.hint}"
            raise RunNotFound(str(error), hint) from error
        raise
    if source.note:
        console.note(source.note)
    return source, read_source(source, read_checkpoint_header)


def _is_label(text: str) -> bool:
    """Return whether a text names classes of what ``latest`` means."""
    try:
        header = read_source(find_source(None), read_checkpoint_header)
        parse_labels([text], header.classes)
    except GanctlError:
        return False
    return True


def with_train_options(
    names: Iterable[str] = OPTIONS,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options of ``TrainRequest``, all or some, in place of its ``**given``.

    It is called with those that the user named.
    """
    chosen = tuple(names)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def call(**arguments: Any) -> None:
            options = {name: arguments.pop(name) for name in chosen}
            given = {name: value for name, value in options.items() if value not in (None, [])}
            command(**arguments, **given)

        own = inspect.signature(command, eval_str=True).parameters.values()
        kept = [
            parameter.replace(kind=parameter.KEYWORD_ONLY)
            for parameter in own
            if parameter.kind is not parameter.VAR_KEYWORD
        ]
        parameters = [*_train_parameters(chosen), *kept]
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return call

    return decorate


def _train_parameters(names: Iterable[str]) -> Iterator[inspect.Parameter]:
    types = get_type_hints(TrainRequest)
    for name in names:
        option = OPTIONS[name]
        default = _default_words(name)
        described = typer.Option(
            flag_of(name),
            metavar=option.metavar,
            help=f"{option.help} Default: {default}." if default else option.help,
            show_default=False,
            autocompletion=complete_choices(option),
            rich_help_panel=option.group.value,
        )
        yield inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[_typed(types[name]), described],
        )


def _typed(kind: Any) -> Any:
    """Return the type of an option's values: one that has several is repeatable."""
    return (list[str] if get_origin(kind) is tuple else kind) | None


def _default_words(name: str) -> str:
    """Return the default of an option, with those of the models and recipes that have another."""
    if name == "epochs":
        return _defaults_by_recipe("budget")
    if OPTIONS[name].by_recipe:
        return _defaults_by_recipe(name)
    return OPTIONS[name].default


def _defaults_by_recipe(field: str) -> str:
    recipes = {name.value: recipe for name, recipe in RECIPES.items()}
    if field != "model":
        of_models = {model.value: recipe_for(RecipeName.MODERN, model) for model in Model}
        of_models[Model.RPGAN.value] = RECIPES[RecipeName.SWIFT]
        recipes = of_models | recipes
    usual = RECIPES[RecipeName.SWIFT]
    others: dict[str, list[str]] = {}
    for name, recipe in recipes.items():
        others.setdefault(_words(recipe, field), []).append(name)
    del others[_words(usual, field)]
    named = "; ".join(f"{', '.join(names)}: {value}" for value, names in others.items())
    return f"{_words(usual, field)} ({named})" if named else _words(usual, field)


def _words(recipe: object, field: str) -> str:
    value = getattr(recipe, field)
    return str(getattr(value, "value", value))
