"""Image files drawn for a test, and how they are read."""

import zipfile

import numpy as np
from PIL import Image

from ganctl.files.tree import open_tree
from ganctl.readers.decoding import read_pictures
from ganctl.readers.labelled import PictureFile, Pictures, Split
from ganctl.requests.data import ReadOptions


def draw(mode="RGB", size=(32, 32), seed=0):
    """A disc on a ground that goes from dark to light, in any mode that Pillow draws in."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    disc = (x - 0.4) ** 2 + (y - 0.5) ** 2 < 0.08
    ground = 40 + 160 * (x + y) / 2 + seed % 7
    rgb = np.stack([np.where(disc, 220, ground), ground, 255 - ground], -1).astype(np.uint8)
    image = Image.fromarray(rgb)
    if mode == "F":
        return Image.fromarray((ground / 255).astype(np.float32))
    if mode in ("I;16", "I"):
        return Image.fromarray((ground * 257).astype(np.uint16 if mode == "I;16" else np.int32))
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.fromarray(np.where(disc, 255, 0).astype(np.uint8)))
    if mode == "LAB":
        return Image.frombytes("LAB", size, rgb.tobytes())
    return image.convert(mode)


def save(path, image, **options):
    """Save an image, in a folder that need not be there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


def folder(root, count=4, **how):
    """Two class folders of the same kind of image."""
    for seed in range(count):
        save(root / "ab"[seed % 2] / f"{seed:03}.png", draw(seed=seed, **how))
    return root


def zipped(root):
    """The folder as a zip beside it."""
    path = root.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(root))
    return path


def pictures_in(path, test=()):
    """What a layout of class folders names: a folder below ``test`` is of the test split."""
    tree = open_tree(path)
    files = [PictureFile(entry, entry.parts[-2]) for entry in tree.entries]
    parts: dict[Split, list[PictureFile]] = {
        "train": [f for f in files if f.entry.parts[0] != "test"]
    }
    if len(parts["train"]) < len(files):
        parts["test"] = [f for f in files if f.entry.parts[0] == "test"]
    return Pictures("class folders", tree, parts, {".svg": 2}, ("A remark of the layout.",))


def read(path, on_progress=None, **options):
    """The reading of a folder or zip of class folders."""
    return read_pictures(pictures_in(path), ReadOptions(**options), on_progress)


def one(tmp_path, image, name="a/x.png", options=None, **how):
    """The pixels of one image, saved and read."""
    root = tmp_path / "one"
    save(root / name, image, **(options or {}))
    return read(root, **how).parts["train"].images[0]


def near(found, meant, within=2):
    """Whether two images differ by no more than rounding."""
    found, meant = np.asarray(found).astype(int), np.asarray(meant).astype(int)
    assert found.shape == meant.shape
    return np.abs(found - meant).max() <= within
