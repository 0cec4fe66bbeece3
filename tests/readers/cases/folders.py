"""Folders of image files, as people lay them out."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests.readers.cases.drawing import NAMES, class_folders, figure, flat, save
from tests.readers.cases.expect import reads, refused

FOUR = {"ant": 4, "bee": 4, "cow": 4}
TWO = {"ant": 2, "bee": 2, "cow": 2}
ALONE = {"needs_labels": False}


@reads(FOUR, layout="class folders", says=("3 classes (ant 4, bee 4, cow 4)",))
def class_folders_alone(folder: Path) -> Path:
    """A folder for each class of images."""
    return class_folders(folder)


@reads(FOUR, layout="class folders")
def class_folders_in_a_single_folder(folder: Path) -> Path:
    """The same below folders that hold nothing else, such as ``download/shapes/``."""
    class_folders(folder / "download" / "shapes")
    return folder


@reads(FOUR, says=("part of the class",))
def nested_in_class(folder: Path) -> Path:
    """Folders in class folders, such as ``ant/2023/``."""
    for year in (0, 1):
        for kind, name in enumerate(NAMES):
            for number in (0, 1):
                save(folder / name / f"202{year}" / f"{number}.png", kind, 2 * year + number)
    return folder


@reads(FOUR | {"ant": 6}, says=("part of the class",))
def one_class_nested(folder: Path) -> Path:
    class_folders(folder)
    for number in (0, 1):
        save(folder / "ant" / "more" / "best" / f"{number}.png", 0, 90 + number)
    return folder


@reads(FOUR, test=TWO, says=("test split 6",))
def train_and_test(folder: Path) -> Path:
    """``train/`` and ``test/`` of class folders."""
    class_folders(folder / "data" / "train")
    class_folders(folder / "data" / "test", 2, seed=50)
    return folder


@reads(FOUR, test=TWO)
def splits_in_capitals(folder: Path) -> Path:
    """``Training/`` and ``Testing/``."""
    class_folders(folder / "Training")
    class_folders(folder / "Testing", 2, seed=50)
    return folder


@reads(FOUR, test=TWO, says=("valid",))
def train_and_valid(folder: Path) -> Path:
    """``train/`` and ``valid/``, and no ``test/``."""
    class_folders(folder / "train")
    class_folders(folder / "valid", 2, seed=50)
    return folder


@reads(FOUR, test=TWO, left_out={"validation split": 3})
def train_validation_and_test(folder: Path) -> Path:
    """``train/``, ``validation/`` and ``test/``."""
    class_folders(folder / "train")
    class_folders(folder / "validation", 1, seed=90)
    class_folders(folder / "test", 2, seed=50)
    return folder


@reads(FOUR, test=TWO)
def splits_below_classes(folder: Path) -> Path:
    """``train/`` and ``test/`` in each class folder."""
    for kind, name in enumerate(NAMES):
        for number in range(6):
            split = "train" if number < 4 else "test"
            save(folder / name / split / f"{number}.png", kind, number)
    return folder


@reads(FOUR)
def a_train_split_alone(folder: Path) -> Path:
    """``train/`` alone."""
    class_folders(folder / "train")
    return folder


@reads(FOUR, test={"bee": 2}, says=("dog",))
def a_test_class_without_training_images(folder: Path) -> Path:
    """A class in ``test/`` that ``train/`` has not."""
    class_folders(folder / "train")
    save(folder / "test" / "bee" / "0.png", 1, 70)
    save(folder / "test" / "bee" / "1.png", 1, 71)
    save(folder / "test" / "dog" / "0.png", 3, 70)
    return folder


@refused("without classes", "--model gan")
@reads({"images": 12}, test={"images": 6}, options=ALONE, figures=False)
def train_and_test_flat(folder: Path) -> Path:
    """``train/`` and ``test/`` of images without classes."""
    flat(folder / "train")
    flat(folder / "test", 2, seed=50)
    return folder


@refused("without classes", "--model gan")
@reads({"images": 12}, options=ALONE, figures=False)
def flat_folder(folder: Path) -> Path:
    """Images without classes in one folder."""
    return flat(folder)


@reads({"ant": 4}, says=("1 class",))
def one_class(folder: Path) -> Path:
    """One class folder."""
    return class_folders(folder, names=("ant",))


@reads({"ant": 1, "bee": 1, "cow": 1}, says=("fewer than ten",))
def one_image_a_class(folder: Path) -> Path:
    return class_folders(folder, 1)


@reads({"ant": 12, "bee": 12, "cow": 1}, says=("fewer than ten images: cow 1",))
def one_image_of_one_class(folder: Path) -> Path:
    class_folders(folder, 12, names=NAMES[:2])
    save(folder / "cow" / "0.png", 2, 0)
    return folder


@reads({"ant": 60, "bee": 4, "cow": 4}, says=("ant 60",))
def imbalanced(folder: Path) -> Path:
    class_folders(folder)
    for number in range(100, 156):
        save(folder / "ant" / f"{number}.png", 0, number)
    return folder


@reads({f"glyph{index:04d}": 1 for index in range(1000)}, says=("1,000 classes of 1 image each",))
def thousand_classes(folder: Path) -> Path:
    """A zip of 1,000 class folders."""
    with zipfile.ZipFile(folder / "glyphs.zip", "w") as archive:
        for index in range(1000):
            content = b"P5 8 8 255\n" + figure(index % 4, index).tobytes()
            archive.writestr(f"glyph{index:04d}/0.pgm", content)
    return folder / "glyphs.zip"


@reads({str(number): 2 for number in range(1, 13)})
def numbered_folders(folder: Path) -> Path:
    """Class folders called ``1`` to ``12``."""
    return class_folders(folder, 2, names=[str(number) for number in range(1, 13)])


HARD = sorted(
    ["two words", "日本語", "😀🐱", "a,b", "3:0.5", "café", "-dash", "all", "Cat", "cat", "🏳️‍🌈"]
)


@reads(dict.fromkeys(HARD, 2), needs="posix")
def hard_names(folder: Path) -> Path:
    # A Mac's é, emoji, commas: what a folder's name may have and a class has then.
    names = [unicodedata.normalize("NFD", name) for name in HARD]
    return class_folders(folder, 2, names=names)


@reads(FOUR, left_out={".txt": 1})
def hidden_files(folder: Path) -> Path:
    """Files of a Mac or of Windows, such as ``.DS_Store``, and a README among them."""
    class_folders(folder)
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "README.txt").write_text("these are figures")
    (folder / ".ipynb_checkpoints").mkdir()
    save(folder / "__MACOSX" / "ant" / "0.png", 3, 0)
    for name in NAMES:
        (folder / name / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
        (folder / name / "desktop.ini").write_text("[.ShellClassInfo]")
        (folder / name / "._0.png").write_bytes(b"\0\5\x16\7")
    return folder


@reads(FOUR)
def system_folders(folder: Path) -> Path:
    class_folders(folder)
    save(folder / "@eaDir" / "ant" / "SYNOFILE_THUMB_M.jpg", 3, 0)
    save(folder / "lost+found" / "0.png", 3, 1)
    (folder / "__pycache__").mkdir()
    return folder


@reads(FOUR, needs="posix")
def links(folder: Path) -> Path:
    """Links to files and folders elsewhere."""
    store, data = class_folders(folder / "store"), folder / "data"
    (data / "cow").mkdir(parents=True)
    for name in NAMES[:2]:
        (data / name).symlink_to(store / name)
    for path in (store / "cow").iterdir():
        (data / "cow" / path.name).symlink_to(path)
    return data


@refused("broken link", "--skip-bad", needs="posix")
@reads(FOUR, left_out={"cannot be opened": 1}, options={"skip_bad": True}, needs="posix")
def a_link_to_nowhere(folder: Path) -> Path:
    """A link to a file that is gone."""
    (class_folders(folder) / "ant" / "gone.png").symlink_to(folder / "gone.png")
    return folder


@reads(FOUR, needs="posix")
def a_loop_of_links(folder: Path) -> Path:
    """A link to a folder that it lies in."""
    (class_folders(folder) / "ant" / "again").symlink_to(folder, target_is_directory=True)
    return folder


@refused("not a file", "--skip-bad", needs="posix")
@reads(FOUR, left_out={"cannot be opened": 1}, options={"skip_bad": True}, needs="posix")
def a_pipe(folder: Path) -> Path:
    os.mkfifo(class_folders(folder) / "ant" / "pipe.png")
    return folder


@reads(FOUR, left_out={"unreadable": 1}, options={"skip_bad": True}, needs="permissions")
def a_file_of_somebody_else(folder: Path) -> Path:
    save(class_folders(folder) / "ant" / "secret.png", 0, 99)
    (folder / "ant" / "secret.png").chmod(0)
    return folder


@refused("no files", "Data may be")
def empty_folder(folder: Path) -> Path:
    """An empty folder."""
    return folder


@reads(FOUR, says=("dog",))
def empty_class(folder: Path) -> Path:
    """A class folder without images."""
    class_folders(folder)
    (folder / "dog").mkdir()
    return folder


@reads(FOUR, left_out={"loose images": 2}, says=("loose images 2",))
def loose_images(folder: Path) -> Path:
    """A few images beside class folders."""
    class_folders(folder)
    save(folder / "sheet.png", 0, 0, 16)
    save(folder / "cover.png", 1, 1, 16)
    return folder


@reads(FOUR, says=("names.csv",))
def a_table_that_is_none_of_labels(folder: Path) -> Path:
    class_folders(folder)
    (folder / "names.csv").write_text("name,legs\nant,6\ncow,4\n")
    return folder


@refused("without classes", "--model gan")
@reads({"images": 12}, options=ALONE, figures=False)
def a_folder_called_images(folder: Path) -> Path:
    flat(folder / "images")
    return folder


@refused("without classes", "masks")
@reads({"images": 12}, options=ALONE, left_out={"masks/": 12}, figures=False)
def images_and_masks(folder: Path) -> Path:
    """``images/`` and ``masks/``."""
    flat(folder / "images")
    flat(folder / "masks", mode="1")
    return folder


@reads({"A": 3, "B": 3}, test={"A": 3, "B": 3}, says=("trainA and trainB",), figures=False)
def pairs_of_cyclegan(folder: Path) -> Path:
    """CycleGAN's ``trainA/``, ``trainB/``, ``testA/`` and ``testB/``."""
    for kind, name in enumerate(("trainA", "trainB", "testA", "testB")):
        for number in range(3):
            save(folder / name / f"{number}.jpg", kind, number)
    return folder


