"""Where samples go and what the files hold."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganctl.cli.made_files import made_by
from ganctl.errors import FileError, UnknownName, UsageError
from ganctl.files.idx import read_idx
from ganctl.pictures.exports import Samples, choose_destination, npz_bytes, write_samples
from ganctl.pictures.images import read_image, read_metadata
from ganctl.pictures.provenance import Origin
from ganctl.requests.conditions.labels import UNLABELLED, parse_labels
from ganctl.requests.drawing.sample import Format, SamplePlan

CLASSES = ("cat", "T-shirt/top")

PLAN = SamplePlan((UNLABELLED,), range(2))


def samples(labels=("cat", "T-shirt/top"), seeds=(3, 4), colour=False, classes=CLASSES, names=None):
    parsed = parse_labels(labels, classes).labels
    count = len(parsed) * len(seeds)
    shape = (count, 4, 4, 3) if colour else (count, 4, 4)
    return Samples(
        images=np.arange(np.prod(shape), dtype=np.uint8).reshape(shape),
        labels=tuple(label for label in parsed for _ in seeds),
        seeds=tuple(seeds) * len(parsed),
        classes=classes,
        truncation=1.0,
        codes=(),
        scale=1,
        origin=Origin("demo", 7),
        names=names,
    )


def put(some, out, wanted=None, force=False):
    return write_samples(some, choose_destination(Path(out), wanted, "demo"), force=force)


@pytest.mark.parametrize(
    ("out", "wanted", "path", "kind", "is_sheet"),
    [
        (None, None, "samples/demo", Format.PNG, False),
        (None, "npz", "samples/demo.npz", Format.NPZ, False),
        (None, "idx", "samples/demo-idx", Format.IDX, False),
        ("x", None, "x", Format.PNG, False),
        ("x.png", None, "x.png", Format.PNG, True),
        ("x.PNG", "png", "x.PNG", Format.PNG, True),
        ("x.npz", None, "x.npz", Format.NPZ, False),
        ("x", "idx", "x", Format.IDX, False),
    ],
)
def test_destinations(out, wanted, path, kind, is_sheet):
    chosen = choose_destination(out and Path(out), wanted, "demo")
    assert (chosen.path, chosen.format, chosen.sheet) == (Path(path), kind, is_sheet)


@pytest.mark.parametrize(("out", "wanted"), [("x.png", "npz"), ("x.npz", "idx"), ("x", "npz")])
def test_a_format_must_go_with_the_ending(out, wanted):
    with pytest.raises(UsageError, match=f"--format {wanted}"):
        choose_destination(Path(out), wanted, "demo")


def test_an_unknown_format():
    with pytest.raises(UnknownName, match="format 'jpg'"):
        choose_destination(None, "jpg", "demo")


def test_class_folders_with_safe_names_and_metadata():
    assert put(samples(), "out") == Path("out")
    names = sorted(str(path) for path in Path("out").rglob("*.png"))
    assert names == [
        "out/T-shirt-top/seed0003.png",
        "out/T-shirt-top/seed0004.png",
        "out/cat/seed0003.png",
        "out/cat/seed0004.png",
    ]
    assert read_image(Path(names[0])).tolist() == samples().images[2].tolist()
    command = "ganctl sample demo --digit T-shirt/top --seeds 3 --out FILE.png"
    assert read_metadata(Path(names[0]))["command"] == command


def test_a_sheet_and_a_single_image():
    put(samples(names=False), "sheet.png")
    assert read_image(Path("sheet.png")).shape == (2 * 5 + 1, 2 * 5 + 1)
    put(samples(["cat"], [9]), "one.png")
    assert read_image(Path("one.png")).shape == (4, 4)
    assert read_metadata(Path("sheet.png"))["seeds"] == "3-4"


@pytest.mark.parametrize(
    ("count", "rows", "columns"),
    [(1, 2, 1), (7, 2, 7), (10, 2, 10), (20, 4, 10), (33, 6, 11), (37, 2, 37)],
)
def test_sheets_have_a_row_for_each_class_or_rows_of_ten(count, rows, columns):
    put(samples(seeds=range(count), names=False), "sheet.png")
    assert read_image(Path("sheet.png")).shape == (rows * 5 + 1, columns * 5 + 1)


def test_metadata_names_what_is_not_the_default():
    put(replace(samples(["cat"], [9]), truncation=0.5, scale=4), "one.png")
    metadata = read_metadata(Path("one.png"))
    assert (metadata["truncation"], metadata["scale"], metadata["labels"]) == (0.5, 4, ["cat"])
    assert metadata["command"] == (
        "ganctl sample demo --digit cat --seeds 9 --truncation 0.5 --scale 4 --out FILE.png"
    )


@pytest.mark.parametrize("out", ["out", "a.png", "a.npz"])
def test_colour(out):
    some = samples(["cat"], [3], colour=True)
    put(some, out)
    if out == "a.npz":
        with np.load(out) as arrays:
            assert np.array_equal(arrays["images"], some.images)
    else:
        path = Path("out/cat/seed0003.png") if out == "out" else Path(out)
        assert np.array_equal(read_image(path), some.images[0])


def test_arrays():
    put(samples(), "a.npz")
    with np.load("a.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"images", "labels", "seeds", "class_names", "ganctl"}
        assert arrays["images"].dtype == np.uint8
        assert (arrays["labels"].dtype, arrays["labels"].tolist()) == (np.int64, [0, 0, 1, 1])
        assert (arrays["seeds"].dtype, arrays["seeds"].tolist()) == (np.int64, [3, 4, 3, 4])
        assert arrays["class_names"].tolist() == list(CLASSES)


def test_blends_bring_their_weights():
    put(samples(["cat:0.25,1:0.75"]), "a.npz")
    with np.load("a.npz") as arrays:
        assert arrays["labels"].tolist() == [1, 1]
        assert arrays["label_weights"].tolist() == [[0.25, 0.75]] * 2


def test_npz_bytes_do_not_depend_on_the_time():
    arrays = {"a": np.arange(3), "b": np.array(["x", "yz"])}
    content = npz_bytes(arrays)
    assert npz_bytes(arrays) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    with np.load(io.BytesIO(content), allow_pickle=False) as loaded:
        assert loaded["a"].tolist() == [0, 1, 2]
        assert loaded["b"].tolist() == ["x", "yz"]


def test_idx_files():
    put(samples(), "idx", "idx")
    assert read_idx(Path("idx/train-images-idx3-ubyte")).tolist() == samples().images.tolist()
    assert read_idx(Path("idx/train-labels-idx1-ubyte")).tolist() == [0, 0, 1, 1]
    assert Path("idx/class-names.txt").read_text() == "cat\nT-shirt/top\n"


def test_idx_holds_no_colour():
    with pytest.raises(UsageError, match="grey"):
        put(samples(colour=True), "idx", "idx")
    assert not Path("idx").exists()


def test_idx_holds_no_more_classes_than_a_byte_counts():
    many = tuple(str(number) for number in range(257))
    put(samples(["255"], classes=many[:256]), "idx", "idx")
    assert read_idx(Path("idx/train-labels-idx1-ubyte")).tolist() == [255, 255]
    with pytest.raises(UsageError, match="at most 256"):
        put(samples(["255"], classes=many), "more", "idx")
    assert not Path("more").exists()


@pytest.mark.parametrize("name", ["train-labels-idx1-ubyte", "class-names.txt"])
def test_an_idx_file_in_the_way_stops_all_before_the_first_is_written(name):
    Path("idx").mkdir()
    (Path("idx") / name).write_text("mine")
    with pytest.raises(FileError, match="already exists"):
        put(samples(), "idx", "idx")
    assert [path.name for path in Path("idx").iterdir()] == [name]


def test_a_file_in_the_way_stops_all_before_the_first_is_written():
    Path("out/T-shirt-top").mkdir(parents=True)
    Path("out/T-shirt-top/seed0004.png").write_text("mine")
    with pytest.raises(FileError, match="already exists"):
        put(samples(), "out")
    assert not Path("out/cat").exists()
    put(samples(), "out", force=True)
    assert Path("out/T-shirt-top/seed0004.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("out", "wanted"), [("out", None), ("a.png", None), ("a.npz", None)])
def test_the_same_again_is_no_conflict_but_others_are(out, wanted):
    def contents():
        paths = [path for path in Path().rglob("*") if path.is_file()]
        return {path: path.read_bytes() for path in paths}

    put(samples(), out, wanted)
    before = contents()
    put(samples(), out, wanted)
    with pytest.raises(FileError, match="already exists"):
        put(replace(samples(), images=samples().images + 1), out, wanted)
    assert contents() == before


def test_classes_whose_names_are_alike_keep_all_their_images():
    put(samples(["all"], [3], classes=("a/b", "a-b")), "out")
    assert len(list(Path("out").rglob("*.png"))) == 2


@pytest.mark.parametrize("out", ["file/x", "file/x.png", "file/x.npz"])
def test_a_place_that_cannot_be_is_found_before_drawing(out):
    Path("file").write_text("")
    with pytest.raises(FileError):
        choose_destination(Path(out), None, "demo").check(PLAN, side=28)


@pytest.mark.parametrize("out", ["a.png", "a.npz"])
def test_a_folder_in_the_place_of_a_file_is_found_before_drawing(out):
    Path(out).mkdir()
    with pytest.raises(FileError, match="is a folder"):
        choose_destination(Path(out), None, "demo").check(PLAN, side=28)


def test_a_sheet_that_is_too_large_is_found_before_drawing():
    plan = SamplePlan((UNLABELLED,), range(200_000))
    with pytest.raises(UsageError, match="The picture would have"):
        choose_destination(Path("a.png"), None, "demo").check(plan, side=28)
    choose_destination(Path("a"), None, "demo").check(plan, side=28)


def test_classes_of_one_folder_name_do_not_mix_whichever_command_writes_them():
    classes = ("cat ", "cat", "dog")
    for label in ("cat ", "cat", "dog"):
        put(samples([label], [9], classes=classes), "out")
    names = sorted(str(path) for path in Path("out").rglob("*.png"))
    assert names == [
        "out/cat-0/seed0009.png", "out/cat-1/seed0009.png", "out/dog/seed0009.png"
    ]  # fmt: skip
    command = """ganctl sample demo --digit '"cat "' --seeds 9 --out FILE.png"""
    assert read_metadata(Path(names[0]))["command"] == command


def test_names_stand_around_a_sheet_and_never_around_data():
    put(samples(names=False), "bare.png")
    put(samples(names=None), "sheet.png")
    bare, named = read_image(Path("bare.png")), read_image(Path("sheet.png"))
    height, width = bare.shape
    assert named.shape[0] > height
    assert named.shape[1] > width
    assert np.array_equal(named[-height:, -width:], bare)
    put(samples(["cat"], [9]), "one.png")
    assert read_image(Path("one.png")).shape == (4, 4)
    put(samples(["cat"], [9], names=True), "named.png")
    assert read_image(Path("named.png")).shape > (4, 4)
    assert "--names" in read_metadata(Path("named.png"))["command"]
    put(samples(names=None), "folder")
    assert all(read_image(path).shape == (4, 4) for path in Path("folder").rglob("*.png"))


def test_a_class_of_several_rows_has_its_name_once():
    put(samples(seeds=range(20), names=False), "bare.png")
    put(samples(seeds=range(20)), "sheet.png")
    bare, named = read_image(Path("bare.png")), read_image(Path("sheet.png"))
    assert named.shape[0] == bare.shape[0]  # Its columns are no single seeds.
    assert named.shape[1] > bare.shape[1]


@pytest.mark.parametrize(
    ("wanted", "kind", "is_sheet"),
    [(None, Format.PNG, True), ("png", Format.PNG, True), ("npz", Format.NPZ, False)],
)
def test_a_dash_is_stdout(wanted, kind, is_sheet):
    chosen = choose_destination(Path("-"), wanted, "demo")
    assert (chosen.is_stdout, chosen.format, chosen.sheet) == (True, kind, is_sheet)


def test_several_files_do_not_fit_into_stdout():
    with pytest.raises(UsageError, match="several files") as caught:
        choose_destination(Path("-"), "idx", "demo")
    assert "--format npz" in caught.value.hint


def test_the_name_of_one_file_for_all_says_more_than_that_of_a_folder():
    names = [str(choose_destination(None, kind, "demo", "3-8").path) for kind in ("png", "npz")]
    assert names == [str(Path("samples/demo")), str(Path("samples/demo-3-8.npz"))]


def test_an_npz_says_how_to_make_it_again():
    put(samples(names=None), "a.npz")
    assert made_by(Path("a.npz"))["command"] == (
        "ganctl sample demo --digit cat --digit T-shirt/top --seeds 3-4 --out FILE.npz"
    )


@pytest.mark.parametrize("content", [b"", b"PK", npz_bytes({"a": np.arange(3)}),
                                     npz_bytes({"ganctl": np.arange(3)}),
                                     npz_bytes({"ganctl": np.array("[]")})])  # fmt: skip
def test_other_arrays_say_nothing(content):
    Path("a.npz").write_bytes(content)
    with pytest.raises(FileError) as caught:
        made_by(Path("a.npz"))
    assert caught.value.hint
