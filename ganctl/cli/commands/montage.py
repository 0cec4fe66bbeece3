"""``ganctl montage``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_attribute, complete_swept
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    STDOUT,
    DataOption,
    ForceOption,
    JsonOption,
    LabelOption,
    NamesOption,
    OutFile,
    RunArgument,
    SetOption,
    TextOption,
    check_moved,
    is_stdout,
    open_source,
    remember_moved,
    scale_option,
)
from ganctl.cli.sheets import GENERATED, NEIGHBOURS, REAL, Subject, asked_options
from ganctl.errors import UnknownName, UsageError
from ganctl.files.atomic import check_file, write_results
from ganctl.requests.checks import check_count
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.codes import continuous_names
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.names import changed_options
from ganctl.requests.drawing.sample import LARGEST_SCALE
from ganctl.requests.drawing.sheets import COLS, SheetRequest
from ganctl.requests.seeds import check_seed
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

EXAMPLES = (
    "ganctl montage --scale 3",
    "ganctl montage pretrained/avatars --rows hair --columns eyes",
    "ganctl montage --neighbours --cols 5",
)
ColsOption = Annotated[
    int,
    typer.Option(
        "--cols",
        metavar="NUMBER",
        help="Images in a row. With --columns: seeds, a row each, or numbers of a quantity. "
        "Default: 10.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
SeedOption = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="SEED",
        help="The first column's seed. Default: 0.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
RowsOption = Annotated[
    str | None,
    typer.Option(
        "--rows",
        metavar="NAME",
        help="An attribute whose values go down, a row each. Default: the first that --set leaves.",
        show_default=False,
        autocompletion=complete_attribute,
        rich_help_panel=INPUT,
    ),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAME",
        help="An attribute whose values go across; with --rows all else is by one seed.",
        show_default=False,
        autocompletion=complete_attribute,
        rich_help_panel=INPUT,
    ),
]
SCALE = 2
ScaleOption = Annotated[int, scale_option(SCALE)]
SweepOption = Annotated[
    str | None,
    typer.Option(
        "--sweep",
        metavar="CODE",
        help="Sweep a code of InfoGAN from -2 to 2 across, with the others at 0 and the "
        "latent of --seed: c1, c2, or all, a sheet for each.",
        show_default=False,
        autocompletion=complete_swept,
        rich_help_panel=INPUT,
    ),
]
RealOption = Annotated[
    bool,
    typer.Option(
        "--real", help="Show real images of the run's data instead.", rich_help_panel=INPUT
    ),
]
NeighboursOption = Annotated[
    bool,
    typer.Option(
        "--neighbours",
        help="Show each image, and the nearest training images to it in pixels and in a judge's "
        "features.",
        rich_help_panel=INPUT,
    ),
]


def montage(
    run: RunArgument = None,
    digit: LabelOption = None,
    settings: SetOption = None,
    text: TextOption = None,
    rows: RowsOption = None,
    columns: ColumnsOption = None,
    cols: ColsOption = COLS,
    seed: SeedOption = 0,
    scale: ScaleOption = SCALE,
    names: NamesOption = None,
    sweep: SweepOption = None,
    real: RealOption = False,
    neighbours: NeighboursOption = False,
    data: DataOption = None,
    out: OutFile = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Draw a sheet: a row for each class, value or caption, and a column for each seed.

    Prints its path.
    """
    check_count("--cols", cols, least=2 if sweep else 1, most=1000)
    check_count("--scale", scale, most=LARGEST_SCALE)
    _check_one({"--sweep": sweep, "--real": real, "--neighbours": neighbours}, data)
    request = SheetRequest(
        labels=digit or (),
        settings=settings or (),
        texts=text or (),
        rows=rows,
        columns=columns,
        cols=1 if sweep else cols,
        seed=check_seed(seed),
    )
    subject = _subject(run, request, cols, check_moved(data))
    kinds = _kinds(sweep, subject.header, real=real, neighbours=neighbours)
    subject.check_size(kinds[0], scale)
    to_stdout = is_stdout(out, json=json)
    if to_stdout and len(kinds) > 1:
        raise UsageError("--sweep all is several sheets, and stdout is one.", "Name one code.")
    shown = request.file_part(subject.plan, _changed(cols, seed, scale, names))
    files = {kind: _file(out, subject.source, (shown, kind), many=len(kinds) > 1) for kind in kinds}
    laid_out = {"rows": rows, "columns": columns, "cols": cols, "seed": seed, "scale": scale}
    kind_of = {"real": real, "neighbours": neighbours, "sweep": sweep}
    options = {**laid_out, "no-names": names is False, **kind_of}
    sheets = _drawn(subject, request, files, options, names=names is not False)
    if to_stdout:
        console.write_bytes(*sheets.values())
    else:
        write_results(sheets, force=force)
    remember_moved(subject.source, subject.data)
    if json:
        console.print_json(_facts(subject, request, files))
    elif not to_stdout:
        for path in files.values():
            console.print_path(path)


