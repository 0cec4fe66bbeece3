"""``ganctl sample``: same seed, same picture; every format; every refusal."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from ganctl.engine.data.dataset import load
from ganctl.pictures.images import read_image, read_metadata


def pixels(path):
    return read_image(Path(path)).tolist()


def listing():
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def test_class_folders_by_name(ganctl, trained):
    result = ganctl("sample", "--digit", "down", "--n", "3")
    assert (result.code, result.out, result.err) == (0, "samples/lines\n", "")
    assert listing() == [f"samples/lines/down/seed000{seed}.png" for seed in range(3)]
    assert np.asarray(pixels("samples/lines/down/seed0000.png")).shape == (8, 8)


def test_all_classes_and_several(ganctl, trained):
    ganctl("sample", "--digit", "all", "--out", "a")
    ganctl("sample", "-c", "0", "--class", "down", "--out", "b")
    assert [path[2:] for path in listing()] == ["across/seed0000.png", "down/seed0000.png"] * 2


def test_a_seed_is_a_picture_however_many_are_asked_for(ganctl, trained):
    ganctl("sample", "--digit", "0", "--n", "100", "--out", "many")
    ganctl("sample", "--digit", "0", "--n", "1", "--seed", "37", "--out", "one")
    ganctl("sample", "--digit", "all", "--seeds", "99,37", "--out", "two")
    first = Path("many/across/seed0037.png").read_bytes()
    assert Path("one/across/seed0037.png").read_bytes() == first
    assert Path("two/across/seed0037.png").read_bytes() == first
    assert pixels("many/across/seed0038.png") != pixels("many/across/seed0037.png")


@pytest.mark.process
def test_another_process_draws_the_same(ganctl, trained):
    ganctl("sample", "--digit", "0", "--n", "2", "--out", "here")
    command = [sys.executable, "-m", "ganctl", "sample", "lines", "--digit", "0", "--n", "2"]
    subprocess.run([*command, "--out", "there"], check=True, capture_output=True)
    for name in ("seed0000.png", "seed0001.png"):
        here, there = (Path(folder, "across", name).read_bytes() for folder in ("here", "there"))
        assert here == there


def test_a_picture_says_how_to_make_it_and_that_makes_it(ganctl, trained):
    options = ["--seeds", "8", "--scale", "2", "--truncation", "0.5"]
    ganctl("sample", "--digit", "1:0.5,0:0.5", *options, "--out", "first")
    (path,) = listing()
    command = read_metadata(Path(path))["command"].split()
    assert command[0] == "ganctl"
    ganctl(*[word.replace("FILE", "again") for word in command[1:]])
    assert pixels("again.png") == pixels(path)
    assert np.asarray(pixels(path)).shape == (16, 16)


def test_one_sheet(ganctl, trained):
    assert ganctl("sample", "--digit", "all", "--n", "10", "--out", "s.png").out == "s.png\n"
    ganctl("sample", "--digit", "all", "--n", "10", "--no-names", "--out", "bare.png")
    named, bare = (read_image(Path(name)) for name in ("s.png", "bare.png"))
    assert bare.shape == (2 * 9 + 1, 10 * 9 + 1)
    assert np.array_equal(named[-19:, -91:], bare)
    assert (named[0] == 255).all()


def test_npz(ganctl, trained):
    ganctl("sample", "--digit", "all", "--seeds", "5,7", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        assert set(arrays) == {"images", "labels", "seeds", "class_names", "ganctl"}
        kinds = {name: arrays[name].dtype for name in ("images", "labels", "seeds")}
        assert kinds == {"images": np.uint8, "labels": np.int64, "seeds": np.int64}
        assert arrays["images"].shape == (4, 8, 8)
        assert arrays["labels"].tolist() == [0, 0, 1, 1]
        assert arrays["seeds"].tolist() == [5, 7, 5, 7]
        assert arrays["class_names"].tolist() == ["across", "down"]


@pytest.mark.parametrize("options", [["--format", "idx"], ["--format", "png"], ["--format", "npz"]])
def test_every_format_is_data_to_train_on(ganctl, trained, options):
    path = ganctl("sample", "--digit", "all", "--n", "4", *options).out.strip()
    result = ganctl("train", "--data", path, "--steps", "2", "--batch", "4", "--name", "child")
    assert result.code == 0
    info = json.loads(ganctl("info", "child", "--json").out)
    assert info["classes"] == ["across", "down"]


def test_every_format_holds_the_same_pictures(ganctl, trained):
    command = ["sample", "--digit", "all", "--n", "3", "--format"]
    png, npz, idx = (load(ganctl(*command, kind).out.strip()) for kind in ("png", "npz", "idx"))
    assert len(png) == 6
    assert png.fingerprint == npz.fingerprint == idx.fingerprint


def test_truncation_to_nothing_leaves_one_picture(ganctl, trained):
    ganctl("sample", "--digit", "0", "--n", "2", "--truncation", "0", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        assert np.array_equal(*arrays["images"])


def test_a_blend_that_is_scaled_says_so(ganctl, trained):
    result = ganctl("sample", "--digit", "0:1,1:1", "--out", "a.npz")
    assert result.code == 0
    assert result.err == "note: the weights of 0:1,1:1 sum to 2; they were scaled to sum to 1\n"


def test_a_blend_lies_between_its_classes(ganctl, trained):
    sampled = {}
    for label in ("0", "0:1,1:0", "0:0.4,1:0.6", "1"):
        result = ganctl("sample", "--digit", label, "--out", "a.png", "--force")
        assert result.err == ""
        sampled[label] = pixels("a.png")
    assert sampled["0:1,1:0"] == sampled["0"]
    assert sampled["0:0.4,1:0.6"] not in (sampled["0"], sampled["1"])


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        ([], [0]),
        (["--n", "3"], [0, 1, 2]),
        (["--n", "2", "--seed", "7"], [7, 8]),
        (["--seeds", "0,1,4-6"], [0, 1, 4, 5, 6]),
    ],
)
def test_which_seeds(ganctl, trained, options, seeds):
    result = ganctl("sample", "--digit", "0", *options, "--out", "a", "--json")
    assert json.loads(result.out)["seeds"] == seeds
    assert listing() == [f"a/across/seed{seed:04d}.png" for seed in seeds]


def test_json(ganctl, trained):
    result = ganctl("sample", "--digit", "down", "--n", "2", "--json")
    assert json.loads(result.out) == {
        "run": "lines",
        "path": "samples/lines",
        "images": 2,
        "labels": ["down"],
        "seeds": [0, 1],
    }


def test_twice_the_same_is_fine_and_something_else_is_not_overwritten(ganctl, trained):
    command = ["sample", "--digit", "0", "--out", "a.png"]
    assert ganctl(*command).code == 0
    assert ganctl(*command).code == 0
    before = Path("a.png").read_bytes()
    refused = ganctl(*command, "--seed", "3")
    assert refused.code == 1
    assert "a.png already exists" in refused.err
    assert "--force" in refused.err
    assert Path("a.png").read_bytes() == before
    assert ganctl(*command, "--seed", "3", "--force").code == 0
    assert Path("a.png").read_bytes() != before


def test_what_is_there_already_is_not_written_again(ganctl, trained):
    command = ["sample", "--digit", "0", "--out", "a.png"]
    ganctl(*command)
    before = Path("a.png").stat()
    ganctl(*command)
    after = Path("a.png").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_one_taken_picture_of_a_folder_stops_them_all(ganctl, trained):
    taken = Path("a/down/seed0001.png")
    taken.parent.mkdir(parents=True)
    taken.write_text("mine")
    result = ganctl("sample", "--digit", "all", "--n", "2", "--out", "a")
    assert result.code == 1
    assert f"{taken} already exists" in result.err
    assert listing() == [str(taken)]
    assert taken.read_text() == "mine"


@pytest.mark.parametrize("how", ["name", "prefix", "runs/", "path", "latest", "file"])
def test_run_may_be_said_in_many_ways(ganctl, trained, how):
    reference = {
        "name": "lines",
        "prefix": "li",
        "runs/": "runs/lines",
        "path": str(trained.folder),
        "latest": "runs/latest",
        "file": str(trained.best_checkpoint()),
    }[how]
    result = ganctl("sample", reference, "--digit", "0", "--out", "a.npz")
    assert result.code == 0
    ganctl("sample", "--digit", "0", "--out", "b.npz")
    with np.load("a.npz") as one, np.load("b.npz") as other:
        assert np.array_equal(one["images"], other["images"])


@pytest.mark.parametrize(
    ("options", "code", "message", "hint"),
    [
        ([], 2, "sample needs a label", "across, down, or all"),
        (["--digit", "2"], 2, "Class 2 is out of range", "0 to 1"),
        (["--digit", "-1"], 2, "Class -1 is out of range", "0 to 1"),
        (["--digit", "acros"], 2, "no class 'acros'", "Did you mean across"),
        (["--digit", "0:1,1:-1"], 2, "negative weight", "sum to 1"),
        (["--digit", "0", "--n", "0"], 2, "--n 0 is out of range", "from 1"),
        (["--digit", "0", "--n", "-3"], 2, "--n -3 is out of range", "from 1"),
        (["--digit", "0", "--seeds", "5-3"], 2, "runs backwards", "3-5"),
        (["--digit", "0", "--seeds", "a"], 2, "'a' is not a seed", "0,1,4-6"),
        (["--digit", "0", "--seeds", "1", "--n", "2"], 2, "--seeds excludes --n", "either"),
        (["--digit", "0", "--seed", "-1"], 2, "--seed -1 is out of range", "from 0"),
        (["--digit", "0", "--scale", "0"], 2, "--scale 0 is out of range", "from 1"),
        (["--digit", "0", "--truncation", "-1"], 2, "--truncation -1", "from 0"),
        (["--digit", "0", "--truncation", "nan"], 2, "--truncation nan", "from 0"),
        (["--digit", "0", "--format", "jpg"], 2, "no format 'jpg'", "png, npz, idx"),
        (["--digit", "0", "--format", "npz", "--out", "a.png"], 2, "--format npz", "ending"),
        (["--digit", "0", "--out", "a.jpg"], 2, "cannot be written as .jpg", ".png for one sheet"),
        (["--digit", "0", "--out", f"{'a' * 300}.png"], 1, "File name too long", "another one"),
        (["--digit", "0", "--out", "file/x"], 1, "Not a directory", "--out"),
        (["nope", "--digit", "0"], 1, "There is no run 'nope'", "latest, lines"),
        (["linse", "--digit", "0"], 1, "There is no run 'linse'", "Did you mean lines"),
        (["model.pt", "--digit", "0"], 1, "is a pickle", "safetensors"),
        (["truncated.safetensors", "--digit", "0"], 1, "truncated or damaged", "earlier"),
        (["future.safetensors", "--digit", "0"], 1, "checkpoint format 99", "wrote it"),
        (["pickle.safetensors", "--digit", "0"], 1, "is a pickle", "safetensors"),
    ],
)
def test_bad_requests_write_nothing(ganctl, trained, options, code, message, hint):
    content = trained.latest_checkpoint().read_bytes()
    Path("truncated.safetensors").write_bytes(content[:3000])
    Path("pickle.safetensors").write_bytes(b"\x80\x02}q\x00.")
    metadata = {"format": "ganctl-checkpoint", "format_version": "99", "card": "{}"}
    save_file(load_file(trained.latest_checkpoint()), "future.safetensors", metadata)
    Path("file").write_text("")
    before = listing()
    result = ganctl("sample", *options)
    assert result.code == code
    error, advice = result.err.splitlines()
    assert message in error
    assert hint in advice
    assert result.out == ""
    assert listing() == before


def made_again(ganctl, path):
    """Return the bytes of what the command in a picture makes."""
    command = shlex.split(read_metadata(Path(path))["command"])
    assert ganctl(*[word.replace("FILE", "again") for word in command[1:]]).code == 0
    return Path("again.png").read_bytes()


def test_without_labels_there_is_one_folder(ganctl, trained_gan):
    result = ganctl("sample", "--n", "2")
    assert (result.code, result.out, result.err) == (0, "samples/free\n", "")
    first, second = listing()
    assert first == "samples/free/unlabelled/seed0000.png"
    assert second == "samples/free/unlabelled/seed0001.png"
    assert pixels(first) != pixels(second)


def test_without_labels_the_arrays_have_one_class(ganctl, trained_gan):
    ganctl("sample", "--seeds", "5,7", "--out", "a.npz")
    with np.load("a.npz") as arrays:
        assert arrays["class_names"].tolist() == ["unlabelled"]
        assert arrays["labels"].tolist() == [0, 0]
        assert arrays["seeds"].tolist() == [5, 7]
        assert "label_weights" not in arrays


def test_without_labels_every_format_holds_the_same_pictures(ganctl, trained_gan):
    command = ["sample", "--n", "3", "--format"]
    png, npz, idx = (load(ganctl(*command, kind).out.strip()) for kind in ("png", "npz", "idx"))
    assert png.classes == npz.classes == idx.classes == ("unlabelled",)
    assert png.fingerprint == npz.fingerprint == idx.fingerprint


@pytest.mark.parametrize("label", ["0", "down", "all", "0:0.5,1:0.5", "unlabelled"])
def test_without_labels_no_class_can_be_asked_for(ganctl, trained_gan, label):
    result = ganctl("sample", "--digit", label)
    assert (result.code, result.out) == (2, "")
    assert "--model gan trains without labels" in result.err
    assert "Leave it out" in result.err
    assert listing() == []


@pytest.mark.parametrize("options", [["--seeds", "8"], ["--n", "4", "--scale", "2"]])
def test_without_labels_a_picture_says_how_to_make_it(ganctl, trained_gan, options):
    ganctl("sample", *options, "--out", "a.png")
    assert "--digit" not in read_metadata(Path("a.png"))["command"]
    assert made_again(ganctl, "a.png") == Path("a.png").read_bytes()


def test_a_class_is_the_category_that_means_it(ganctl, trained_infogan):
    for label, category in (("across", 1), ("down", 0)):
        ganctl("sample", "--digit", label, "--n", "3", "--out", "by-class")
        ganctl("sample", "--code", f"c0={category}", "--n", "3", "--out", "by-category")
        for seed in range(3):
            name = f"{label}/seed{seed:04d}.png"
            by_class, by_category = (Path(f"by-{way}", name) for way in ("class", "category"))
            assert by_class.read_bytes() == by_category.read_bytes()
    assert pixels("by-class/across/seed0000.png") != pixels("by-class/down/seed0000.png")


def test_a_code_changes_the_picture_and_a_seed_repeats_it(ganctl, trained_infogan):
    sampled = []
    for value in ("-2", "2", "-2"):
        ganctl("sample", "--digit", "0", "--code", f"c1={value}", "--out", "a.npz", "--force")
        sampled.append(np.load("a.npz")["images"])
    ganctl("sample", "--digit", "0", "--code", "c2=-2", "--out", "b.npz")
    assert np.array_equal(sampled[0], sampled[2])
    assert not np.array_equal(sampled[0], sampled[1])
    assert not np.array_equal(sampled[0], np.load("b.npz")["images"])


@pytest.mark.parametrize(
    "options",
    [
        ["--digit", "down", "--code", "c1=-1.5"],
        ["--digit", "all", "--code", "c2=1.23456789", "--code", "c1=1e-07"],
        ["--code", "c0=1", "--code", "c2=1"],
        ["--digit", "0:0.5,1:0.5", "--truncation", "0.5"],
    ],
)
def test_a_picture_says_which_codes_were_held(ganctl, trained_infogan, options):
    ganctl("sample", *options, "--n", "2", "--out", "a.png")
    command = read_metadata(Path("a.png"))["command"]
    held = [option for option in options if option.startswith(("c1", "c2"))]
    assert all(f"--code {code} " in command for code in held)
    assert made_again(ganctl, "a.png") == Path("a.png").read_bytes()


def test_json_names_the_codes_that_were_held(ganctl, trained_infogan):
    result = ganctl("sample", "--code", "c0=0", "--code", "c1=2", "--json")
    values = json.loads(result.out)
    assert (values["labels"], values["codes"]) == (["down"], ["c1=2"])
    assert json.loads(ganctl("sample", "--digit", "0", "--json").out)["codes"] == []


def test_a_blend_of_categories_lies_between_them(ganctl, trained_infogan):
    sampled = {}
    for label in ("0", "1", "0:1,1:0", "0:0.5,1:0.5"):
        assert ganctl("sample", "--digit", label, "--out", "a.png", "--force").code == 0
        sampled[label] = pixels("a.png")
    assert sampled["0:1,1:0"] == sampled["0"]
    assert sampled["0:0.5,1:0.5"] not in (sampled["0"], sampled["1"])


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ([], "sample needs a label", "across, down, or all"),
        (["--code", "c1=1"], "sample needs a label", "across, down, or all"),
        (["--code", "c0=0", "--digit", "0"], "exclude each other", "one of them"),
        (["--code", "c0=2"], "c0=2 is not a category", "0 to 1"),
        (["--code", "c0=-1"], "c0=-1 is not a category", "0 to 1"),
        (["--digit", "0", "--code", "c1=11"], "c1=11 is out of range", "-10 to 10"),
        (["--digit", "0", "--code", "c1=nan"], "c1=nan is out of range", "-10 to 10"),
        (["--digit", "0", "--code", "c3=1"], "'c3=1' is not a code", "c1, c2"),
        (["--digit", "0", "--code", "c1"], "'c1' is not a code", "c1=-1.5"),
        (["--digit", "2"], "Class 2 is out of range", "0 to 1"),
    ],
)
def test_bad_codes_write_nothing(ganctl, trained_infogan, options, message, hint):
    result = ganctl("sample", *options)
    assert (result.code, result.out) == (2, "")
    error, advice = result.err.splitlines()
    assert message in error
    assert hint in advice
    assert listing() == []


@pytest.mark.parametrize("code", ["c1=1", "c0=0", "x"])
@pytest.mark.parametrize("run", ["trained", "trained_gan"])
def test_only_codes_that_were_learned_can_be_held(ganctl, request, run, code):
    request.getfixturevalue(run)
    result = ganctl("sample", "--code", code, *(["--digit", "0"] if run == "trained" else []))
    assert result.code == 2
    assert "has no codes" in result.err
    assert "--model infogan" in result.err
    assert listing() == []


def test_more_than_fits_into_memory_is_refused_before_anything_is_drawn(ganctl, monkeypatch):
    monkeypatch.setattr("ganctl.cli.commands.sample._drawn", lambda *_: pytest.fail("it draws"))
    result = ganctl("sample", "pretrained/mnist", "--digit", "7", "--n", "1500", "--scale", "64")
    assert result.code == 2
    assert "error: 1,500 images of 1792×1792 pixels are 4.5 GiB." in result.err


@pytest.mark.parametrize("command", ["sample --digit 0", "montage", "gif"])
def test_links_to_a_disk_that_is_gone_are_told(ganctl, trained, command):
    for path in (trained.best_checkpoint(), trained.latest_checkpoint(), trained.previews()[0]):
        path.unlink()
        path.symlink_to("/nowhere/at/all")
    result = ganctl(*command.split())
    assert result.code == 1
    assert "fault in ganctl" not in result.err


@pytest.mark.parametrize("command", ["sample", "montage"])
@pytest.mark.parametrize("label", ["1", "down", "0,1", "all", "0:0.5,1:0.5"])
def test_a_class_in_the_place_of_a_run_is_told(ganctl, trained, command, label):
    result = ganctl(command, label)
    assert result.code == 1
    assert f"There is no run '{label}'" in result.err
    assert f"hint: A class is --digit {label}. " in result.err


@pytest.mark.parametrize("name", ["2", "x", "0,x"])
def test_a_name_that_is_neither_a_run_nor_a_class(ganctl, trained, name):
    result = ganctl("sample", name)
    assert f"There is no run '{name}'" in result.err
    assert "A class is" not in result.err


def test_a_class_in_the_place_of_a_run_before_there_is_any(ganctl):
    assert "hint: A class is --digit 7. " in ganctl("sample", "7").err
    morph = ganctl("gif", "7", "--mode", "morph")
    assert "hint: A class is --path 7. " in morph.err


@pytest.mark.parametrize("label", [["--digit", "0,1"], ["-c", "across,down"], ["--class", "all"]])
def test_commas_part_labels_as_they_part_seeds(ganctl, trained, label):
    ganctl("sample", *label, "--out", "a")
    assert [path[2:] for path in listing()] == ["across/seed0000.png", "down/seed0000.png"]


CALLS = [
    [],
    ["--seed", "4"],
    ["--n", "3"],
    ["--seeds", "0,2"],
    ["--digit", "1"],
    ["--digit", "1", "--seed", "4"],
    ["--truncation", "0.5"],
    ["--scale", "2"],
]


@pytest.mark.parametrize("kind", ["npz", "idx"])
def test_two_different_files_of_samples_never_meet(ganctl, trained, kind):
    names = [
        ganctl("sample", *(["--digit", "0"] if "--digit" not in options else []), *options,
               "--format", kind).out
        for options in CALLS
    ]  # fmt: skip
    assert len(set(names)) == len(CALLS)
    assert all(Path(name.strip()).exists() for name in names)
    assert names[2].startswith("samples/lines-0-seeds-0-2")


def test_what_a_folder_cannot_say_is_in_its_name(ganctl, trained, trained_infogan):
    def folder(*options):
        result = ganctl("sample", "lines", "--digit", "0", *options)
        assert result.code == 0
        return result.out.strip()

    assert folder() == folder("--seed", "4") == "samples/lines"
    assert folder("--truncation", "0.5") == "samples/lines-truncation-0.5"
    assert folder("--scale", "2") == "samples/lines-scale-2"
    coded = ganctl("sample", "coded", "--digit", "0", "--code", "c1=-1.5").out
    assert coded.startswith("samples/coded-c1--1.5")


@pytest.mark.parametrize("names", ["--names", "--no-names"])
@pytest.mark.parametrize("out", [[], ["--out", "a.npz"], ["--format", "idx"]])
def test_names_are_never_in_data(ganctl, trained, names, out):
    result = ganctl("sample", "--digit", "0", names, *out)
    assert result.code == 2
    assert f"{names} is for one sheet" in result.err
    assert listing() == []
