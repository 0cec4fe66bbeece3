"""What ``fuzz.py`` feeds the readers of data sets: archives, tables, pixels, headers, arrays."""

from __future__ import annotations

import functools
import gzip
import io
import json
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from benchmarks.safety.fuzz_targets import Target, put
from ganctl.readers.reading import line, read
from ganctl.requests.data import ReadOptions

NAMES = ("a", "b", "c")
OPTIONS = ReadOptions(image_size=8)


def read_data(path: Path, options: ReadOptions = OPTIONS) -> None:
    """Read, and say what was read: an input that passes must also have a line."""
    assert line(read(path, options, keep=False))


@functools.cache
def image(kind: int, ending: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(kind).integers(0, 255, (8, 8), np.uint8)
    Image.fromarray(pixels).save(buffer, ending)
    return buffer.getvalue()


# Archives: their bytes, then the names in a sound one.


def archive(place: Path, data: bytes) -> None:
    read_data(put(place / "x.zip", data))


def archive_names(place: Path, data: bytes) -> None:
    """A member for each line; what lies in it follows from its number."""
    with zipfile.ZipFile(place / "x.zip", "w") as file:
        for number, name in enumerate(data.split(b"\n")[:40]):
            member = zipfile.ZipInfo()
            member.filename = name.decode(errors="replace")
            file.writestr(member, image(number))
    read_data(place / "x.zip")


def zip_of(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def archive_seeds() -> list[bytes]:
    classes = {f"{name}/{number}.png": image(number) for name in NAMES for number in range(2)}
    table = {"labels.csv": b"file,label\n0.png,a\n1.png,b\n", "0.png": image(0), "1.png": image(1)}
    shards = {f"00000/img{number:08d}.png": image(number) for number in range(2)}
    labels = {"labels": [[name, number] for number, name in enumerate(shards)]}
    arrays = {"data.npz": npz_of(JSON_OF_ARRAYS)}
    return [
        zip_of(classes),
        zip_of(classes, zipfile.ZIP_DEFLATED),
        zip_of(table),
        zip_of({**shards, "dataset.json": json.dumps(labels).encode()}),
        zip_of(arrays, zipfile.ZIP_DEFLATED),
    ]


def archive_names_seeds() -> list[bytes]:
    return [
        b"a/0.png\na/1.png\nb/0.png\nb/1.png",
        b"x/train/a/0.png\nx/train/b/0.png\nx/test/a/0.png\nx/val/b/1.png\n__MACOSX/._0.png",
        b"a\\0.png\nb\\0.png\n./e/1.png\nf//0.png",
        b"a/0.png\nc/../0.png\n/d/0.png\nC:0.png",
        "é/0.png\ne\u0301/0.png\n日本/0.PNG\nREADME.md\nimages/0.jpg\nmasks/0.jpg".encode(),
    ]


# Tables beside three images: the first byte says what the table is called.

TABLES = ("labels.csv", "labels.tsv", "list_attr_celeba.txt", "list_attr_celeba.csv", "train.csv")


def beside_images(place: Path, name: str, content: bytes) -> Path:
    folder = place / "table"
    shutil.rmtree(folder, ignore_errors=True)
    for number, image_name in enumerate(NAMES):
        put(folder / f"{image_name}.png", image(number))
    put(folder / name, content)
    return folder


def table(place: Path, data: bytes) -> None:
    kind, content = (data[0] if data else 0) % len(TABLES), data[1:]
    read_data(beside_images(place, TABLES[kind], content))


def table_seeds() -> list[bytes]:
    return [
        b"\0file_name,label\na.png,x\nb.png,y\nc.png,x\n",
        b"\0id;breed;split\na;x;train\nb;y;train\nc;x;test\n",
        b"\0image,x,y\na.png,1,0\nb.png,0,1\nc.png,1,0\n",
        b'\0a.png,"x, z"\nb.png,y\nc.png,y\na.png,"x, z"\nb.png,y\n',
        b"\1" + "path\tclass\n./a.png\tÄ\nb.png\tÖ\nc.png\tÄ\n".encode("utf-16"),
        b"\1" + "path\tclass\na.png\tÄ\nb.png\tÖ\nc.png\tÄ\n".encode("latin-1"),
        b"\0023\nRound\na.png 1\nb.png -1\nc.png 1\na.png 1\nb.png -1\n",
        b"\3image_id,Round\na.png,1\nb.png,-1\nc.png,1\na.png,1\nb.png,-1\n",
    ]


def dataset_json(place: Path, data: bytes) -> None:
    read_data(beside_images(place, "dataset.json", data))


def metadata_jsonl(place: Path, data: bytes) -> None:
    read_data(beside_images(place, "metadata.jsonl", data))


def dataset_json_seeds() -> list[bytes]:
    return [json.dumps({"labels": [["a.png", 0], ["b.png", 1], ["c.png", 0]]}).encode()]


def metadata_jsonl_seeds() -> list[bytes]:
    rows = [{"file_name": f"{name}.png", "label": name, "split": "train"} for name in NAMES]
    return ["\n".join(map(json.dumps, rows)).encode()]


# Pixels in text: the first byte says whether they are packed.


def pixels(place: Path, data: bytes) -> None:
    kind, content = (data[0] if data else 0) % 3, data[1:]
    packed = gzip.compress(content) if kind == 1 else content
    read_data(put(place / ("x.csv", "x.csv.gz", "y.csv.gz")[kind], packed))


def pixels_seeds() -> list[bytes]:
    rows = [",".join(map(str, [label, *range(label, label + 64)])) for label in range(3)]
    header = ",".join(["label", *(f"pixel{i}" for i in range(64))])
    plain = "\n".join(rows).encode()
    headed = f"{header}\n".encode() + plain
    last = "\n".join(",".join([*["0.25"] * 63, f"0.{label}", f"c{label}"]) for label in range(3))
    named = ",".join([*(f"p{i}" for i in range(64)), "class\n"]).encode() + last.encode()
    plainly = [plain, headed, named, plain.replace(b",", b";")]
    return [*(b"\0" + text for text in plainly), b"\1" + headed, b"\2" + gzip.compress(headed)]


# Parquet: its bytes, whose reader is Arrow's, then sound files of odd values.


def parquet(place: Path, data: bytes) -> None:
    read_data(put(place / "x.parquet", data))


def parquet_rows(place: Path, data: bytes) -> None:
    """JSON: the columns, and what Hugging Face writes about them."""
    try:
        told = json.loads(data)
        columns = {str(name): values for name, values in told["columns"].items()}
        content = parquet_of(columns, told.get("features"))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError,
            pa.ArrowException):  # fmt: skip
        return  # It is no table.
    parquet(place, content)


def parquet_of(columns: dict[str, Any], features: Any = None) -> bytes:
    def value(found: Any) -> Any:
        """Let numbers stand for images: JSON has no bytes."""
        if isinstance(found, dict):
            return {key: value(v) if key == "bytes" else v for key, v in found.items()}
        return image(found) if isinstance(found, int) and 0 <= found < 9 else b"x"

    tables = {
        name: [value(v) for v in values] if name == "image" else values
        for name, values in columns.items()
    }
    rows = pa.table(tables)
    if features is not None:
        told = json.dumps({"info": {"features": features}})
        rows = rows.replace_schema_metadata({"huggingface": told})
    buffer = io.BytesIO()
    pq.write_table(rows, buffer)
    return buffer.getvalue()


def rows_json() -> list[dict[str, Any]]:
    images = [{"bytes": number, "path": f"{number}.png"} for number in range(3)]
    label = {"_type": "ClassLabel", "names": ["a", "b", "c"]}
    return [
        {"columns": {"image": images, "label": [0, 1, 2]}, "features": {"label": label}},
        {"columns": {"image": [0, 1, 2], "class": ["a", "b", None]}},
    ]


def parquet_rows_seeds() -> list[bytes]:
    return [json.dumps(rows).encode() for rows in rows_json()]


def parquet_seeds() -> list[bytes]:
    return [parquet_of(rows["columns"], rows.get("features")) for rows in rows_json()]


# EXIF in each container: the first byte says which.


def exif(place: Path, data: bytes) -> None:
    kind, block = (data[0] if data else 0) % 3, data[1:65_000]
    buffer = io.BytesIO()
    if kind < 2:
        picture = Image.new("RGB", (9, 7), "teal")
        picture.save(buffer, ("JPEG", "WEBP")[kind], exif=b"Exif\0\0" + block)
        content = buffer.getvalue()
    else:
        chunk = b"eXIf" + block
        whole = image(0)
        told = struct.pack(">I", len(block)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        content = whole[:33] + told + whole[33:]
    put(place / "exif" / "a" / "0.jpg", content)
    put(place / "exif" / "a" / "1.jpg", image(1))
    read_data(place / "exif")


def exif_seeds() -> list[bytes]:
    seeds = []
    for kind in range(3):
        for orientation in (1, 6):
            found = Image.Exif()
            found[0x0112] = orientation
            found[0x010F] = "camera"
            seeds.append(bytes([kind]) + found.tobytes().removeprefix(b"Exif\0\0"))
    return seeds


# Arrays by any key, type and shape: JSON says which, the values are zeros and ones.

JSON_OF_ARRAYS: dict[str, Any] = {
    "images": {"type": "|u1", "shape": [3, 8, 8]},
    "labels": {"type": "<i8", "shape": [3]},
}


def npz_of(described: dict[str, Any]) -> bytes:
    return zip_of({f"{name}.npy": npy_of(array) for name, array in described.items()})


def npy_of(array: dict[str, Any]) -> bytes:
    """Return an array as it claims to be; the header is written by hand, to say anything."""
    shape = tuple(array["shape"])
    header = {"descr": array["type"], "fortran_order": bool(array.get("fortran")), "shape": shape}
    text = repr(header).encode("latin-1").ljust(117) + b"\n"
    count = int(min(np.prod([max(0, int(side)) for side in shape], dtype=float), 5000))
    values = np.arange(count) % 3
    try:
        content = values.astype(array["type"]).tobytes()
    except Exception:  # NumPy knows no such type; the reader has to say so.
        content = values.tobytes()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + content


def npz_arrays(place: Path, data: bytes) -> None:
    try:
        content = npz_of(json.loads(data))
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
            struct.error):  # fmt: skip
        return  # It says no arrays.
    read_data(put(place / "x.npz", content))


def npz_arrays_seeds() -> list[bytes]:
    def described(**arrays: tuple[str, list[int]]) -> bytes:
        members = {name: {"type": t, "shape": s} for name, (t, s) in arrays.items()}
        return json.dumps(members).encode()

    return [
        json.dumps(JSON_OF_ARRAYS).encode(),
        described(x_train=("|u1", [4, 8, 8, 3]), y_train=("|u1", [4, 1]),
                  x_test=("|u1", [2, 8, 8, 3]), y_test=("|u1", [2, 1])),
        described(data=("<f8", [5, 64]), target=("<i4", [5])),
        described(train_images=(">u2", [4, 3, 8, 8]), train_labels=("<f4", [4, 3])),
        described(arr_0=("|b1", [8, 8, 6]), arr_1=("<U2", [6])),
    ]  # fmt: skip


def target(read: Callable[[Path, bytes], object], *, json: bool = False) -> Target:
    """Return a target whose seeds are what the function of its name gives."""
    return Target(read, globals()[f"{read.__name__}_seeds"], json=json)


DATA_TARGETS = {
    "zip": target(archive),
    "zip-names": target(archive_names),
    "table": target(table),
    "dataset.json": target(dataset_json, json=True),
    "metadata.jsonl": target(metadata_jsonl, json=True),
    "csv-pixels": target(pixels),
    "parquet": target(parquet),
    "parquet-rows": target(parquet_rows, json=True),
    "exif": target(exif),
    "npz-arrays": target(npz_arrays, json=True),
}
