"""Folders and zips as lists of files, whoever made them."""

import os
import random
import stat
import struct
import tracemalloc
import unicodedata
import zipfile

import pytest

from ganctl.errors import DataError
from ganctl.files import tree
from ganctl.files.limits import FOLDER_DEPTH
from ganctl.files.tree import open_tree, tree_of_file
from tests.readers.layouts import folder, zip_bytes, zipped

links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")


def names(found):
    return [str(entry) for entry in found.entries]


@pytest.fixture(params=["folder", "zip"])
def opened(request, tmp_path):
    def make(files):
        if request.param == "folder":
            return open_tree(folder(tmp_path / "data", files))
        return open_tree(zipped(tmp_path / "data.zip", files))

    return make


def test_files_are_listed_by_path_and_read_in_place(opened):
    found = opened({"b/x.PNG": b"12", "a/y.tar.gz": b"", "z": b"3", "b/c/": b"", "a b/1.": b""})
    assert names(found) == ["a/y.tar.gz", "a b/1.", "b/x.PNG", "z"]
    assert [entry.ending for entry in found.entries] == [".gz", "", ".png", ""]
    assert [entry.size for entry in found.entries] == [0, 0, 2, 1]
    assert found.folders == (("a",), ("a b",), ("b",), ("b", "c"))
    assert found.top_folders == ["a", "a b", "b"]
    assert [entry.name for entry in found.top_files] == ["z"]
    assert found.read(found.entries[2], 2) == b"12"
    with found.open(found.entries[3]) as file:
        assert file.read() == b"3"


def test_a_folder_of_a_tree_is_a_tree(opened):
    below = opened({"a/b/x": b"1", "a/y": b"", "c/z": b""}).below("a")
    assert names(below) == ["b/x", "y"]
    assert below.folders == (("b",),)
    assert below.read(below.entries[0], 9) == b"1"


def test_what_tools_keep_for_themselves_is_not_listed(opened):
    own = [".DS_Store", "__MACOSX/x/._1.png", "@eaDir/1.jpg", "a/Thumbs.db", "a/.git/config"]
    assert names(opened(dict.fromkeys(own, b"") | {"a/1.png": b""})) == ["a/1.png"]


def test_files_in_hidden_folders_are_listed_apart(opened):
    own = [".git/x.png", ".ipynb_checkpoints/x.png", ".x.png", "a/._2.png", "__MACOSX/.y/x.png"]
    hidden = [".ant/1.png", "a/.more/b/2.png"]
    found = opened(dict.fromkeys([*own, *hidden, "a/1.png"], b""))
    assert names(found) == ["a/1.png"]
    assert [name.replace(os.sep, "/") for name in found.hidden] == hidden


def test_what_is_packed_in_an_unknown_way_is_lost(tmp_path):
    content = bytearray(zip_bytes({"a/1.png": b"x", "a/2.png": b""}))
    content[content.index(b"PK\1\2") + 10] = 99
    (tmp_path / "data.zip").write_bytes(content)
    assert open_tree(tmp_path / "data.zip").lost == (
        ("a/1.png", "packed in a way that is not read"),
    )


def test_names_are_in_nfc_and_files_found_by_their_own(opened):
    found = opened({unicodedata.normalize("NFD", "é/ü.png"): b"1"})
    assert names(found) == ["é/ü.png"]
    assert found.folders == (("é",),)
    assert found.read(found.entries[0], 1) == b"1"


def test_more_than_asked_for_is_not_read(opened):
    found = opened({"x.txt": b"12345"})
    with pytest.raises(DataError, match=r"x\.txt.* has over 4 bytes") as error:
        found.read(found.entries[0], 4)
    assert "smaller" in error.value.hint


def test_a_file_that_went_away_is_said(tmp_path):
    found = open_tree(folder(tmp_path / "data", {"a/x.png": b""}))
    (tmp_path / "data" / "a" / "x.png").unlink()
    with pytest.raises(DataError, match=r"a.x\.png cannot be read"):
        found.read(found.entries[0], 4)


def test_one_file_alone(tmp_path):
    path = tmp_path / "x.npz"
    path.write_bytes(b"123")
    found = tree_of_file(path)
    assert (names(found), found.entries[0].size, found.folders) == (["x.npz"], 3, ())
    assert found.read(found.entries[0], 3) == b"123"
    assert found.describe(found.entries[0]) == str(path)


@pytest.mark.parametrize("name", ["none", "x" * 300, "nul\0"])
def test_one_file_that_is_not_there(tmp_path, name):
    with pytest.raises(DataError, match="cannot be read") as error:
        tree_of_file(tmp_path / name)
    assert "Name a file or a folder." in error.value.hint


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_do_not_keep_anybody_waiting(tmp_path):
    data = folder(tmp_path / "data", {"a/1.png": b""})
    os.mkfifo(data / "a" / "pipe.png")
    found = open_tree(data)
    assert (names(found), found.lost) == (
        ["a/1.png"],
        ((os.path.join("a", "pipe.png"), "not a file"),),  # noqa: PTH118
    )
    with pytest.raises(DataError, match="is not a file"):
        tree_of_file(data / "a" / "pipe.png")


