"""Folders of images: what is a class, what is a split, and what is neither."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganctl.errors import DataError
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.labelled import ANY
from tests.readers.layouts import counts, folder, of_classes, pictures_at, said, zipped

THREE = {"disc": 3, "square": 3, "triangle": 3}


def read(tmp_path, files, **options):
    """Read a layout as a folder and as a zip, which say the same."""
    tmp_path.mkdir(exist_ok=True)
    found = pictures_at(folder(tmp_path / "data", files), **options)
    assert said(pictures_at(zipped(tmp_path / "data.zip", files), **options)) == said(found)
    return found


def refused(tmp_path, files, **options):
    with pytest.raises(DataError) as error:
        pictures_at(folder(tmp_path / "data", files), **options)
    return f"{error.value} {error.value.hint}"


def test_class_folders(tmp_path):
    found = read(tmp_path, of_classes())
    assert counts(found) == THREE
    assert (found.layout, found.left_out, found.remarks) == ("class folders", {}, ())


def test_folders_below_a_class_are_part_of_it_and_this_is_said(tmp_path):
    files = {f"{kind}/{year}/{i}.png": b"" for kind in "ab" for year in (2023, 2024) for i in "12"}
    found = read(tmp_path, files | {"a/2023/more/3.png": b""})
    assert counts(found) == {"a": 5, "b": 4}
    assert found.remarks == (
        "Folders in class folders are part of the class: a/2023, a/2024, b/2023, b/2024.",
    )


def test_a_folder_in_a_folder_is_entered(tmp_path):
    found = read(tmp_path, of_classes("download/shapes-v2/"))
    assert counts(found) == THREE


def test_one_class_alone_is_said(tmp_path):
    found = read(tmp_path, of_classes(kinds=["disc"]))
    assert counts(found) == {"disc": 3}
    assert found.remarks == ()


def test_a_class_alone_may_have_folders_below_it(tmp_path):
    files = of_classes(kinds=["disc"]) | {"disc/more/1.png": b""}
    assert counts(read(tmp_path, files)) == {"disc": 4}


def test_loose_images_are_counted(tmp_path):
    found = read(tmp_path, of_classes() | {"loose.png": b"", "too.jpg": b""})
    assert counts(found) == THREE
    assert found.left_out == {"loose images": 2}


def test_a_flat_folder_with_a_small_folder_in_it_is_refused(tmp_path):
    message = refused(tmp_path, {f"{i}.png": b"" for i in range(9)} | {"thumbs/1.png": b""})
    assert "9 images beside folders of images (thumbs 1)" in message
    assert "Name one of the folders" in message


def test_empty_classes_are_said(tmp_path):
    found = read(tmp_path, of_classes() | {"none/": b"", "notes/read.me": b""})
    assert counts(found) == THREE
    assert found.left_out == {".me": 1}
    assert found.remarks == ("Folders that hold no images: none, notes.",)


def test_names_that_differ_by_case_or_spaces_are_said(tmp_path):
    found = read(tmp_path, {"Cat/1.png": b"", "cat /1.png": b""})
    assert found.remarks == ("Classes that differ by case or spaces alone: 'Cat' and 'cat '.",)


def test_a_name_in_two_unicode_forms_is_one_class(tmp_path):
    names = [unicodedata.normalize(form, "café") for form in ("NFC", "NFD")]
    files = {f"{name}/{i}.png": b"" for i, name in enumerate(names)} | {"tea/1.png": b""}
    if len(list(folder(tmp_path / "try", files).iterdir())) < 3:
        pytest.skip("this file system takes both names for one")
    found = read(tmp_path, files)
    assert counts(found) == {"café": 2, "tea": 1}
    assert found.remarks == ("Folders of equal names in Unicode are one class: café.",)


@pytest.mark.parametrize("train", ["train", "Training", "TRAIN", "train_set", "train2017"])
@pytest.mark.parametrize("test", ["test", "Testing"])
def test_splits_by_their_usual_names(tmp_path, train, test):
    files = of_classes(f"{train}/") | of_classes(f"{test}/", 1)
    found = read(tmp_path, files)
    assert counts(found) == THREE
    assert counts(found, "test") == dict.fromkeys(THREE, 1)
    assert found.layout == "class folders"


@pytest.mark.parametrize("name", ["val", "valid", "Validation", "dev"])
def test_a_validation_split_is_held_against_where_there_is_no_test_split(tmp_path, name):
    found = read(tmp_path, of_classes("train/") | of_classes(f"{name}/", 1))
    assert counts(found, "test") == dict.fromkeys(THREE, 1)
    assert found.remarks == ("There is no test split: the validation split is held against.",)


def test_a_validation_split_beside_a_test_split_is_left_out(tmp_path):
    files = of_classes("train/") | of_classes("val/", 2) | of_classes("test/", 1)
    found = read(tmp_path, files)
    assert counts(found, "test") == dict.fromkeys(THREE, 1)
    assert found.left_out == {"validation split": 6}


def test_train_alone(tmp_path):
    found = read(tmp_path, of_classes("train/"))
    assert counts(found) == THREE
    assert "test" not in found.parts


@pytest.mark.parametrize("name", ["test", "val"])
def test_a_test_split_alone_is_refused(tmp_path, name):
    message = refused(tmp_path, of_classes(f"{name}/"))
    assert f"has a folder {name}, and nothing to train on" in message
    assert "Call the folder to train on train" in message


def test_test_beside_one_class_is_refused(tmp_path):
    message = refused(tmp_path, of_classes(kinds=["test", "control"]))
    assert "has a folder test, and nothing besides control" in message


def test_test_beside_classes_is_their_split(tmp_path):
    found = read(tmp_path, of_classes() | of_classes("test/", 1))
    assert counts(found) == THREE
    assert counts(found, "test") == dict.fromkeys(THREE, 1)
    assert found.remarks == ("Folders beside test train.",)


def test_test_without_classes_is_left_out(tmp_path):
    found = read(tmp_path, of_classes("train/") | {"test/1.png": b"", "test/2.png": b""})
    assert counts(found) == THREE
    assert "test" not in found.parts
    assert found.left_out == {"test split without classes": 2}
    assert found.remarks == ("The test split has no classes: nothing is held against it.",)


def test_a_train_among_vehicles_is_a_class(tmp_path):
    found = read(tmp_path, of_classes(kinds=["car", "plane", "train"]))
    assert counts(found) == {"car": 3, "plane": 3, "train": 3}
    assert found.remarks == ("The folder train is read as a class, not as a split.",)


def test_two_folders_of_one_split_are_refused(tmp_path):
    message = refused(tmp_path, of_classes("train/") | of_classes("training/"))
    assert "several folders of one split: train, training" in message
    assert "called train" in message


def test_what_lies_beside_the_splits_is_left_out(tmp_path):
    files = of_classes("train/") | of_classes("test/") | {"predict/1.png": b"", "x.png": b""}
    found = read(tmp_path, files)
    assert found.left_out == {"predict/": 1, "loose images": 1}


def test_classes_of_the_test_split_alone_are_left_out(tmp_path):
    found = read(
        tmp_path, of_classes("train/", kinds=["a", "b"]) | of_classes("test/", kinds="abc")
    )
    assert counts(found, "test") == {"a": 3, "b": 3}
    assert found.left_out == {"classes not in train": 3}
    assert found.remarks == ("Classes in the test split alone: c.",)


def test_splits_in_each_class(tmp_path):
    files = {
        f"{kind}/{part}/{i}.png": b"" for kind in "ab" for part in ("train", "test") for i in "1"
    }
    found = read(tmp_path, files)
    assert counts(found) == counts(found, "test") == {"a": 1, "b": 1}
    assert found.layout == "class folders with splits in each"
    found = pictures_at(folder(tmp_path / "data", files | {"b/extra/1.png": b""}))
    assert counts(found) == {"a": 2, "b": 3}


def test_splits_in_each_class_leave_loose_images_out(tmp_path):
    files = {f"{kind}/{part}/1.png": b"" for kind in "ab" for part in ("train", "val", "test")}
    found = read(tmp_path, files | {"loose.png": b""})
    assert found.left_out == {"loose images": 1, "validation split": 2}


FLAT = {f"photo{i}.jpg": b"" for i in range(6)}


def test_images_without_classes(tmp_path):
    found = read(tmp_path, FLAT, needs_labels=False)
    assert counts(found) == {ANY: 6}
    assert found.layout == "images without classes"
    message = refused(tmp_path, FLAT)
    assert "6 images without classes" in message
    for way in ("a folder for each class", "labels.csv", "--model gan"):
        assert way in message


def test_prefixes_of_names_are_suggested_and_not_guessed(tmp_path):
    files = {f"{kind}_{i}.png": b"" for kind in ("cat", "dog") for i in range(4)}
    assert "The names begin with cat, dog: are these classes?" in refused(tmp_path, files)


def test_a_split_without_classes(tmp_path):
    files = {f"{part}/{i}.png": b"" for part in ("train", "test") for i in range(3)}
    found = read(tmp_path, files, needs_labels=False)
    assert counts(found) == counts(found, "test") == {ANY: 3}
    assert "3 images without classes" in refused(tmp_path, files)


@pytest.mark.parametrize("name", ["images", "JPEGImages", "img", "img_align_celeba", "data"])
def test_a_folder_that_is_called_images_is_no_class(tmp_path, name):
    files = {f"{name}/{i}.png": b"" for i in range(3)}
    assert counts(read(tmp_path, files, needs_labels=False)) == {ANY: 3}


def test_masks_beside_images_are_not_a_class(tmp_path):
    files = {f"{name}/{i}.png": b"" for name in ("images", "masks") for i in range(3)}
    found = read(tmp_path, files, needs_labels=False)
    assert counts(found) == {ANY: 3}
    assert found.left_out == {"masks/": 3}
    assert "What lies in masks are masks or boxes, not classes." in refused(tmp_path, files)


def test_masks_in_each_class_are_left_out(tmp_path):
    files = {f"{c}/{n}/{i}.png": b"" for c in "ab" for n in ("images", "masks") for i in range(3)}
    found = read(tmp_path, files)
    assert counts(found) == {"a": 3, "b": 3}
    assert found.left_out == {"masks/": 6}


def test_masks_beside_several_folders_of_images_are_refused(tmp_path):
    files = {f"{n}/{i}.png": b"" for n in ("images", "images_b", "masks") for i in range(3)}
    assert "Name one of them, not masks" in refused(tmp_path, files)


@pytest.mark.parametrize("splits", [("images/{}", "labels/{}"), ("{}/images", "{}/labels")])
def test_boxes_beside_images_are_not_classes(tmp_path, splits):
    files = {
        f"{where.format(part)}/{i}.{ending}": b""
        for where, ending in zip(splits, ("jpg", "txt"), strict=True)
        for part in ("train", "val")
        for i in range(3)
    }
    found = read(tmp_path, files, needs_labels=False)
    assert counts(found) == counts(found, "test") == {ANY: 3}
    assert found.left_out == {".txt": 6}
    assert "masks or boxes" in refused(tmp_path, files)


def test_two_domains_are_two_classes(tmp_path):
    names = {"trainA": 3, "trainB": 4, "testA": 1, "testB": 2, "extra": 1}
    files = {f"{name}/{i}.jpg": b"" for name, count in names.items() for i in range(count)}
    found = read(tmp_path, files)
    assert counts(found) == {"A": 3, "B": 4}
    assert counts(found, "test") == {"A": 1, "B": 2}
    assert found.left_out == {"extra/": 1}
    assert found.remarks == ("The folders trainA and trainB are read as classes A and B.",)


def test_shards_without_their_json_are_not_classes(tmp_path):
    files = {f"{shard:05d}/img{shard}{i:07d}.png": b"" for shard in range(3) for i in range(3)}
    found = read(tmp_path, files, needs_labels=False)
    assert counts(found) == {ANY: 9}
    assert "9 images without classes" in refused(tmp_path, files)


names = st.sampled_from(["cat", "dog", "7", "café", "test", "train", "val", "images", "masks", "x"])
layouts = st.dictionaries(
    st.lists(names, max_size=4).map(lambda parts: "/".join([*parts, "1.png"])), st.just(b""),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(files=layouts)
def test_a_folder_and_its_zip_are_read_alike_and_every_file_is_accounted_for(
    tmp_path_factory, files
):
    home = tmp_path_factory.mktemp("alike")
    results = []
    for path in (folder(home / "data", files), zipped(home / "data.zip", files)):
        try:
            found = pictures_at(path, needs_labels=False)
        except DataError as error:
            results.append(str(error).replace(str(path), ""))
            continue
        results.append(said(found))
        assert len(found.files) + sum(found.left_out.values()) == len(files)
        assert len({entry.key for entry in found.files}) == len(found.files)
        trained = found.parts["train"]
        assert not any(split_role(part) == "test" for p in trained for part in p.entry.parts[:1])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("train", "test"),
    [
        ("seg_train", "seg_test"),
        ("asl-alphabet-train", "asl-alphabet-test"),
        ("train_images", "test_images"),
        ("trainset", "testset"),
        ("trn", "tst"),
        ("train", "eval"),
        ("train", "holdout"),
        ("images_background", "images_evaluation"),
        ("set_Training_Input", "set_Test_Input"),
    ],
)
@pytest.mark.parametrize("is_doubled", [False, True])
def test_splits_whose_names_differ_by_a_word(tmp_path, train, test, is_doubled):
    inside = [f"{name}/{name}/" if is_doubled else f"{name}/" for name in (train, test)]
    found = read(tmp_path, of_classes(inside[0]) | of_classes(inside[1], 1))
    assert counts(found) == THREE
    assert counts(found, "test") == dict.fromkeys(THREE, 1)
    flat = read(tmp_path / "flat", of_classes(inside[0]) | {f"{inside[1]}A_test.png": b""})
    assert counts(flat) == THREE
    assert flat.left_out == {"test split without classes": 1}


@pytest.mark.parametrize("kinds", [["crash_test", "steam_train"], ["a_test", "a_train", *"bcdef"]])
def test_a_word_of_a_split_in_a_name_is_not_enough(tmp_path, kinds):
    assert counts(read(tmp_path, of_classes(kinds=kinds))) == dict.fromkeys(kinds, 3)


def test_two_pairs_of_splits_are_refused(tmp_path):
    files: dict[str, bytes | str] = {}
    for name in ("a_train", "a_test", "b_train", "b_test"):
        files |= of_classes(f"{name}/")
    assert "several folders of one split: a_train, b_train" in refused(tmp_path, files)


def test_a_doubled_class_alone_stays_a_class(tmp_path):
    files = {f"download/shapes/shapes/{i}.png": b"" for i in range(3)}
    assert counts(read(tmp_path, files)) == {"shapes": 3}


VERSIONS = [
    (["color", "grayscale"], ["ant", "bee"]),
    (["fold1", "fold2", "fold3"], ["ant", "bee", "cow"]),
    (["64x64", "128x128"], ["person", "camera", "laptop"]),
    (["amazon", "dslr"], ["images/mug", "images/bike"]),
    (["left", "right"], list("012")),
    (["a", "b"], ["class1", "class2", "class3"]),
]


@pytest.mark.parametrize(("above", "inside"), VERSIONS)
def test_the_same_classes_in_several_folders_are_refused(tmp_path, above, inside):
    files = {f"x/{a}/{b}/{i}.png": b"" for a in above for b in inside for i in range(2)}
    message = refused(tmp_path, files)
    names = sorted(name.removeprefix("images/") for name in inside)
    assert f"the same folders in each of {', '.join(sorted(above))}: {', '.join(names)}" in message
    first = tmp_path / "data" / "x" / sorted(above)[0]
    assert f"give --data {first}, or another" in message
    # What the hint says leads to either reading.
    assert counts(pictures_at(first)) == dict.fromkeys(names, 2)
    parts = {f"{a}/part{n}/{i}.png": b"" for a in above for n, _ in enumerate(inside) for i in "12"}
    assert set(counts(read(tmp_path / "parts", parts))) == set(above)
    # Without labels, there is nothing that may be misread.
    assert len(pictures_at(tmp_path / "data", needs_labels=False).files) == len(files)


def test_the_same_classes_in_an_archive_are_refused_and_to_be_unpacked(tmp_path):
    path = zipped(tmp_path / "data.zip", of_classes("x/color/") | of_classes("x/grey/"))
    with pytest.raises(DataError) as error:
        pictures_at(path)
    assert "unpack it, and name x/color, or another one" in error.value.hint


def test_the_same_classes_in_each_split_twice_are_refused(tmp_path):
    files = of_classes("test/")
    for name in ("color", "grey"):
        files |= of_classes(f"train/{name}/")
    assert f"--data {tmp_path / 'data' / 'train' / 'color'}" in refused(tmp_path, files)


ALBUMS = [
    ["2023", "2024"],
    ["2024-05", "2024-06"],
    ["part1", "part2", "part3", "part4", "part5"],
    ["album", "more", "images", "batch3"],
    ["front"],
    ["a", "b"],
    ["001", "002", "003"],
    ["train", "test", "extra"],
]


@pytest.mark.parametrize("inside", ALBUMS)
def test_the_same_albums_in_several_classes_are_part_of_these(tmp_path, inside):
    files = {f"{kind}/{album}/1.png": b"" for kind in THREE for album in inside}
    found = read(tmp_path, files)
    assert counts(found) == dict.fromkeys(THREE, len(inside))
    assert "part of the class" in found.remarks[0]


def test_folders_of_which_few_are_the_same_are_part_of_the_class(tmp_path):
    inside = {"insect": ["ant", "bee", "other", "unsure"], "pet": ["cat", "dog", "other", "unsure"]}
    files = {f"{kind}/{name}/1.png": b"" for kind, names in inside.items() for name in names}
    assert counts(read(tmp_path, files)) == {"insect": 4, "pet": 4}


def test_a_few_images_in_the_same_folders_of_classes_are_part_of_the_class(tmp_path):
    files = {f"{kind}/{name}/1.png": b"" for kind in THREE for name in ("good", "bad")}
    assert counts(read(tmp_path, of_classes() | files)) == dict.fromkeys(THREE, 5)


@pytest.mark.parametrize("word", ["labeled", "Labelled"])
def test_unlabelled_images_beside_labelled_ones_are_left_out(tmp_path, word):
    files = of_classes(f"{word}/") | {f"un{word.lower()}/{i}.png": b"" for i in range(4)}
    found = read(tmp_path, files)
    assert counts(found) == THREE
    assert found.left_out == {f"un{word.lower()}/": 4}
