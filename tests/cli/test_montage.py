"""``ganctl montage``: a row for each class, a column for each seed."""

from pathlib import Path

import numpy as np
import pytest

from ganctl.engine.data import load
from ganctl.images import read_image, read_metadata


def picture(path):
    return read_image(Path(path))


def cells(sheet, rows, columns, size):
    """Return the images of a sheet drawn at scale 1, and check the lines between."""
    assert sheet.shape == (rows * (size + 1) + 1, columns * (size + 1) + 1)
    assert (sheet[:: size + 1] == 128).all()
    assert (sheet[:, :: size + 1] == 128).all()
    inner = [
        [sheet[r * (size + 1) + 1 :][:size, c * (size + 1) + 1 :][:, :size] for c in range(columns)]
        for r in range(rows)
    ]
    return np.array(inner)


def test_rows_are_classes_and_columns_seeds(ganctl, trained):
    assert (
        ganctl("montage", "--scale", "1", "--cols", "4", "--seed", "2").out == "montage-lines.png\n"
    )
    grid = cells(picture("montage-lines.png"), 2, 4, 8)
    ganctl("sample", "--digit", "down", "--seeds", "5", "--out", "one.png")
    assert np.array_equal(grid[1, 3], picture("one.png"))
    assert not np.array_equal(grid[0], grid[1])


def test_the_default_is_ten_columns_at_double_size(ganctl, trained):
    ganctl("montage")
    assert picture("montage-lines.png").shape == (2 * (2 * 9 + 1), 2 * (10 * 9 + 1))


def test_classes_in_the_order_asked_for(ganctl, trained):
    ganctl("montage", "--class", "1", "--class", "0", "--scale", "1", "--out", "a.png")
    ganctl("montage", "--scale", "1", "--out", "b.png")
    a, b = (cells(picture(name), 2, 10, 8) for name in ("a.png", "b.png"))
    assert np.array_equal(a, b[::-1])


def test_it_equals_the_last_preview(ganctl, trained):
    ganctl("montage", "--scale", "1", "--out", "a.png")
    assert np.array_equal(picture("a.png"), picture(trained.previews()[-1]))


def test_real_images_are_the_datas(ganctl, trained, tiny_data):
    result = ganctl("montage", "--real", "--scale", "1", "--cols", "3")
    assert result.out == "montage-lines-real.png\n"
    grid = cells(picture("montage-lines-real.png"), 2, 3, 8)
    data = load(str(tiny_data))
    for row, members in enumerate(data.images[data.labels == label, 0] for label in (0, 1)):
        known = {image.numpy().tobytes() for image in members}
        assert all(image.tobytes() in known for image in grid[row])


@pytest.mark.parametrize(
    "options", [["--seed", "3"], ["--real", "--seed", "3"], ["-c", "0:0.5,1:0.5"]]
)
def test_the_command_in_the_picture_makes_it_again(ganctl, trained, options):
    path = ganctl("montage", *options).out.strip()
    command = read_metadata(Path(path))["command"].split()
    assert ganctl(*[word.replace("FILE", "again") for word in command[1:]]).out == "again.png\n"
    assert np.array_equal(picture("again.png"), picture(path))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--cols", "0"], "--cols 0"),
        (["--scale", "-1"], "--scale -1"),
        (["--seed", "-1"], "--seed -1"),
        (["--class", "9"], "Class 9 is out of range"),
        (["--out", "a.jpg"], "does not end in .png"),
        (["--real", "-c", "0:0.5,1:0.5"], "no real images of a blend"),
    ],
)
def test_bad_requests_write_nothing(ganctl, trained, options, message):
    result = ganctl("montage", *options)
    assert result.code == 2
    assert message in result.err
    assert list(Path().iterdir()) == []


def test_nothing_is_overwritten(ganctl, trained):
    Path("montage-lines.png").write_text("mine")
    result = ganctl("montage")
    assert result.code == 1
    assert "montage-lines.png already exists" in result.err
    assert Path("montage-lines.png").read_text() == "mine"
    assert ganctl("montage", "--force").code == 0
    assert picture("montage-lines.png").shape == (2 * (2 * 9 + 1), 2 * (10 * 9 + 1))


def test_data_that_are_gone(ganctl, trained, tmp_path):
    from dataclasses import replace

    from ganctl.engine import checkpoint

    generator, card = checkpoint.load_generator(trained.latest_checkpoint())
    import torch

    lost = replace(card, data=str(tmp_path / "gone.npz"))
    checkpoint.save_generator(generator, lost, tmp_path / "x.safetensors", torch.float32)
    result = ganctl("montage", tmp_path / "x.safetensors", "--real")
    assert result.code == 1
    assert "There is no data set at" in result.err