@links
def test_links_in_a_folder_are_followed_but_not_round_and_round(tmp_path):
    store = folder(tmp_path / "store", {"1.png": b"1", "2.png": b"2"})
    data = folder(tmp_path / "data", {"b/3.png": b""})
    (data / "a").symlink_to(store)
    (data / "b" / "4.png").symlink_to(store / "1.png")
    (data / "b" / "up").symlink_to(data)
    (data / "b" / "self").symlink_to(data / "b")
    (data / "b" / "gone.png").symlink_to(store / "gone.png")
    (data / "b" / "circle").symlink_to(data / "b" / "circle")
    (data / "b" / "root").symlink_to("/")
    (data / "b" / "home").symlink_to(tmp_path)
    found = open_tree(data)
    assert names(found) == ["a/1.png", "a/2.png", "b/3.png", "b/4.png"]
    assert found.lost == (("b/circle", "a broken link"), ("b/gone.png", "a broken link"))


@links
def test_links_from_folder_to_folder_do_not_multiply_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "FILES", 500)
    data = folder(tmp_path / "data", {f"{i}/": b"" for i in range(8)})
    for source in range(8):
        for target in range(8):
            (data / str(source) / str(target)).symlink_to(data / str(target))
    with pytest.raises(DataError, match="over 500 files") as error:
        open_tree(data)
    assert "Name the folder of the images alone" in error.value.hint


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    data = folder(tmp_path / "data", {"a/1.png": b"", "b/1.png": b""})
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"data.b cannot be listed: Permission denied") as error:
        open_tree(data)
    assert "Make it readable" in error.value.hint


def test_deep_folders_are_refused(opened):
    deepest = "/".join("d" * FOLDER_DEPTH)
    assert len(opened({f"{deepest}/": b""}).folders) == FOLDER_DEPTH
    with pytest.raises(DataError, match="more than 32 deep"):
        opened({f"{deepest}/d/1.png": b""})


def test_too_many_files_are_refused(opened, monkeypatch):
    monkeypatch.setattr(tree, "FILES", 30)
    assert len(opened({f"{i}.png": b"" for i in range(30)}).entries) == 30
    with pytest.raises(DataError, match="over 30 files"):
        opened({f"{i}.png": b"" for i in range(31)})


def test_a_folder_without_end_takes_bounded_memory(tmp_path, monkeypatch):
    (item,) = list(os.scandir(folder(tmp_path / "data", {"1.png": b""})))

    class Endless:
        def __enter__(self):
            return iter(lambda: item, None)

        def __exit__(self, *error):
            return None

    monkeypatch.setattr(tree, "FILES", 2_000)
    monkeypatch.setattr(os, "scandir", lambda path: Endless())
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="over 2,000 files"):
            open_tree(tmp_path / "data")
        assert tracemalloc.get_traced_memory()[1] < 2_000 * 1000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:/x.png", "c:x.png", "a\\..\\x.png", ".."]
)
def test_a_path_that_leaves_an_archive_is_refused(tmp_path, name):
    path = zipped(tmp_path / "data.zip", {"a/1.png": b"", name: b""})
    with pytest.raises(DataError, match="whose path leaves the archive") as error:
        open_tree(path)
    assert "Do not trust it" in error.value.hint


def test_paths_of_windows_in_an_archive(tmp_path):
    path = zipped(tmp_path / "data.zip", {"a__1.png": b"12", "./b//2.png": b""})
    path.write_bytes(path.read_bytes().replace(b"a__1.png", b"a\\\\1.png"))
    found = open_tree(path)
    assert names(found) == ["a/1.png", "b/2.png"]
    assert found.read(found.entries[0], 9) == b"12"


def test_links_in_an_archive_are_not_followed(tmp_path):
    link = zipfile.ZipInfo("a/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a/1.png", "")
    found = open_tree(tmp_path / "data.zip")
    assert (names(found), found.lost) == (["a/1.png"], (("a/link.png", "a link"),))


def test_what_an_archive_encrypts_is_lost(tmp_path):
    content = bytearray(zip_bytes({"a/1.png": b"x", "a/2.png": b""}))
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "data.zip").write_bytes(content)
    found = open_tree(tmp_path / "data.zip")
    assert (names(found), found.lost) == (["a/2.png"], (("a/1.png", "encrypted"),))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_files_of_one_name_in_an_archive_the_last_one_counts(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("a/1.png", "first")
        archive.writestr("a/1.png", "last")
    found = open_tree(tmp_path / "data.zip")
    assert (names(found), found.lost) == (["a/1.png"], (("a/1.png", "named twice in the zip"),))
    assert found.read(found.entries[0], 9) == b"last"


def test_a_bomb_gives_no_more_than_asked_for(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/bomb.png", bytes(2**24))
    found = open_tree(tmp_path / "data.zip")
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="has over 1,000,000 bytes"):
            found.read(found.entries[0], 10**6)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


def test_a_list_that_claims_too_much_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "ZIP_OF_FILES_DIRECTORY_BYTES", 2000)
    with pytest.raises(DataError, match="its list of files is too large"):
        open_tree(zipped(tmp_path / "data.zip", {f"{i}.png": b"" for i in range(100)}))


FAR_LIST = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 9, 9, 9, 9, 0)


@pytest.mark.parametrize("content", [b"", b"no zip", FAR_LIST])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "data.zip").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read as a zip") as error:
        open_tree(tmp_path / "data.zip")
    assert "Fetch it again, or unpack it" in error.value.hint


def test_a_damaged_zip_gives_its_files_or_an_error(tmp_path):
    whole = zip_bytes({f"a/{i}.png": bytes(20) for i in range(3)})
    rng = random.Random(0)
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        (tmp_path / "data.zip").write_bytes(content)
        try:
            found = open_tree(tmp_path / "data.zip")
            for entry in found.entries:
                found.read(entry, 100)
        except DataError:
            continue
