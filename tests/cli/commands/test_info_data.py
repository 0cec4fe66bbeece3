"""``ganctl info DATA``: what data are read as, before anything is trained."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganctl.pictures.images import png_bytes, read_image
from tests.conftest import copied, tiny_images
from tests.steered import write_faces


def class_folders(root, sizes=(8,), classes=("cat", "dog"), count=10):
    """Write ``count`` different images for each class, the sizes in turn."""
    rng = np.random.default_rng(0)
    for name in classes:
        (root / name).mkdir(parents=True)
        for index in range(count):
            side = sizes[index % len(sizes)]
            image = rng.integers(0, 256, (side, side), np.uint8)
            (root / name / f"{index}.png").write_bytes(png_bytes(image))
    return root


def facts(ganctl, *arguments):
    result = ganctl("info", *arguments, "--json")
    assert result.code == 0, result.err
    return json.loads(result.out)


def test_a_folder_in_words(ganctl, tmp_path):
    root = class_folders(tmp_path / "pets", classes=("cat", "dog", "fish"), count=9)
    (root / "cat" / "notes.svg").write_text("")
    result = ganctl("info", root)
    assert (result.code, result.err) == (0, "")
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    read = "27 images, 8×8 grey, 3 classes (cat 9, dog 9, fish 9); left out: 1 (.svg 1)"
    assert lines[:5] == [
        f"read {read}", f"data {root}", "layout class folders", "splits train 27", "left out .svg 1"
    ]  # fmt: skip
    assert lines[5].startswith("training about ")
    assert lines[7:12] == ["Classes", "class train", "cat 9", "dog 9", "fish 9"]
    assert "- 3 classes have fewer than ten images: cat 9, dog 9, fish 9." in lines


def test_a_folder_as_json(ganctl, tmp_path):
    root = class_folders(tmp_path / "pets")
    found = facts(ganctl, root)
    assert found["data"] == str(root)
    assert found["line"].startswith("read 20 images, 8×8 grey, 2 classes (cat 10, dog 10)")
    assert (found["layout"], found["shape"]) == ("class folders", [1, 8, 8])
    assert found["splits"] == {"train": 20}
    assert found["classes"][1] == {"name": "dog", "train": 10, "test": 0}
    assert (found["left_out"], found["remarks"], found["needs"]) == ({}, [], None)
    assert found["expected_seconds"] > 0


def test_the_options_of_train_say_how_it_is_read(ganctl, tmp_path):
    root = class_folders(tmp_path / "pets")
    found = facts(ganctl, root, "--image-size", "12", "--colour", "rgb")
    assert found["shape"] == [3, 12, 12]


def test_sizes_that_differ_do_not_fail(ganctl, tmp_path):
    root = class_folders(tmp_path / "pets", sizes=(8, 20))
    found = facts(ganctl, root)
    assert found["shape"] == [1, 32, 32]
    assert "--image-size" in found["needs"]
    assert found["needs"].endswith("Here they are shown at 32×32.")


def test_images_without_classes_do_not_fail(ganctl, tmp_path):
    folder = tmp_path / "flat"
    (class_folders(tmp_path / "pets", classes=("cat",)) / "cat").rename(folder)
    found = facts(ganctl, folder)
    assert found["splits"] == {"train": 10}
    assert "--model gan" in found["needs"]
    assert found["needs"].endswith("Here they are read as for --model gan.")


def test_what_cannot_be_read_gives_the_error_of_train(ganctl, tmp_path):
    (tmp_path / "empty").mkdir()
    told = ganctl("info", tmp_path / "empty")
    trained = ganctl("train", "--data", tmp_path / "empty", "--dry-run")
    assert (told.code, told.out) == (1, "")
    assert told.err == trained.err


def test_a_name_that_is_not_there_yet(ganctl, tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
    result = ganctl("info", "cifar10")
    assert result.code == 1
    assert "cifar10 is not there yet; a training downloads it." in result.err
    assert "train --data cifar10" in result.err
    (tmp_path / "cache" / "torchvision").mkdir(parents=True)
    (tmp_path / "cache" / "torchvision" / "cifar-10-python.tar.gz").touch()
    assert "cifar10 lies in files that only a training opens." in ganctl("info", "cifar10").err


def test_many_classes_are_shown_in_part(ganctl, tmp_path):
    images, _ = tiny_images(600)
    labels = np.arange(600) % 300
    np.savez(tmp_path / "many.npz", images=images, labels=labels)
    result = ganctl("info", tmp_path / "many.npz", "--out", "many.png")
    table = result.out.split("Classes: 20 of 300")[1].split("What is odd")[0]
    names = [line.split()[0] for line in table.splitlines() if line.strip()][1:]
    assert (len(names), names[0], names[-1]) == (20, "0", "299")
    assert read_image(Path("many.png")).shape == (2 * (20 * 9 + 1), 2 * (10 * 9 + 1))


def test_a_sheet_says_how_it_is_made_again(ganctl, tmp_path):
    root = class_folders(tmp_path / "my pets", count=4)
    assert ganctl("info", root, "--image-size", "12", "--out", "sheet.png").code == 0
    sheet = read_image(Path("sheet.png"))
    assert sheet.shape == (2 * (2 * 13 + 1), 2 * (10 * 13 + 1))
    assert not sheet[2:-2, 2 * (4 * 13 + 1) : -2].reshape(-1).tolist().count(255)
    command = facts(ganctl, "sheet.png")["command"]
    assert command == f"ganctl info '{root}' --image-size 12 --out FILE.png"
    again = [word.replace("FILE", "again") for word in shlex.split(command)[1:]]
    assert ganctl(*again).code == 0
    assert Path("again.png").read_bytes() == Path("sheet.png").read_bytes()


def test_a_sheet_is_overwritten_only_by_force(ganctl, tiny_data):
    Path("sheet.png").write_bytes(b"mine")
    result = ganctl("info", tiny_data, "--out", "sheet.png")
    assert (result.code, result.out) == (1, "")
    assert ganctl("info", tiny_data, "--out", "sheet.png", "--force").code == 0


def test_runs_come_before_data_and_data_before_other_paths(ganctl, train_once, home, tiny_data):
    copied(train_once("lines", checkpoint_every=10), home).folder.rename(home / "runs" / "mnist")
    assert facts(ganctl, "mnist")["run"] == "mnist"
    (home / "runs" / "mnist").rename(home / "runs" / "mnist-2")
    assert facts(ganctl, "mnist")["layout"] == "mnist"
    assert facts(ganctl, "mnist-")["run"] == "mnist-2"
    assert facts(ganctl, home / "runs" / "mnist-2")["run"] == "mnist-2"
    class_folders(Path("mnist-"))
    assert facts(ganctl, "mnist-")["layout"] == "class folders"
    assert facts(ganctl, tiny_data)["layout"] == ".npz"


def test_the_time_of_the_default_is_told_by_ones_own_runs(ganctl, trained, tiny_data):
    found = facts(ganctl, tiny_data)
    assert found["expected_from"].startswith("the speed of this processor")
    config = type(trained.config)(data=str(tiny_data), steps=40)
    trained.config = config.by("swift")
    trained.progress = type(trained.progress)(40, 2560, 64.0)
    trained.save()
    found = facts(ganctl, tiny_data)
    assert found["expected_from"] == "the speed of the run lines"
    # 6 epochs of two steps each, of 32 images at 40 images a second.
    assert found["expected_seconds"] == 9.6


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        (["nope"], 1, "There is no run 'nope'.", "or a path that exists"),
        (["--out", "x.png"], 2, "--out is for data.", "Name a data set or a path"),
        (
            ["lines", "--fit", "pad", "--out", "x.png"],
            2,
            "--fit and --out are for data.",
            "Name a data set or a path",
        ),
        (["--all", "mnist"], 2, "--all shows every run.", "Leave out --all, or mnist."),
        (["mnist", "--out", "x.jpg"], 2, "x.jpg does not end in .png.", "--out takes a .png"),
        (["mnist", "--image-size", "9"], 2, "--image-size 9 does not suit", "multiple of 4"),
    ],
)
def test_bad_requests(ganctl, trained, arguments, code, message, hint):
    result = ganctl("info", *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert hint in result.err
    assert list(Path().iterdir()) == []


def test_a_picture_by_another_program_is_no_data(ganctl):
    Image.new("L", (8, 8)).save("x.png")
    assert "does not say how it was made" in ganctl("info", "x.png").err


class TestDryRun:
    """What ``train --dry-run`` says of the data, and that nothing is written."""

    def test_in_words(self, ganctl, tmp_path):
        root = class_folders(tmp_path / "pets", count=9)
        result = ganctl("train", "--data", root, "--dry-run")
        assert (result.code, result.err) == (0, "")
        assert "read 18 images, 8×8 grey, 2 classes (cat 9, dog 9)" in result.out
        assert "- 2 classes have fewer than ten images: cat 9, dog 9." in result.out

    def test_as_json(self, ganctl, tiny_data):
        plan = json.loads(ganctl("train", "--data", tiny_data, "--dry-run", "--json").out)
        assert plan["data_read"]["splits"] == {"train": 64}
        assert plan["data_read"]["line"].startswith("read 64 images")

    def test_a_name_that_has_to_be_downloaded(self, ganctl, tmp_path, monkeypatch):
        monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
        result = ganctl("train", "--data", "kmnist", "--dry-run")
        assert result.code == 0
        assert result.err == "note: kmnist is not there yet; a training downloads it\n"
        plan = json.loads(ganctl("train", "--data", "kmnist", "-n", "--json").out)
        assert plan["data_read"] is None
        # The data decide on the recipe, and this on the rest.
        assert (plan["recipe"], plan["model"], plan["batch"]) == (None, None, None)
        assert plan["recipe_reason"] == "by the data, once they are read"
        plan = json.loads(ganctl("train", "--data", "kmnist", "--batch", "8", "-n", "--json").out)
        assert (plan["recipe"], plan["batch"]) == (None, 8)

    def test_nothing_is_written(self, ganctl, home, tmp_path, monkeypatch):
        monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("ganctl.readers.reading.WORTH_KEEPING_SECONDS", 0.0)
        root = class_folders(tmp_path / "pets")
        for data in (root, "mnist"):
            assert ganctl("train", "--data", data, "--dry-run").code == 0
        assert not home.exists()
        assert not (tmp_path / "cache").exists()
        assert list(Path().iterdir()) == []


def test_a_training_says_what_it_read_unless_it_is_quiet(ganctl, tiny_data):
    options = ["train", "--data", tiny_data, "--steps", "1", "--batch", "8"]
    assert "note: read 64 images, 8×8 grey, 2 classes (across 32, down 32)" in ganctl(*options).err
    assert "read 64" not in ganctl(*options, "--quiet").err


@pytest.fixture
def described(tmp_path):
    """Write images, and a table of a class, of an angle, of another class and of sentences."""
    root = class_folders(tmp_path / "pets", classes=("cat", "dog"), count=10)
    rows = [
        f"{kind}/{i}.png,{kind},{i * 2.5 or ''},{('small', 'big')[i % 2]},A {kind} of {i}"
        for kind in ("cat", "dog")
        for i in range(10)
    ]
    table = "\n".join(["file,species name,angle,size,text", *rows, "cat/0.png,cat,,small,"])
    (root / "labels.csv").write_text(table)
    return root


def test_attributes_and_quantities_in_words_and_as_json(ganctl, described):
    options = ("--condition", "size", "--condition", "angle")
    result = ganctl("info", described, *options)
    assert result.code == 0, result.err
    lines = [" ".join(line.split()) for line in result.out.splitlines()]
    table = lines[lines.index("Attributes") + 1 :]
    assert table[:5] == [
        "attribute train", "size big 10", "size small 10", "angle from 2.5 to 22.5 18",
        "angle not known 2",
    ]  # fmt: skip
    found = facts(ganctl, described, *options)
    assert found["attributes"] == {"size": {"big": 10, "small": 10}}
    assert found["quantities"] == {"angle": {"low": 2.5, "high": 22.5}}
    assert found["not_known"] == {"size": 0, "angle": 2}
    assert "captions" not in found


def test_captions_in_words_and_as_json(ganctl, described):
    result = ganctl("info", described, "--condition", "text")
    assert "Captions of 14 words, 4 at most in each" in result.out
    assert "- a cat of 0" in result.out
    found = facts(ganctl, described, "--condition", "text")["captions"]
    assert (found["column"], found["words"], found["length"]) == ("text", 14, 4)
    assert found["examples"][:2] == ["a cat of 0", "a cat of 1"]


def test_a_sheet_has_a_row_for_each_value_of_the_first_attribute(ganctl, described, tmp_path):
    sheet = tmp_path / "sheet.png"
    assert ganctl("info", described, "--condition", "size", "--condition", "angle", "--out", sheet)
    image = read_image(sheet)
    # Rows of 10 images of 8 pixels, lines between them, twice as large.
    assert image.shape[0] < image.shape[1] / 3
    one = class_folders(tmp_path / "one", classes=("cat",))
    assert ganctl("info", one, "--out", tmp_path / "one.png").code == 0
    assert read_image(tmp_path / "one.png").shape[0] < image.shape[0]


def test_a_sheet_of_several_columns_says_how_it_is_made_again(ganctl, tmp_path):
    data = write_faces(tmp_path / "faces")
    asked = ["--condition", "hair", "--condition", "eyes"]
    assert ganctl("info", data, *asked, "--out", "sheet.png").code == 0
    command = facts(ganctl, "sheet.png")["command"]
    assert command == f"ganctl info {data} --condition hair --condition eyes --out FILE.png"
