"""``ganctl export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_from
from ganctl.cli.options import (
    INPUT,
    OUTPUT,
    SETTINGS,
    ForceOption,
    JsonOption,
    RunArgument,
    open_source,
)
from ganctl.files.atomic import check_file, write_result
from ganctl.requests.checks import check_out, choose, values
from ganctl.requests.generators.exports import ExportFormat, ExportRequest, Pixels, choose_format

EXAMPLES = (
    "ganctl export --format html",
    "ganctl export pretrained/avatars --out faces.onnx --pixels uint8",
    "ganctl export --format safetensors --half --json",
)

FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help=f"{', '.join(values(ExportFormat))}. Default: what --out ends in.",
        show_default=False,
        autocompletion=complete_from(values(ExportFormat)),
        rich_help_panel=INPUT,
    ),
]
PixelsOption = Annotated[
    str,
    typer.Option(
        "--pixels",
        metavar="KIND",
        help="What an ONNX file returns: float, from -1 to 1, or uint8, from 0 to 255. "
        "Default: float.",
        show_default=False,
        autocompletion=complete_from(values(Pixels)),
        rich_help_panel=SETTINGS,
    ),
]
HalfOption = Annotated[
    bool,
    typer.Option(
        "--half",
        help="Keep the weights of a .safetensors in half precision: half the size, pixels within "
        "2 of 255.",
        rich_help_panel=SETTINGS,
    ),
]
OutPath = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="PATH",
        help="The file to write. Default: RUN-NAME with the format's ending, in this folder.",
        show_default=False,
        parser=check_out,
        rich_help_panel=OUTPUT,
    ),
]


def export(
    run: RunArgument = None,
    format: FormatOption = None,  # noqa: A002
    pixels: PixelsOption = Pixels.FLOAT.value,
    half: HalfOption = False,
    out: OutPath = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Write the generator as one file: a page that draws, ONNX, or its weights alone.

    Prints its path.
    """
    request = ExportRequest(
        format=choose_format(format, out), pixels=choose("pixels", pixels, Pixels), half=half
    )
    source, _ = open_source(run)
    path = out or Path(request.file_name(source.file_stem))
    check_file(path)

    from ganctl.engine.exporting.formats import export as exported

    made = exported(source, request)
    write_result(path, made.content, force=force)
    if json:
        facts = {"run": source.reference, "path": str(path), **request.options, **made.facts}
        console.print_json({**facts, "bytes": len(made.content)})
        return
    for port in [*made.facts.get("inputs", ()), *made.facts.get("outputs", ())]:
        console.say(port)
    console.print_path(path)
