"""``ganctl montage``: a row for each class, a column for each seed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ganctl.engine.data.dataset import load
from ganctl.engine.evaluation.nearest_training_images import beside_neighbours
from ganctl.engine.evaluation.reals import reals_of
from ganctl.pictures.images import GAP, read_image, read_metadata


def picture(path):
    return read_image(Path(path))


def cells(sheet, rows, columns, size):
    """Return the images of a sheet drawn at scale 1, and check the lines between.

    Names stand at the left and above.
    """
    height, width = rows * (size + 1) + 1, columns * (size + 1) + 1
    assert sheet.shape[0] < height + 80
    assert sheet.shape[1] < width + 80
    sheet = sheet[-height:, -width:]
    assert (sheet[:: size + 1] == 128).all()
    assert (sheet[:, :: size + 1] == 128).all()
    inner = [
        [sheet[r * (size + 1) + 1 :][:size, c * (size + 1) + 1 :][:, :size] for c in range(columns)]
        for r in range(rows)
    ]
    return np.array(inner)


def test_rows_are_classes_and_columns_seeds(ganctl, trained):
    assert (
        ganctl("montage", "--scale", "1", "--cols", "4", "--seed", "2").out
        == "montage-lines-cols-4-seed-2-scale-1.png\n"
    )
    grid = cells(picture("montage-lines-cols-4-seed-2-scale-1.png"), 2, 4, 8)
    ganctl("sample", "--digit", "down", "--seeds", "5", "--out", "one.png")
    assert np.array_equal(grid[1, 3], picture("one.png"))
    assert not np.array_equal(grid[0], grid[1])


def test_the_default_is_ten_columns_at_double_size(ganctl, trained):
    ganctl("montage")
    ganctl("montage", "--no-names")
    bare = picture("montage-lines-no-names.png")
    assert bare.shape == (2 * (2 * 9 + 1), 2 * (10 * 9 + 1))
    named = picture("montage-lines.png")
    assert np.array_equal(named[-bare.shape[0] :, -bare.shape[1] :], bare)
    assert (named[0] == 255).all()
    assert (named[:, 0] == 255).all()


def test_classes_in_the_order_asked_for(ganctl, trained):
    ganctl("montage", "--class", "1", "--class", "0", "--scale", "1", "--out", "a.png")
    ganctl("montage", "--scale", "1", "--out", "b.png")
    a, b = (cells(picture(name), 2, 10, 8) for name in ("a.png", "b.png"))
    assert np.array_equal(a, b[::-1])


def test_it_equals_the_last_preview(ganctl, trained):
    ganctl("montage", "lines@latest", "--scale", "1", "--out", "a.png")
    assert np.array_equal(picture("a.png"), picture(trained.previews()[-1]))


def test_it_is_of_the_best_checkpoint(ganctl, trained):
    ganctl("montage", "--scale", "1", "--out", "a.png")
    best = trained.preview_path(int(trained.best["step"]))
    assert np.array_equal(picture("a.png"), picture(best))


def test_real_images_are_the_datas(ganctl, trained, tiny_data):
    result = ganctl("montage", "--real", "--scale", "1", "--cols", "3")
    assert result.out == "montage-lines-cols-3-scale-1-real.png\n"
    grid = cells(picture("montage-lines-cols-3-scale-1-real.png"), 2, 3, 8)
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
    assert picture("montage-lines.png").shape > (2 * (2 * 9 + 1), 2 * (10 * 9 + 1))


def test_data_that_are_gone(ganctl, trained, tmp_path):
    from dataclasses import replace

    from ganctl.engine.models import weights

    generator, header = weights.load_generator(trained.latest_checkpoint())
    import torch

    lost = replace(header, data=str(tmp_path / "gone.npz"))
    weights.save_generator(generator, lost, tmp_path / "x.safetensors", torch.float32)
    result = ganctl("montage", tmp_path / "x.safetensors", "--real")
    assert result.code == 1
    assert f"The data at {tmp_path / 'gone.npz'} are gone." in result.err


def test_without_labels_every_place_has_its_own_seed(ganctl, trained_gan):
    ganctl("montage", "--scale", "1", "--cols", "4", "--seed", "2")
    grid = cells(picture("montage-free-cols-4-seed-2-scale-1.png"), 10, 4, 8)
    assert len({image.tobytes() for row in grid for image in row}) == 40
    ganctl("sample", "--seeds", "2-41", "--out", "a.npz")
    assert np.array_equal(grid.reshape(40, 8, 8), np.load("a.npz")["images"])


def test_without_labels_it_equals_the_last_preview(ganctl, trained_gan):
    ganctl("montage", "free@latest", "--scale", "1")
    preview = picture(trained_gan.previews()[-1])
    assert cells(preview, 10, 10, 8).shape == (10, 10, 8, 8)
    assert np.array_equal(picture("montage-free-latest-scale-1.png"), preview)


@pytest.mark.parametrize("run", ["trained_gan", "trained_infogan"])
def test_real_images_have_classes_whatever_the_model_knows(ganctl, request, tiny_data, run):
    name = request.getfixturevalue(run).name
    assert ganctl("montage", "--real", "--scale", "1", "--cols", "3").code == 0
    grid = cells(picture(f"montage-{name}-cols-3-scale-1-real.png"), 2, 3, 8)
    data = load(str(tiny_data))
    for label, row in enumerate(grid):
        known = {image.numpy().tobytes() for image in data.images[data.labels == label, 0]}
        assert all(image.tobytes() in known for image in row)


def test_each_image_stands_beside_its_nearest_training_images(ganctl, trained, tiny_data):
    result = ganctl("montage", "--neighbours", "--scale", "1", "--cols", "2", "--seed", "3")
    assert result.out == "montage-lines-cols-2-seed-3-scale-1-neighbours.png\n"
    sheet = picture("montage-lines-cols-2-seed-3-scale-1-neighbours.png")
    sheet = sheet[-(2 * 9 + 1) :, -(6 * 9 + 1 + GAP) :]
    threes = [
        [sheet[1 + 9 * r :][:8, 1 + 9 * c + GAP * (c // 3) :][:, :8] for c in range(6)]
        for r in range(2)
    ]
    grid = np.array(threes).reshape(2, 2, 3, 8, 8)
    ganctl("montage", "--scale", "1", "--cols", "2", "--seed", "3", "--out", "a.png")
    assert np.array_equal(grid[:, :, 0], cells(picture("a.png"), 2, 2, 8))
    real = load(str(tiny_data)).images[:, 0].numpy()
    known = {image.tobytes() for image in real}
    for sample, in_pixels, in_features in grid.reshape(4, 3, 8, 8):
        apart = ((real.astype(float) - sample) ** 2).sum(axis=(1, 2))
        assert ((in_pixels.astype(float) - sample) ** 2).sum() == apart.min()
        assert in_features.tobytes() in known
    command = read_metadata(Path("montage-lines-cols-2-seed-3-scale-1-neighbours.png"))["command"]
    assert "--neighbours" in command


def test_training_images_are_nearest_to_themselves(tiny_data):
    dataset = load(str(tiny_data))
    threes = beside_neighbours(dataset.images[:12], reals_of(dataset)).view(12, 3, 8, 8)
    assert all(torch.equal(three[0], three[1]) for three in threes)
    assert all(torch.equal(three[0], three[2]) for three in threes)


@pytest.mark.parametrize("options", [["--real", "--neighbours"], ["--sweep", "c1", "--neighbours"]])
def test_only_one_kind_of_sheet_at_a_time(ganctl, trained, options):
    result = ganctl("montage", *options)
    assert result.code == 2
    assert "exclude each other" in result.err


@pytest.mark.parametrize("options", [["--digit", "0"], ["--real", "--digit", "0"]])
def test_without_labels_there_are_no_rows_to_choose(ganctl, trained_gan, options):
    result = ganctl("montage", *options)
    assert result.code == 2
    assert "--model gan trains without labels" in result.err
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("options", [["--seed", "3"], ["--real", "--cols", "3"]])
def test_without_labels_the_command_makes_it_again(ganctl, trained_gan, options):
    path = Path(ganctl("montage", *options).out.strip())
    command = read_metadata(path)["command"].split()
    ganctl(*[word.replace("FILE", "again") for word in command[1:]])
    assert Path("again.png").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("code", ["c1", "c2"])
def test_a_sweep_lets_one_code_vary_and_the_others_rest(ganctl, trained_infogan, code):
    result = ganctl("montage", "--sweep", code, "--cols", "5", "--seed", "3", "--scale", "1")
    assert (result.code, result.out) == (0, f"montage-coded-cols-5-seed-3-scale-1-{code}.png\n")
    grid = cells(picture(f"montage-coded-cols-5-seed-3-scale-1-{code}.png"), 2, 5, 8)
    other = {"c1": "c2", "c2": "c1"}[code]
    for column, value in enumerate((-2, -1, 0, 1, 2)):
        codes = ["--code", f"{code}={value}", "--code", f"{other}=0"]
        ganctl("sample", "--digit", "all", "--seed", "3", *codes, "--out", "a.npz", "--force")
        assert np.array_equal(grid[:, column], np.load("a.npz")["images"])
    assert not np.array_equal(grid[:, 0], grid[:, -1])


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], ["montage-coded-c1.png", "montage-coded-c2.png"]),
        (["--out", "new/a.png"], ["new/a-c1.png", "new/a-c2.png"]),
    ],
)
def test_a_sweep_of_all_is_a_sheet_for_each_code(ganctl, trained_infogan, options, names):
    assert ganctl("montage", "--sweep", "all", *options).out.splitlines() == names
    assert sorted(str(path) for path in Path().rglob("*.png")) == names
    for name, code in zip(names, ("c1", "c2"), strict=True):
        command = read_metadata(Path(name))["command"].split()
        assert command[command.index("--sweep") + 1] == code
        ganctl(*[word.replace("FILE", f"again-{code}") for word in command[1:]])
        assert Path(f"again-{code}.png").read_bytes() == Path(name).read_bytes()


def test_a_sweep_of_one_code_takes_its_name_from_out(ganctl, trained_infogan):
    assert ganctl("montage", "--sweep", "c2", "--out", "a.png").out == "a.png\n"


def test_a_sweep_needs_one_seed_alone(ganctl, trained_infogan):
    assert ganctl("montage", "--sweep", "c1", "--seed", str(2**63 - 1)).code == 0
    result = ganctl("montage", "--seed", str(2**63 - 1))
    assert result.code == 2
    assert "--seed plus the number of images" in result.err


def test_a_sweep_of_some_classes(ganctl, trained_infogan):
    ganctl(
        "montage", "--sweep", "c1", "-c", "down", "--cols", "3", "--scale", "1", "--out", "a.png"
    )
    ganctl("montage", "--sweep", "c1", "--cols", "3", "--scale", "1", "--out", "b.png")
    some, every = cells(picture("a.png"), 1, 3, 8), cells(picture("b.png"), 2, 3, 8)
    assert np.array_equal(some[0], every[1])


def test_one_taken_sheet_stops_both(ganctl, trained_infogan):
    taken = Path("montage-coded-c2.png")
    taken.write_text("mine")
    result = ganctl("montage", "--sweep", "all")
    assert result.code == 1
    assert f"{taken} already exists" in result.err
    assert list(Path().iterdir()) == [taken]
    assert taken.read_text() == "mine"


@pytest.mark.parametrize(
    ("run", "options", "message", "hint"),
    [
        ("trained_infogan", ["--sweep", "c1", "--real"], "exclude each other", "one of them"),
        ("trained_infogan", ["--sweep", "c3"], "no code 'c3'", "c1, c2, all"),
        ("trained_infogan", ["--sweep", "c0"], "no code 'c0'", "c1, c2, all"),
        ("trained_infogan", ["--sweep", ""], "no code ''", "c1, c2, all"),
        ("trained_infogan", ["--sweep", "c1", "--cols", "1"], "--cols 1", "from 2"),
        ("trained", ["--sweep", "c1"], "no codes to sweep", "--model infogan"),
        ("trained", ["--sweep", "all"], "no codes to sweep", "--model infogan"),
        ("trained_gan", ["--sweep", "c1"], "no codes to sweep", "--model infogan"),
    ],
)
def test_bad_sweeps_write_nothing(ganctl, request, run, options, message, hint):
    request.getfixturevalue(run)
    result = ganctl("montage", *options)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err
    assert list(Path().iterdir()) == []


def test_many_classes_are_shown_at_even_distances(ganctl, tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.engine.evaluation.judges.QUICK_STEPS", 3)
    images = np.zeros((80, 8, 8), np.uint8)
    np.savez(tmp_path / "many.npz", images=images, labels=np.arange(80) % 40)
    options = ("--data", tmp_path / "many.npz", "--steps", 1, "--batch", 8, "--name", "many")
    said = ganctl("train", *options)
    assert said.code == 0
    assert "Previews show 32 of the 40 classes." in said.err
    default = ganctl("montage", "many", "--scale", "1", "--cols", "2")
    assert "the sheet shows 32 of the 40 classes" in default.err
    shown = cells(picture("montage-many-cols-2-scale-1.png"), 32, 2, 8)
    whole = ganctl("montage", "many", "--class", "all", "--scale", "1", "--cols", "2",
                   "--out", "all.png")  # fmt: skip
    assert "classes" not in whole.err
    every = cells(picture("all.png"), 40, 2, 8)
    assert np.array_equal(shown[[0, -1]], every[[0, -1]])
    morph = ganctl("gif", "many", "--mode", "morph", "--frames", "2")
    assert "the morph walks through 32 of the 40 classes" in morph.err