@refused("without classes", "--model gan")
def boxes_of_yolo(folder: Path) -> Path:
    """YOLO's ``images/`` and ``labels/`` of boxes."""
    for split in ("train", "val"):
        flat(folder / "images" / split, 2)
        (folder / "labels" / split).mkdir(parents=True)
        for name in NAMES:
            (folder / "labels" / split / f"{name}0.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (folder / "data.yaml").write_text("train: images/train\nnc: 1\nnames: [ant]\n")
    return folder


@refused("without classes", "--model gan")
@reads({"images": 12}, options=ALONE, figures=False)
def shards_without_labels(folder: Path) -> Path:
    """StyleGAN's folders ``00000/``, … without ``dataset.json``."""
    for number in range(12):
        save(folder / f"{number // 6:05d}" / f"img{number:08d}.png", 0, number)
    return folder


@refused("single image", "Data may be")
def a_single_image(folder: Path) -> Path:
    """A single image."""
    save(folder / "ant.png", 0, 0)
    return folder / "ant.png"


@refused("folder of a run", "RUN")
def the_folder_of_a_run(folder: Path) -> Path:
    """The folder of a run."""
    (folder / "run.json").write_text("{}")
    (folder / "latest").write_text("step-000100.safetensors\n")
    for step in (100, 200):
        save(folder / "previews" / f"{step:06d}.png", 0, step, 16)
    return folder


@reads(FOUR, test=TWO)
def splits_and_a_readme(folder: Path) -> Path:
    # What an archive of a paper unpacks to: splits, words about them, pictures of them.
    class_folders(folder / "train")
    class_folders(folder / "test", 2, seed=50)
    (folder / "README.md").write_text("# Figures\n")
    save(folder / "overview.jpg", 0, 0, 64)
    return folder


@reads(FOUR, says=("exact copy",))
def duplicates_within_a_class(folder: Path) -> Path:
    """Exact copies in a class."""
    class_folders(folder, 3)
    for kind, name in enumerate(NAMES):
        save(folder / name / "copy.png", kind, 0)
    return folder


@reads({"ant": 5, "bee": 4, "cow": 4}, says=("exact copy", "more than one class"), figures=False)
def a_duplicate_across_classes(folder: Path) -> Path:
    """The same image in two classes."""
    class_folders(folder)
    save(folder / "ant" / "bee.png", 1, 0)
    return folder


@reads(FOUR, test=TWO, says=("both the training and the test split",))
def duplicates_across_splits(folder: Path) -> Path:
    """The same images in both splits."""
    class_folders(folder / "train")
    class_folders(folder / "test", 2)
    return folder


@refused(".xyz", "Data may be")
def a_path_with_an_ending_of_nobody(folder: Path) -> Path:
    (folder / "data.xyz").write_bytes(b"hello")
    return folder / "data.xyz"


@reads({"ant": 4, "bee": 4}, says=("one colour",), figures=False)
def images_of_one_colour(folder: Path) -> Path:
    """Images of one colour."""
    for number in range(4):
        for shade, name in ((0, "ant"), (40, "bee")):
            path = folder / name / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.new("L", (8, 8), shade + number).save(path)
    return folder


@reads(FOUR, says=("test",))
def classes_to_train_and_a_flat_test(folder: Path) -> Path:
    """``train/`` of class folders, and ``test/`` of images without classes."""
    class_folders(folder / "train")
    for number in range(5):
        save(folder / "test" / f"{number}.png", number, 70 + number)
    return folder


@reads({"ant": 4, "bee": 4}, says=("ant/big", "part of the class"))
def two_levels_of_classes(folder: Path) -> Path:
    """Folders of classes of classes, such as ``insect/ant/``."""
    for kind, (outer, inner) in enumerate((("ant", "big"), ("bee", "red"))):
        for number in range(4):
            inside = inner if number % 2 else "small"
            save(folder / outer / inside / f"{number}.png", kind, number)
    return folder


@reads({"001.ant": 4, "002.bee": 4, "003.cow": 4})
def birds_of_caltech(folder: Path) -> Path:
    """CUB-200: class folders in ``images/``, beside lists in ``.txt``."""
    class_folders(folder / "images", names=("001.ant", "002.bee", "003.cow"))
    (folder / "classes.txt").write_text("1 001.ant\n2 002.bee\n3 003.cow\n")
    (folder / "images.txt").write_text("1 001.ant/0.png\n2 001.ant/1.png\n")
    (folder / "train_test_split.txt").write_text("1 0\n2 1\n")
    return folder


@reads(FOUR)
def tiny_imagenet(folder: Path) -> Path:
    """Tiny ImageNet: ``images/`` in each class folder, and a flat ``val/`` with a list."""
    for kind, name in enumerate(NAMES):
        for number in range(4):
            save(folder / "train" / name / "images" / f"{name}_{number}.png", kind, number)
        (folder / "train" / name / f"{name}_boxes.txt").write_text("a.png\t0\t0\t9\t9\n")
    for number in range(3):
        save(folder / "val" / "images" / f"val_{number}.png", number, 70)
    lines = [f"val_{number}.png\t{name}\t0\t0\t9\t9" for number, name in enumerate(NAMES)]
    (folder / "val" / "val_annotations.txt").write_text("\n".join(lines))
    (folder / "wnids.txt").write_text("\n".join(NAMES))
    return folder


@reads(FOUR, test=TWO, says=("Folders beside test train",))
def a_test_split_beside_classes(folder: Path) -> Path:
    """Class folders, and `test/` beside them."""
    class_folders(folder)
    class_folders(folder / "test", 2, seed=50)
    return folder


@reads({"car": 4, "plane": 4, "train": 4}, says=("The folder train is read as a class",))
def a_class_of_trains(folder: Path) -> Path:
    """Class folders of which one is called `train`."""
    return class_folders(folder, names=("car", "plane", "train"))


@reads(FOUR, test=TWO, left_out={"sketches/": 2})
def another_folder_beside_the_splits(folder: Path) -> Path:
    """`train/`, `test/` and another folder of images."""
    class_folders(folder / "train")
    class_folders(folder / "test", 2, seed=50)
    for number in range(2):
        save(folder / "sketches" / f"{number}.png", 3, number)
    return folder


@reads({"café": 4, "tea": 4}, says=("equal names in Unicode are one class: café",), needs="posix")
def one_name_written_in_two_ways(folder: Path) -> Path:
    for number in range(4):
        name = "caf\u00e9" if number % 2 else "cafe\u0301"
        save(folder / name / f"{number}.png", 0, number)
        save(folder / "tea" / f"{number}.png", 1, number)
    return folder


@reads({"ant": 9, "bee": 9}, options={"skip_bad": True}, says=("No image can be read of cow",))
def a_class_of_damaged_files(folder: Path) -> Path:
    class_folders(folder, 9, names=NAMES[:2])
    (folder / "cow").mkdir()
    (folder / "cow" / "0.png").write_bytes(b"")
    return folder


@reads(FOUR, test=TWO, left_out={"seg_pred/": 3})
def splits_in_folders_of_their_names(folder: Path) -> Path:
    """`seg_train/seg_train/`, `seg_test/seg_test/`, and a flat `seg_pred/`."""
    class_folders(folder / "seg_train" / "seg_train")
    class_folders(folder / "seg_test" / "seg_test", 2, seed=50)
    flat(folder / "seg_pred" / "seg_pred", 1, seed=90)
    return folder


@reads(FOUR, left_out={"test split without classes": 3}, says=("nothing is held against it",))
def a_doubled_test_split_without_classes(folder: Path) -> Path:
    """`signs_train/signs_train/` of class folders, and a flat `signs_test/signs_test/`."""
    class_folders(folder / "signs_train" / "signs_train")
    flat(folder / "signs_test" / "signs_test", 1, seed=50)
    return folder


@reads(FOUR, test=TWO)
def splits_by_a_word(folder: Path) -> Path:
    """`images_background/` and `images_evaluation/`."""
    class_folders(folder / "images_background")
    class_folders(folder / "images_evaluation", 2, seed=50)
    return folder


@reads(FOUR, test=TWO)
def splits_in_three_letters(folder: Path) -> Path:
    """`trn/` and `tst/`."""
    class_folders(folder / "trn")
    class_folders(folder / "tst", 2, seed=50)
    return folder


@refused("same folders in each of color, grayscale, segmented: ant, bee, cow", "/color, or another")
def versions_of_classes(folder: Path) -> Path:
    """`color/`, `grayscale/` and `segmented/` of the same class folders."""
    for name in ("color", "grayscale", "segmented"):
        class_folders(folder / name)
    return folder


@refused("same folders in each of fold1, fold2", "call the folders inside part1")
def folds(folder: Path) -> Path:
    """`fold1/` and `fold2/` of the same class folders."""
    for name in ("fold1", "fold2"):
        class_folders(folder / name)
    return folder


@refused("same folders in each of left, right: 0, 1, 2", "give --data")
def few_folders_of_more_numbers(folder: Path) -> Path:
    """`left/` and `right/` of the same folders `0` to `2`."""
    for name in ("left", "right"):
        class_folders(folder / name, names=("0", "1", "2"))
    return folder


@reads(FOUR, left_out={"unlabeled/": 3})
def labelled_and_unlabelled(folder: Path) -> Path:
    """`labeled/` of class folders, and a flat `unlabeled/`."""
    class_folders(folder / "labeled")
    flat(folder / "unlabeled", 1, seed=50)
    return folder


@reads({"ant": 4, "bee": 4}, left_out={"hidden": 4})
def a_hidden_class(folder: Path) -> Path:
    """Class folders of which one is hidden, such as `.cow/`."""
    class_folders(folder)
    (folder / "cow").rename(folder / ".cow")
    return folder


@refused("is not UTF-8", "other names", needs="posix")
def names_of_another_encoding(folder: Path) -> Path:
    """A class folder whose name is not UTF-8."""
    class_folders(folder)
    try:
        (folder / "ant").rename(folder / os.fsdecode(b"caf\xe9"))
    except OSError:
        pytest.skip("this file system has no such names")
    return folder
