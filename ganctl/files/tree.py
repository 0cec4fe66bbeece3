"""A folder or a zip archive as one list of files, whose contents are read in place.

Whoever made them may be anybody: lists are bounded, no path of an archive leaves it, links in
it are not followed, and no file gives more than its reader asks for. What an operating system or
a tool keeps for itself among the files is not listed.
"""

from __future__ import annotations

import io
import os
import re
import stat
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from operator import attrgetter
from pathlib import Path
from typing import IO, NamedTuple

from ganctl.errors import DataError
from ganctl.files.limits import FILES, FOLDER_DEPTH, ZIP_OF_FILES_DIRECTORY_BYTES

_OWN_OF_TOOLS = {
    "__macosx", "@eadir", "__pycache__", "#recycle", "$recycle.bin", "lost+found",
    "system volume information", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r",
}  # fmt: skip
_HIDDEN_OF_TOOLS = re.compile(
    r"\.(_.*|git.*|svn|hg|dvc|idea|vscode|ipynb_checkpoints|cache.*|.*_cache|venv.*|tox|nox|conda|"
    r"trash.*|thumb.*|@__thumb|xvpics|picasa.*|apdisk|appledouble|spotlight-.*|fseventsd|"
    r"documentrevisions-.*|temporaryitems|snapshots?|stversions|stfolder|sync.*|dropbox.*)"
)
_LEAVES = re.compile(r"(^|/)\.\.(/|$)|^/|^[A-Za-z]:")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


class Entry(NamedTuple):
    """A file of a tree.

    ``parts`` are the names from the root to it, in Unicode's NFC; the tree opens it by its ``key``.
    ``size`` is its bytes, as the list says. ``stamp`` changes when its contents do: the later of
    its times in ns, or a checksum.
    """

    parts: tuple[str, ...]
    key: str
    size: int
    stamp: int

    @property
    def name(self) -> str:
        """The file's name."""
        return self.parts[-1]

    @property
    def ending(self) -> str:
        """The ending in small letters, such as ``.png``; empty if there is none."""
        start, _, ending = self.parts[-1].rpartition(".")  # A Path takes ten times as long.
        return f".{ending.lower()}" if ending and start.strip(".") else ""

    def __str__(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class Tree:
    """The files below a folder or in an archive, sorted by path.

    Attributes:
        path: the folder or archive itself; ``entries`` are its files.
        folders: every folder below, as its parts, empty ones too.
        lost: the files that cannot be read at all, and why; ``hidden`` those in hidden folders.
        open_key: opens a file by the key of its entry, for one reader at a time.
    """

    path: Path
    entries: tuple[Entry, ...]
    folders: tuple[tuple[str, ...], ...]
    lost: tuple[tuple[str, str], ...]
    open_key: Callable[[str], IO[bytes]]
    hidden: tuple[str, ...] = ()

    def open(self, entry: Entry) -> IO[bytes]:
        """Return a file of the tree, open for reading."""
        return self.open_key(entry.key)

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the contents of a file.

        Raises:
            DataError: it has more than ``most`` bytes, or cannot be read.
        """
        try:
            with self.open(entry) as file:
                content = file.read(most + 1)
        except Exception as error:  # zipfile lets out whatever it trips over in a damaged file.
            raise DataError(
                f"{self.describe(entry)} cannot be read: {error or type(error).__name__}.",
                "Remove or replace it.",
            ) from error
        if len(content) > most:
            raise DataError(
                f"{self.describe(entry)} has over {most:,} bytes.", "Remove it, or make it smaller."
            )
        return content

    def describe(self, entry: Entry) -> str:
        """Return how a message names a file of the tree."""
        is_folder = self.path.is_dir()
        return f"{self.path}{os.sep}{entry.key}" if is_folder else f"{entry.key} in {self.path}"

    def below(self, name: str) -> Tree:
        """Return the tree of one of the folders at the root."""
        return replace(
            self,
            entries=tuple(
                Entry(e.parts[1:], e.key, e.size, e.stamp)
                for e in self.entries
                if e.parts[0] == name and len(e.parts) > 1
            ),
            folders=tuple(f[1:] for f in self.folders if f[0] == name and len(f) > 1),
        )

    @property
    def top_folders(self) -> list[str]:
        """The names of the folders at the root."""
        return [folder[0] for folder in self.folders if len(folder) == 1]

    @property
    def top_files(self) -> list[Entry]:
        """The files at the root."""
        return [entry for entry in self.entries if len(entry.parts) == 1]


def open_tree(path: Path) -> Tree:
    """List a folder, or a zip archive.

    Raises:
        DataError: it is neither, is damaged, has too many files, or a path that leaves it.
    """
    return _folder(path) if path.is_dir() else _archive(path)


def tree_of_file(path: Path) -> Tree:
    """Return the tree of one file alone.

    Raises:
        DataError: it is no file, or cannot be looked at.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"{path} cannot be read: {reason}.", "Name a file or a folder.") from error
    if not stat.S_ISREG(status.st_mode):  # A pipe would keep us waiting.
        raise DataError(f"{path} is not a file.", "Name a file or a folder.")
    name = unicodedata.normalize("NFC", path.name)
    entry = Entry((name,), path.name, status.st_size, _stamp(status))
    return _tree(path.parent, _Listed([entry]), _opener(path.parent))


