"""What ``fuzz.py`` feeds: readers of one input below a folder, and the inputs it starts from."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import json
import lzma
import random
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from ganctl.cli.commands.info import _readable, _run_facts, _weights_facts
from ganctl.cli.made_files import made_by_facts
from ganctl.engine.models.weights import load_discriminator, load_generator, save_generator
from ganctl.engine.training.checkpoint import load_state, save_state
from ganctl.engine.training.state import TrainState, new_state
from ganctl.errors import CheckpointError, FileError
from ganctl.files.idx import idx_bytes, read_idx
from ganctl.files.text import printable
from ganctl.pictures.exports import _folders
from ganctl.pictures.images import png_bytes, read_image, read_metadata
from ganctl.pictures.provenance import Origin
from ganctl.readers.reading import read
from ganctl.requests.budget import Progress
from ganctl.requests.conditions.labels import one_hot
from ganctl.requests.conditions.schema import Attribute, Quantity
from ganctl.requests.data import ReadOptions
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.evaluation.attributes import Described, Obeyed, Share
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import Figure, JudgeResult, Measurements
from ganctl.runs.evaluation.tables import comparison, page
from ganctl.runs.header import RunHeader, RunStatus, write_header
from ganctl.runs.locate import RunSource, find
from ganctl.runs.run import Run


@dataclass(frozen=True)
class Target:
    """One reader, and the inputs that it starts from; ``json`` if these are JSON."""

    read: Callable[[Path, bytes], object]
    seeds: Callable[[], list[bytes]]
    json: bool = False


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# Checkpoints: a whole file, then the parts that chance would seldom get past safetensors' reader.


def safetensors(place: Path, data: bytes) -> None:
    read_checkpoint_header(put(place / "x.safetensors", data))


def header(place: Path, data: bytes) -> None:
    metadata = {**tiny_card().as_metadata(), "card": data.decode(errors="replace")}
    path = put(place / "x.safetensors", safetensors_file({"__metadata__": metadata}, b""))
    read_checkpoint_header(path)
    _readable(_weights_facts(RunSource("x", path)))


def weights(place: Path, data: bytes) -> None:
    path = put(place / "x.safetensors", struct.pack("<Q", len(data)) + data)
    with path.open("r+b") as file:  # Zeros that take no place on the disk.
        file.truncate(8 + len(data) + TENSOR_BYTES)
    with contextlib.suppress(CheckpointError):
        load_generator(path)
    with contextlib.suppress(CheckpointError):
        load_discriminator(path)
    load_state(tiny_state(), path)


def run_json(place: Path, data: bytes) -> None:
    put(place / "runs" / "demo" / "run.json", data)
    run = Run.open(place / "runs" / "demo")
    run.is_complete()
    _readable(_run_facts(run))


def metrics(place: Path, data: bytes) -> None:
    folder = place / "runs" / "demo"
    put(folder / "run.json", run_seeds()[0])
    put(folder / "metrics.jsonl", data)
    run = Run.open(folder)
    run.last_quality()
    run.rewind(10)


def evaluation(place: Path, data: bytes) -> None:
    folder = place / "runs" / "demo"
    put(folder / "run.json", run_seeds()[0])
    put(folder / "evaluation.json", data)
    found = Run.open(folder).evaluation()
    if found is not None:
        page(found)
        comparison([found, found])
        json.dumps(found.as_json())


def pointer(place: Path, data: bytes) -> None:
    put(place / "runs" / "latest", data)
    find("latest")


def png(place: Path, data: bytes) -> None:
    path = put(place / "x.png", data)
    with contextlib.suppress(FileError):
        read_metadata(path)
    read_image(path)


def png_text(place: Path, data: bytes) -> None:
    text = b"ganctl\0" + data
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))
    whole = png_seeds()[1]
    path = put(place / "x.png", whole[:33] + chunk + whole[33:])
    _readable(made_by_facts(path))


def idx(place: Path, data: bytes) -> None:
    """The first byte says how the rest is packed: not, or packed here, or as it is."""
    kind, rest = (data[0] if data else 0) % 5, data[1:]
    packed = gzip.compress(rest) if kind == 1 else lzma.compress(rest) if kind == 2 else rest
    read_idx(put(place / f"x{['', '.gz', '.xz', '.gz', '.xz'][kind]}", packed))


def npz(place: Path, data: bytes) -> None:
    read(put(place / "x.npz", data), ReadOptions(), keep=False)


def npy(place: Path, data: bytes) -> None:
    """Arrays behind one another in a sound zip file; the first byte names which one changes."""
    kind, rest = (data[0] if data else 0) % 3, data[1:]
    members = dict(zip(("images", "labels", "class_names"), array_members(), strict=True))
    members[("images", "labels", "class_names")[kind]] = rest
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    npz(place, buffer.getvalue())


def picture(place: Path, data: bytes) -> None:
    put(place / "data" / "a" / "x.png", data)
    put(place / "data" / "a" / "y.png", png_seeds()[0])
    read(place / "data", ReadOptions(image_size=8), keep=False)


def names(place: Path, data: bytes) -> None:
    """class-names.txt, and what becomes of such names as folders, labels and words."""
    folder = place / "idx"
    count = min(50, max(2, len(data.splitlines())))
    put(folder / "train-images-idx3-ubyte", idx_bytes(np.zeros((count, 8, 8), np.uint8)))
    put(folder / "train-labels-idx1-ubyte", idx_bytes(np.arange(count, dtype=np.uint8)))
    put(folder / "class-names.txt", data)
    classes = read(folder, ReadOptions(), keep=False).parts["train"].classes
    assert all(printable(name) == name for name in classes)
    folders = _folders((one_hot(index, classes) for index in range(len(classes))), classes)
    assert len({name.casefold() for name in folders.values()}) == len(folders)
    for name in folders.values():
        assert len(name.encode()) < 256 and name == name.strip(". ") and not set(name) & set("/\\:")


HOSTILE: list[Any] = [
    *(None, True, 0, -1, 1.5, 10**9, 2**63, 10**30, 1e308, -1e308, float("nan"), float("inf")),
    *("", "x" * 300, "\x1b[2J", "\ud800", "../x", "NaN", "ganctl sample x; y"),
    *([], [[]], {}, {"": 0}),
]


def changed_json(text: bytes, chance: random.Random) -> bytes:
    """Return JSON in which one value is another; bytes that are not JSON as they are."""
    lines = text.split(b"\n")
    place = chance.randrange(len(lines))
    try:
        whole = [json.loads(lines[place])]
    except (ValueError, RecursionError):
        return text
    parent: Any = whole
    key: Any = 0
    while isinstance(parent[key], (dict, list)) and parent[key] and chance.random() < 0.9:
        parent = parent[key]
        key = chance.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    what = chance.randrange(4)
    if what == 0 and isinstance(parent, dict):
        del parent[key]
    elif what == 1:
        parent[key] = [parent[key]] * chance.randrange(4)
    else:
        parent[key] = chance.choice(HOSTILE)
    lines[place] = json.dumps(whole[0]).encode()
    return b"\n".join(lines)


# What the fuzzer starts from.


def tiny_spec() -> NetworkSpec:
    return NetworkSpec("modern", 8, 1, 2, 4)


def tiny_card() -> CheckpointHeader:
    progress = Progress(step=1, images_seen=64, seconds=0.5)
    return CheckpointHeader("0.1", "cgan", "modern", "mnist", ("a", "b"), tiny_spec(), progress)


@functools.cache
def tiny_state() -> TrainState:
    return new_state(tiny_spec(), RECIPES[RecipeName.MODERN], 0, torch.device("cpu"))


TENSOR_BYTES = 1 << 22


def safetensors_file(header: dict[str, Any], tensors: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + tensors


def safetensors_seeds() -> list[bytes]:
    header = {
        "__metadata__": tiny_card().as_metadata(),
        "x": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    }
    return [safetensors_file(header, bytes(24))]


def card_seeds() -> list[bytes]:
    labelled = tiny_card().as_metadata()["card"]
    coded = json.loads(labelled)
    coded["network"] |= {"name": "infogan", "classes": 0, "categories": 2, "continuous": 2}
    coded["code_map"] = {"category_of_class": [1, 0], "error": 0.25}
    return [labelled.encode(), json.dumps(coded).encode()]


def weights_seeds() -> list[bytes]:
    """The header of a whole training, and that of its generator alone, over zeros."""
    with tempfile.TemporaryDirectory() as place:
        path, state = Path(place) / "x", tiny_state()
        for network, optimizer in (
            (state.generator, state.generator_optimizer),
            (state.discriminator, state.discriminator_optimizer),
        ):
            for parameter in network.parameters():
                parameter.grad = torch.zeros_like(parameter)
            optimizer.step()
        save_state(state, tiny_card(), path)
        files = [path.read_bytes()]
        save_generator(state.generator_ema, tiny_card(), path, torch.float16)
        files.append(path.read_bytes())
    headers = []
    for content in files:
        length = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + length])
        # The tail has one size for all, so a last tensor takes what is left.
        end = max(v["data_offsets"][1] for k, v in header.items() if k != "__metadata__")
        header["rest"] = {
            "dtype": "U8",
            "shape": [TENSOR_BYTES - end],
            "data_offsets": [end, TENSOR_BYTES],
        }
        headers.append(json.dumps(header).encode())
    return headers


def run_seeds() -> list[bytes]:
    """A run as it is written today, and as the first format had it."""
    header = RunHeader(
        config=TrainRequest(steps=10),
        created="2026-01-01T00:00:00+00:00",
        status=RunStatus.FINISHED,
        data={
            "name": "mnist",
            "classes": ["a", "b"],
            "count": 100,
            "shape": [1, 8, 8],
            "fingerprint": "ab",
        },
        progress=Progress(step=10, images_seen=640, seconds=2.5),
        parameters={"generator": 5},
        best={"step": 10, "feature_distance": 1.5, "label_accuracy": 0.5},
        alarms=[{"step": 3, "kind": "collapse", "message": "few"}],
    )
    with tempfile.TemporaryDirectory() as place:
        write_header(Path(place), header)
        today = json.loads((Path(place) / "run.json").read_bytes())
    first = {key: value for key, value in today.items() if key != "recipe"}
    # One line each: what changes a value of JSON does so within a line.
    return [json.dumps(found).encode() for found in (today, first | {"format_version": 1})]


def metrics_seeds() -> list[bytes]:
    lines = [
        {"step": step, "images_seen": 64 * step, "generator_loss": 0.5, "feature_distance": 2.5}
        for step in (5, 10, 15)
    ]
    return ["\n".join(map(json.dumps, lines)).encode()]


def evaluation_seeds() -> list[bytes]:
    values = {"feature_distance": 1.5, "density": 0.9, "coverage": 0.8}
    measurements = Measurements(Confusion.of(((5, 1), (2, 4))), values)
    judge = JudgeResult("quick", "ab", measurements, measurements)
    figures: dict[str, Any] = dict.fromkeys(
        ("run", "model", "data", "fingerprint", "ganctl_version", "split"), "x"
    )
    found = Evaluation(
        **figures, step=1, classes=("a", "b"), n=12, seconds=1.0, judges=(judge,),
        scores={"cas": Figure(0.5, 0.6)},
    )  # fmt: skip
    obeyed = Obeyed((Confusion.of(((5, 1), (2, 4))),), (0.5,), Share(9, 12), Share(1, 2), None)
    measurements = Measurements(None, values, obeyed)
    of_parts = replace(
        found,
        classes=(),
        judges=(JudgeResult("quick", "ab", measurements, measurements),),
        described=Described((Attribute("hair", ("red", "blond")),), (Quantity("angle", 0, 9),)),
        settings={"hair": "red"},
        cas_by_attribute={"hair": Figure(0.5, 0.6)},
    )
    return [json.dumps(each.as_json()).encode() for each in (found, of_parts)]


def png_seeds() -> list[bytes]:
    grey = np.arange(64, dtype=np.uint8).reshape(8, 8)
    colour = np.stack([grey] * 3, axis=-1)
    return [png_bytes(grey, {"step": 3, "command": "ganctl sample x"}), png_bytes(colour)]


def png_text_seeds() -> list[bytes]:
    return [json.dumps(Origin("demo", 3).metadata("sample", labels=["3:0.5,8:0.5"])).encode()]


def idx_seeds() -> list[bytes]:
    plain = idx_bytes(np.eye(5, dtype=np.uint8))
    return [bytes([kind]) + plain for kind in range(3)] + [
        b"\3" + gzip.compress(plain),
        b"\4" + lzma.compress(plain),
    ]


def array_members() -> list[bytes]:
    arrays = [np.zeros((2, 8, 8), np.uint8), np.array([0, 1]), np.array(["a", "b"])]
    members = []
    for array in arrays:
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, array)
        members.append(buffer.getvalue())
    return members


def npz_seeds() -> list[bytes]:
    seeds = []
    for write in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        write(buffer, images=np.zeros((2, 8, 8), np.uint8), labels=np.array([0, 1]))
        seeds.append(buffer.getvalue())
    return seeds


def picture_seeds() -> list[bytes]:
    seeds = []
    for kind in ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "ICO"):
        buffer = io.BytesIO()
        Image.effect_noise((9, 7), 50).convert("RGB").save(buffer, kind, sizes=[(9, 7)])
        seeds.append(buffer.getvalue())
    return seeds


TARGETS = {
    "safetensors": Target(safetensors, safetensors_seeds),
    "card": Target(header, card_seeds, json=True),
    "weights": Target(weights, weights_seeds, json=True),
    "run.json": Target(run_json, run_seeds, json=True),
    "metrics.jsonl": Target(metrics, metrics_seeds, json=True),
    "evaluation.json": Target(evaluation, evaluation_seeds, json=True),
    "latest": Target(pointer, lambda: [b"demo\n"]),
    "png": Target(png, png_seeds),
    "png-text": Target(png_text, png_text_seeds, json=True),
    "idx": Target(idx, idx_seeds),
    "npz": Target(npz, npz_seeds),
    "npy": Target(npy, lambda: [bytes([i]) + m for i, m in enumerate(array_members())]),
    "image": Target(picture, picture_seeds),
    "class-names": Target(names, lambda: [b"cat\nT-shirt/top\n", "CON\nÉ\nE\u0301".encode()]),
}