def _changed(cols: int, seed: int, scale: int, names: bool | None) -> list[str]:
    """Return what a default file name says of options that are not as by default."""
    numbers = {"cols": (cols, COLS), "seed": (seed, 0), "scale": (scale, SCALE)}
    return [*changed_options(numbers), *(["no-names"] if names is False else [])]


def _facts(subject: Subject, request: SheetRequest, files: Mapping[str, Path]) -> dict[str, Any]:
    """Return what was drawn, as ``sample --json`` says it; ``path`` is the first of ``paths``."""
    plan, paths = subject.plan, [str(path) for path in files.values()]
    rows, columns = subject.names(next(iter(files)))
    kinds = {Label: "labels", Caption: "text"}
    asked = {
        name: [each.text for each in plan.asked]
        for kind, name in kinds.items()
        if isinstance(plan.asked[0], kind)
    }
    return {
        "run": subject.source.reference,
        "path": paths[0],
        "paths": paths,
        **(asked or {"set": list(request.settings)}),
        "rows": list(rows),
        "columns": list(columns),
        "seeds": list(dict.fromkeys(seed for _, seed in plan.cells)),
    }


def _subject(run: str | None, request: SheetRequest, cols: int, data: str | None) -> Subject:
    asks = bool(request.settings or request.rows or request.columns)
    source, header = open_source(run, of_attributes=asks, of_words=bool(request.texts))
    plan = request.plan(header.conditioning)
    for note in plan.notes:
        console.note(note)
    return Subject(source, header, plan, cols, request.seed, data)


def _kinds(
    sweep: str | None, header: CheckpointHeader, *, real: bool, neighbours: bool
) -> list[str]:
    """Return the kinds of sheets that are wanted: several only of the sweep of all codes."""
    if sweep is not None:
        return _swept(sweep, header)
    return [REAL if real else NEIGHBOURS if neighbours else GENERATED]


def _drawn(
    subject: Subject,
    request: SheetRequest,
    files: Mapping[str, Path],
    options: Mapping[str, Any],
    *,
    names: bool,
) -> dict[Path, bytes]:
    """Return the sheet of each kind by its file."""
    asked = asked_options(subject.plan, request)
    labels = asked.pop("digit", [])
    sheets = {}
    for kind, path in files.items():
        shown = {**asked, **options, "sweep": kind if options["sweep"] else None}
        sheets[path] = subject.sheet(kind, options["scale"], names, labels, shown)
    return sheets


def _check_one(given: Mapping[str, object], data: str | None) -> None:
    names = [name for name, value in given.items() if value]
    if len(names) > 1:
        raise UsageError(f"{' and '.join(names)} exclude each other.", "Give one of them.")
    if data is not None and not (given["--real"] or given["--neighbours"]):
        raise UsageError(
            "--data says where real images lie.", "Add --real or --neighbours, or leave it out."
        )


def _swept(sweep: str, header: CheckpointHeader) -> list[str]:
    """Return the codes that ``--sweep`` names."""
    names = continuous_names(header.network)
    if not names:
        raise UsageError(
            "This generator has no codes to sweep.", "Only --model infogan learns codes."
        )
    if sweep == "all":
        return names
    if sweep not in names:
        raise UnknownName("code", sweep, [*names, "all"])
    return [sweep]


def _file(out: Path | None, source: RunSource, parts: tuple[str, str], *, many: bool) -> Path:
    """Return where a sheet of a kind goes, which can be written.

    Args:
        out: what the user said.
        source: the generator.
        parts: what the sheet shows beside its default, and its kind.
        many: whether ``out`` is of several kinds.
    """
    shown, kind = parts
    if out is None:
        words = ["montage", source.file_stem, shown, kind]
        path = Path("-".join(word for word in words if word) + ".png")
    elif out == STDOUT:
        return out
    elif out.suffix.lower() != ".png":
        raise UsageError(f"{out.name} does not end in .png.", "--out takes a .png file.")
    else:
        path = out.with_stem(f"{out.stem}-{kind}") if many else out
    check_file(path)
    return path
