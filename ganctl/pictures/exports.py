"""Samples as files: class folders of PNGs, one sheet, ``.npz`` arrays, IDX files."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import UsageError
from ganctl.files.atomic import (
    check_file,
    check_writable,
    write_atomically,
    write_result,
    write_results,
)
from ganctl.files.idx import idx_bytes
from ganctl.pictures import images
from ganctl.pictures.described import TABLE, Values, described_arrays, table_with
from ganctl.pictures.images import Images
from ganctl.pictures.lettering import Names, beside
from ganctl.pictures.provenance import Origin
from ganctl.requests.checks import choose
from ganctl.requests.conditions.asked import Single, options_of
from ganctl.requests.conditions.labels import UNLABELLED, Label, one_hot
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.drawing.sample import Format, SamplePlan
from ganctl.requests.drawing.sheets import SEED
from ganctl.requests.seeds import seeds_text

MAX_IDX_CLASSES = 256
FOREIGN_ENDINGS = ("jpg", "jpeg", "gif", "webp", "apng", "bmp", "tif", "tiff", "npy", "zip", "csv")


STDOUT = Path("-")
ARRAY = "ganctl"
"""The array of an ``.npz`` that says how to make it again, as JSON."""


@dataclass(frozen=True)
class Destination:
    """Where samples go: ``path`` is a file for a sheet or an ``.npz``, or stdout, else a folder."""

    path: Path
    format: Format
    sheet: bool

    @property
    def is_stdout(self) -> bool:
        """Whether it is stdout."""
        return self.path == STDOUT

    def check(self, plan: SamplePlan, *, side: int) -> None:
        """Refuse what cannot be written, before anything is computed.

        Args:
            plan: what will be written.
            side: the height and width of an image in pixels.

        Raises:
            FileError: there is a folder in the place of a file, or it cannot be written.
            UsageError: the sheet would be too large to be read again, or IDX files cannot say what
                the images are of.
        """
        if self.format is Format.IDX and not isinstance(plan.labels[0], Label):
            raise UsageError(
                "IDX files hold one class for each image, and these have several parts.",
                "Leave --format out for a folder with a labels.csv, or use --format npz.",
            )
        if self.sheet and len(plan) > 1:
            images.check_sheet(len(plan), _columns(len(plan.seeds)), side, side)
        if self.is_stdout:
            return
        if self.sheet or self.format is Format.NPZ:
            check_file(self.path)
        else:
            check_writable(self.path)


def choose_destination(
    out: Path | None, wanted: str | None, stem: str, also: str = ""
) -> Destination:
    """Return where samples go.

    Args:
        out: ``--out``; ``-`` is stdout.
        wanted: ``--format``.
        stem: the default name of a folder of class folders, in which several calls may meet.
        also: what else the default name of one file for all says.

    Raises:
        UnknownName: no such format.
        UsageError: the format does not match the path's ending.
    """
    ending = out.suffix.lower().removeprefix(".") if out is not None else ""
    by_ending = Format(ending) if ending in ("png", "npz") else None
    if ending in FOREIGN_ENDINGS:
        raise UsageError(
            f"Samples cannot be written as .{ending}.",
            "--out takes a folder, a .png for one sheet, or an .npz for arrays.",
        )
    kind = choose("format", wanted, Format) if wanted else by_ending or Format.PNG
    if by_ending is not None and by_ending is not kind:
        raise UsageError(
            f"--format {kind.value} does not match {out}.",
            "Leave --format out, or give --out a matching ending.",
        )
    if out is None:
        folder = Path("samples")
        whole = f"{stem}-{also}" if also else stem
        names = {Format.PNG: stem, Format.NPZ: f"{whole}.npz", Format.IDX: f"{whole}-idx"}
        return Destination(folder / names[kind], kind, sheet=False)
    if out == STDOUT:
        if kind is Format.IDX:
            raise UsageError(
                "IDX is several files, and stdout is one.", "Give --out a folder, or --format npz."
            )
        return Destination(out, kind, sheet=kind is Format.PNG)
    if kind is Format.NPZ and by_ending is None:
        raise UsageError(f"--format npz needs a file, not {out}.", "End --out in .npz.")
    return Destination(out, kind, sheet=by_ending is Format.PNG)


@dataclass(frozen=True)
class Samples:
    """The samples of one command, in order.

    ``images`` is uint8 [N, H, W] or [N, H, W, 3]; ``labels`` and ``seeds`` have N entries;
    ``classes`` are the names of all the run's classes; ``truncation``, ``codes`` and ``scale``
    are as requested; ``origin`` is the checkpoint. ``values`` float32 [N, attributes + quantities]
    are what each image is of, as ``schema`` has it, where that is more than a class. ``around`` is
    the picture of ``find`` that they start from. ``names`` says whether a sheet has names around
    it; None means where it has several images.
    """

    images: Images
    labels: tuple[Single, ...]
    seeds: tuple[int, ...]
    classes: tuple[str, ...]
    truncation: float
    codes: tuple[str, ...]
    scale: int
    origin: Origin
    schema: Schema = NO_SCHEMA
    values: Values = field(default_factory=lambda: np.empty((0, 0), np.float32))
    around: str | None = None
    names: bool | None = None

    def metadata(
        self, labels: Iterable[Single], seeds: Iterable[int], out: str = "FILE.png"
    ) -> dict[str, Any]:
        """Return the metadata for a file of these labels and seeds, called ``out``."""
        asked = options_of(tuple(labels))
        return self.origin.metadata(
            "sample",
            labels=asked.pop("digit", []),
            options={
                **asked,
                "seeds": seeds_text(seeds),
                "from": self.around,
                "code": list(self.codes) or None,
                "truncation": None if self.truncation == 1 else self.truncation,
                "scale": None if self.scale == 1 else self.scale,
                "names": self.names is True,
                "no-names": self.names is False,
            },
            out=out,
        )


def file_bytes(samples: Samples, destination: Destination) -> bytes:
    """Return samples as one file: a sheet or an ``.npz``."""
    return _sheet(samples) if destination.sheet else npz_bytes(_arrays(samples))


def write_samples(samples: Samples, destination: Destination, *, force: bool) -> Path:
    """Write samples and return the path of the file or folder.

    Raises:
        FileError: something else is there and ``force`` is false, or the disk is full.
        UsageError: the format cannot hold these images.
    """
    path = destination.path
    if destination.sheet or destination.format is Format.NPZ:
        write_result(path, file_bytes(samples, destination), force=force)
    elif destination.format is Format.IDX:
        files = {path / name: content for name, content in _idx_files(samples).items()}
        write_results(files, force=force)
    else:
        _write_folders(samples, path, force=force)
    return path


def _write_folders(samples: Samples, path: Path, *, force: bool) -> None:
    """Write a folder of images for each label, and what they are of where a folder says too little.

    A table that is there gets more rows.
    """
    folders = _folders(samples.labels, samples.classes)
    names = [
        f"{folders[label]}/seed{seed:04d}.png"
        for label, seed in zip(samples.labels, samples.seeds, strict=True)
    ]
    table = path / TABLE
    content = (
        table_with(table, names, samples.labels, samples.values, samples.schema)
        if samples.schema
        else None
    )
    files = {
        path / name: images.png_bytes(image, samples.metadata([label], [seed]))
        for name, image, label, seed in zip(
            names, samples.images, samples.labels, samples.seeds, strict=True
        )
    }
    write_results(files, force=force)
    if content is not None:
        write_atomically(table, content)


def _folders(labels: Iterable[Single], classes: Sequence[str]) -> dict[Single, str]:
    """Return a folder for each label, with a number added to names that would collide.

    Names that differ only in case collide, since some file systems ignore case; so do those of
    classes whose samples other commands write into the same folder.
    """
    folders: dict[Single, str] = {}
    taken: set[str] = set()
    distinct = list(dict.fromkeys(labels))
    known = distinct[0].classes if isinstance(distinct[0], Label) else 0
    singles = (one_hot(index, classes) for index in range(known))
    count = Counter(label.folder.casefold() for label in {*singles, *distinct})
    for place, label in enumerate(distinct):
        folder, number = label.folder, label.index if isinstance(label, Label) else place
        if count[folder.casefold()] > 1:
            folder = f"{label.folder}-{number}"
        while folder.casefold() in taken:
            number += 1
            folder = f"{label.folder}-{number}"
        taken.add(folder.casefold())
        folders[label] = folder
    return folders


def npz_bytes(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """Return an ``.npz`` file; unlike ``numpy.savez`` the same arrays give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            # A ZipInfo is dated 1980, whatever the time is.
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def _sheet(samples: Samples) -> bytes:
    """Return one picture: a row for each label, or the image itself if there is only one.

    A label of many seeds has several rows, the first of which has its name.
    """
    labels = list(dict.fromkeys(samples.labels))
    metadata = samples.metadata(labels, dict.fromkeys(samples.seeds))
    is_single = len(samples.images) == 1
    if is_single and not samples.names:
        return images.png_bytes(samples.images[0], metadata)
    per_label = len(samples.images) // len(labels)
    columns = _columns(per_label)
    laid_out = images.sheet(samples.images, columns)
    if samples.names is not False:
        more = [""] * (per_label // columns - 1)
        known = labels != [UNLABELLED]
        rows = [name for label in labels for name in (label.text, *more)] if known else []
        seeds = [] if more else [str(seed) for seed in samples.seeds[:per_label]]
        laid_out = beside(laid_out, Names(rows, seeds, [SEED] if seeds else []))
    return images.png_bytes(laid_out, metadata)


def _columns(per_label: int) -> int:
    """Return ten columns if they divide the images of a label evenly, else one row for each label.

    A long row is divided into equal ones, if possible.
    """
    if per_label % 10 == 0:
        return 10
    return next((columns for columns in range(32, 4, -1) if per_label % columns == 0), per_label)


def _arrays(samples: Samples) -> dict[str, NDArray[np.generic]]:
    labels = [label for label in samples.labels if isinstance(label, Label)]
    seeds = np.array(samples.seeds, np.int64)
    if not labels:
        described = described_arrays(samples.labels, samples.values, samples.schema)
        return {"images": samples.images, "seeds": seeds, **described, ARRAY: _said(samples)}
    arrays: dict[str, NDArray[np.generic]] = {
        "images": samples.images,
        "labels": np.array([label.index for label in labels], np.int64),
        "seeds": seeds,
        "class_names": np.array(samples.classes),
    }
    if any(label.is_blend for label in labels):
        arrays["label_weights"] = np.array([label.weights for label in labels], np.float32)
    return arrays | {ARRAY: _said(samples)}


def _said(samples: Samples) -> NDArray[np.generic]:
    """Return how to make an ``.npz`` again, as an array of one text."""
    labels, seeds = dict.fromkeys(samples.labels), dict.fromkeys(samples.seeds)
    return np.array(json.dumps(samples.metadata(labels, seeds, "FILE.npz"), sort_keys=True))


def _idx_files(samples: Samples) -> dict[str, bytes]:
    """Return the files of a data folder that ``--data`` can read."""
    if samples.images.ndim == 4:
        raise UsageError("IDX files hold only grey images.", "Use --format npz.")
    if len(samples.classes) > MAX_IDX_CLASSES:
        raise UsageError(f"IDX files hold at most {MAX_IDX_CLASSES} classes.", "Use --format npz.")
    labels = [label.index for label in samples.labels if isinstance(label, Label)]
    return {
        "train-images-idx3-ubyte": idx_bytes(samples.images),
        "train-labels-idx1-ubyte": idx_bytes(np.array(labels, np.uint8)),
        "class-names.txt": "".join(f"{name}\n" for name in samples.classes).encode(),
    }