def _is_own_of_tools(name: str) -> bool:
    return name.startswith(".") or name.lower() in _OWN_OF_TOOLS


def _is_hidden(name: str) -> bool:
    return name.startswith(".") and not _HIDDEN_OF_TOOLS.fullmatch(name.lower())


@dataclass
class _Listed:
    """What a tree has been found to hold."""

    entries: list[Entry] = field(default_factory=list)
    folders: set[tuple[str, ...]] = field(default_factory=set)
    lost: list[tuple[str, str]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def check(self, path: Path) -> None:
        """Refuse more than may be listed."""
        if sum(map(len, (self.entries, self.folders, self.lost, self.hidden))) > FILES:
            raise _too_many(path)


def _stamp(status: os.stat_result) -> int:
    return max(status.st_mtime_ns, status.st_ctime_ns)  # A copy may bring the first one along.


def _opener(folder: Path) -> Callable[[str], IO[bytes]]:
    """Return what opens the files of a folder; a path is made of text, which is faster."""
    root = f"{folder}{os.sep}"
    return lambda key: open(root + key, "rb")  # noqa: PTH123


def _tree(path: Path, found: _Listed, open_key: Callable[[str], IO[bytes]]) -> Tree:
    found.entries.sort(key=attrgetter("parts", "key"))  # Names may differ before NFC alone.
    lost, hidden = tuple(sorted(found.lost)), tuple(sorted(found.hidden))
    folders = tuple(sorted(found.folders))
    return Tree(path, tuple(found.entries), folders, lost, open_key, hidden)


def _folder(path: Path) -> Tree:
    found = _Listed()

    def walk(
        folder: str, parts: tuple[str, ...], prefix: str, above: tuple[tuple[int, int], ...]
    ) -> None:
        for item in _listed(folder, path):
            name = item.name
            if _is_own_of_tools(name):
                if _is_hidden(name) and item.is_dir(follow_symlinks=False):
                    found.hidden += _files_of(item.path, prefix + name)
                    found.check(path)
                continue
            inside = (*parts, name if name.isascii() else unicodedata.normalize("NFC", name))
            key = prefix + name
            try:
                status = item.stat()
                if stat.S_ISREG(status.st_mode):
                    found.entries.append(Entry(inside, key, status.st_size, _stamp(status)))
                elif stat.S_ISDIR(status.st_mode):
                    # Windows does not tell identities of folders while it lists them.
                    identity = _identity(item.path)
                    if identity not in above:  # Else it links to a folder that it lies in.
                        if len(inside) > FOLDER_DEPTH:
                            raise _too_deep(path)
                        found.folders.add(inside)
                        walk(item.path, inside, key + os.sep, (*above, identity))
                else:  # A pipe would keep us waiting.
                    found.lost.append((key, "not a file"))
            except OSError:
                found.lost.append((key, "a broken link" if item.is_symlink() else "not readable"))
            found.check(path)

    root = path.resolve()
    walk(str(path), (), "", tuple(_identity(folder) for folder in (root, *root.parents)))
    return _tree(path, found, _opener(path))


def _files_of(folder: str, key: str) -> list[str]:
    """Return the files of a hidden folder and of the folders in it; none where it is closed."""
    found: list[str] = []
    for above, _, names in os.walk(folder):
        found += [key + os.path.join(above, name)[len(folder) :] for name in names]  # noqa: PTH118
        if len(found) > FILES:
            break
    return found


def _identity(path: str | Path) -> tuple[int, int]:
    status = Path(path).stat()
    return status.st_dev, status.st_ino


def _listed(folder: str, path: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as items:
            yield from items
    except OSError as error:
        raise DataError(
            f"{folder} cannot be listed: {error.strerror}.",
            f"Make it readable, or name another folder than {path}.",
        ) from error


def _archive(path: Path) -> Tree:
    try:
        archive = zipfile.ZipFile(_BoundedList(path, "rb"))
    except Exception as error:  # zipfile lets out whatever it trips over in a damaged file.
        reason = str(error) or type(error).__name__
        raise DataError(
            f"{path} cannot be read as a zip: {reason}.",
            "Fetch it again, or unpack it and name the folder.",
        ) from error
    found = _Listed()
    if len(archive.filelist) > FILES:
        raise _too_many(path)
    copies = Counter(member.filename for member in archive.filelist)
    for member in archive.filelist:
        copies[member.filename] -= 1
        name = member.filename.replace("\\", "/")
        if _LEAVES.search(name):
            raise DataError(
                f"{path} has a file {name!r}, whose path leaves the archive.",
                "Do not trust it; make a zip of relative paths.",
            )
        parts = tuple(
            unicodedata.normalize("NFC", part) for part in name.split("/") if part not in ("", ".")
        )
        own = [part for part in parts if _is_own_of_tools(part)]
        if own and own[0] != parts[-1] and all(map(_is_hidden, own)) and not member.is_dir():
            found.hidden.append(name)
        if not parts or own:
            continue
        if len(parts) > FOLDER_DEPTH:
            raise _too_deep(path)
        above = parts if member.is_dir() else parts[:-1]
        found.folders.update(above[: depth + 1] for depth in range(len(above)))
        if member.is_dir():
            continue
        # Of several files of one name the last one counts, as when the archive is unpacked.
        why = "named twice in the zip" if copies[member.filename] else _why_lost(member)
        if why:
            found.lost.append((name, why))
        else:
            found.entries.append(Entry(parts, member.filename, member.file_size, member.CRC))
    return _tree(path, found, lambda key: archive.open(key))


def _why_lost(member: zipfile.ZipInfo) -> str | None:
    """Return why a file of an archive is not read; None if it is."""
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    if member.flag_bits & _ENCRYPTED:
        return "encrypted"
    return None if member.compress_type in _METHODS else "packed in a way that is not read"


class _BoundedList(io.FileIO):
    """A file that gives no more at once than an archive's list of files may have.

    ``zipfile`` asks for that list whole, and makes twenty times as much memory of it.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        if size is not None and size > ZIP_OF_FILES_DIRECTORY_BYTES:
            raise ValueError("its list of files is too large")
        return super().read(-1 if size is None else size)

    def __del__(self) -> None:
        # An archive does not close the file that it was given, and a tree has no end of its own.
        self.close()


def _too_many(path: Path) -> DataError:
    return DataError(
        f"{path} has over {FILES:,} files.",
        "Name the folder of the images alone, or pack them as .npz.",
    )


def _too_deep(path: Path) -> DataError:
    return DataError(
        f"{path} has folders in folders more than {FOLDER_DEPTH} deep.",
        "Name the folder of the images alone.",
    )
