"""Folders of images: a folder for each class, splits of these, or images without classes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ganctl.errors import DataError
from ganctl.files.text import listed, printable
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.folder_names import (
    are_shards,
    has_split_word,
    is_companion,
    is_images_name,
    is_unlabelled,
    remarks_on_names,
    shared_classes,
    split_folders,
    split_role,
)
from ganctl.readers.labelled import ANY, VALIDATION_HELD, PictureFile, Pictures, Split

_DOMAIN = re.compile(r"(train|test|val)([ab])")
_PREFIX = re.compile(r"([^\W\d_]+)[-_ .]?\d+", re.UNICODE)
_NO_CLASSES_HINT = (
    "Make a folder for each class, a labels.csv of file names and classes, or give --model gan."
)


def grouped(images: Iterable[Entry], depth: int) -> tuple[list[Entry], dict[str, list[Entry]]]:
    """Return the images that lie in a folder ``depth`` deep, and those of each folder in it."""
    loose: list[Entry] = []
    folders: dict[str, list[Entry]] = {}
    name, inside = None, loose
    for entry in images:
        parts = entry.parts
        if len(parts) == depth + 1:
            loose.append(entry)
            continue
        if parts[depth] != name:  # Most follow one of the same folder.
            name = parts[depth]
            inside = folders.setdefault(name, [])
        inside.append(entry)
    return loose, folders


def is_one_class(name: str, images: Sequence[Entry], depth: int) -> bool:
    """Return whether a folder of images that lies alone is a class, not what classes lie in."""
    direct, _ = grouped(images, depth)
    return not is_images_name(name) and 2 * len(direct) >= len(images)


@dataclass
class Part:
    """One split: its images and their classes, if they have any, and what there is to say.

    ``unclear`` says why its classes may be others.
    """

    layout: str
    files: list[PictureFile]
    has_classes: bool
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    unclear: DataError | None = None


def read_folders(tree: Tree, images: Sequence[Entry], needs_labels: bool) -> Pictures:
    """Say what images in folders are, by the names of the folders.

    Args:
        tree: where they lie.
        images: the files of the tree that are images; at least one.
        needs_labels: refuse images without classes.

    Raises:
        DataError: the folders say no classes, or something that is not meant for a classifier.
    """
    prefix, inner, left_out = _entered(images, ())
    loose, folders = grouped(inner, len(prefix))
    remarks: list[str] = []
    parts = (
        _domains(folders)
        or _splits(tree, prefix, loose, folders, left_out, remarks)
        or _splits_in_classes(prefix, loose, folders)
        or {"train": _part(tree, prefix, inner)}
    )
    if needs_labels and not parts["train"].has_classes:
        raise _no_classes(tree, parts["train"])
    if needs_labels and (unclear := parts["train"].unclear):
        raise unclear
    pictures = assembled(tree, parts, left_out, remarks)
    where = f" in {printable('/'.join(prefix))}" if prefix else ""
    return replace(pictures, layout=f"{pictures.layout}{where}")


def assembled(
    tree: Tree, parts: Mapping[str, Part], left_out: Counter[str], remarks: list[str]
) -> Pictures:
    """Make one of the parts that are called train, test and validation.

    The validation part is never trained on; it is held against where there is no test part.
    """
    train = parts["train"]
    for part in parts.values():
        left_out += part.left_out
        remarks += [remark for remark in part.remarks if remark not in remarks]
    held = _held(train, parts, left_out, remarks)
    made: dict[Split, Sequence[PictureFile]] = {"train": train.files}
    if held:
        made["test"] = held
    return Pictures(train.layout, tree, made, dict(left_out), tuple(remarks))


def _entered(
    images: Sequence[Entry], prefix: tuple[str, ...]
) -> tuple[tuple[str, ...], Sequence[Entry], Counter[str]]:
    """Walk down to where folders tell something apart, past masks and boxes beside images."""
    left_out: Counter[str] = Counter()
    while True:
        images, beside = _without_companions(images, len(prefix))
        left_out += beside
        loose, folders = grouped(images, len(prefix))
        if loose or len(folders) != 1:
            return prefix, images, left_out
        (name,) = folders
        is_doubled = prefix[-1:] == (name,) and has_split_word(name)  # As some archives unpack.
        is_known = split_role(name) or is_one_class(name, images, len(prefix) + 1)
        if is_known and not is_doubled:
            return prefix, images, left_out
        prefix = (*prefix, name)


def _without_companions(
    images: Sequence[Entry], depth: int
) -> tuple[Sequence[Entry], Counter[str]]:
    """Return the images without those that are masks of them, such as ``masks/`` of ``images/``."""
    loose, folders = grouped(images, depth)
    main = [name for name in folders if is_images_name(name)]
    if len(main) != 1 or not any(map(is_companion, folders)):
        return images, Counter()
    left_out = Counter({f"{name}/": len(inside) for name, inside in folders.items()})
    del left_out[f"{main[0]}/"]
    if loose:
        left_out["loose images"] = len(loose)
    return folders[main[0]], left_out


def _part(tree: Tree, above: tuple[str, ...], images: Sequence[Entry]) -> Part:
    """Return what images below a folder are, which is no split's parent."""
    prefix, images, left_out = _entered(images, above)
    depth = len(prefix)
    loose, folders = grouped(images, depth)
    if not folders:
        return Part("images without classes", _unlabelled(images), False, left_out)
    if not loose and are_shards(folders):
        return Part("StyleGAN's folders without classes", _unlabelled(images), False, left_out)
    if len(loose) > len(images) - len(loose):
        names = listed(f"{name} {len(inside)}" for name, inside in folders.items())
        raise DataError(
            f"{tree.path} has {len(loose):,} images beside folders of images ({names}).",
            "Name one of the folders, or move the images into folders, one for each class.",
        )
    companions = [name for name in folders if is_companion(name)]
    if companions and any(map(is_images_name, folders)):
        raise DataError(
            f"{tree.path} has folders of images and of what belongs to them: {listed(folders)}.",
            f"Name one of them, not {listed(companions)}; a class needs another name.",
        )
    if loose:
        left_out["loose images"] += len(loose)
    part = Part("class folders", [], True, left_out)
    nested = []
    for name, inside in folders.items():
        kept, beside = _without_companions(inside, depth + 1)
        part.left_out += beside
        part.files += [PictureFile(entry, name) for entry in kept]
        deeper = {entry.parts[depth + 1] for entry in kept if len(entry.parts) > depth + 2}
        nested += [f"{name}/{folder}" for folder in sorted(deeper)]
        if split_role(name):
            part.remarks.append(f"The folder {name} is read as a class, not as a split.")
    if nested:
        part.remarks.append(f"Folders in class folders are part of the class: {listed(nested)}.")
    part.remarks += remarks_on_names(tree, prefix, folders)
    part.unclear = _versions(tree, folders, depth)
    return part


def _versions(tree: Tree, folders: Mapping[str, Sequence[Entry]], depth: int) -> DataError | None:
    """Return why folders may be versions of one data set, such as its folds, and not classes."""
    below = {name: _names_below(inside, depth + 1) for name, inside in folders.items()}
    shared = shared_classes(below)
    if not shared:
        return None
    name = next(name for name in folders if set(shared) & below[name])
    entry = folders[name][0]
    names = [part for part in re.split(r"[\\/]", entry.key) if part not in ("", ".")]
    where = "/".join(names[: len(names) - len(entry.parts) + depth + 1])
    way = (
        f"give --data {tree.path / where}" if tree.path.is_dir() else f"unpack it, and name {where}"
    )
    return DataError(
        f"{tree.path} has the same folders in each of {listed(folders)}: {listed(shared)}.",
        f"If {listed(shared)} are the classes, {way}, or another one of these. If "
        f"{listed(folders)} are, call the folders inside part1, part2 and so on.",
    )


def _names_below(images: Sequence[Entry], depth: int) -> set[str]:
    """Return the names of the folders below one, past single ones, if most images lie in these."""
    loose, folders = grouped(images, depth)
    while not loose and len(folders) == 1:
        depth += 1
        loose, folders = grouped(images, depth)
    return set() if 2 * len(loose) > len(images) else set(folders)


def _unlabelled(images: Sequence[Entry]) -> list[PictureFile]:
    return [PictureFile(entry, ANY) for entry in images]


def _domains(folders: Mapping[str, Sequence[Entry]]) -> dict[str, Part] | None:
    """Return CycleGAN's trainA, trainB, testA, testB as classes A and B, if they are there."""
    found = {name: _DOMAIN.fullmatch(name.casefold()) for name in folders}
    roles = {match[0] for match in found.values() if match}
    if not {"traina", "trainb"} <= roles:
        return None
    parts: dict[str, Part] = {}
    for name, match in found.items():
        if match is None:
            continue
        part = parts.setdefault(str(split_role(match[1])), Part("trainA and trainB", [], True))
        part.files += [PictureFile(entry, match[2].upper()) for entry in folders[name]]
    parts["train"].remarks.append("The folders trainA and trainB are read as classes A and B.")
    for name, inside in folders.items():
        if not found[name]:
            parts["train"].left_out[f"{name}/"] += len(inside)
    return parts


def _splits(
    tree: Tree,
    prefix: tuple[str, ...],
    loose: Sequence[Entry],
    folders: Mapping[str, Sequence[Entry]],
    left_out: Counter[str],
    remarks: list[str],
) -> dict[str, Part] | None:
    """Return the parts where folders are called train and test, or test beside class folders."""
    roles, others = split_folders(folders)
    for role in ("train", "test"):
        if len(names := roles.get(role, [])) > 1:
            raise DataError(
                f"{tree.path} has several folders of one split: {listed(names)}.",
                f"Merge them into one that is called {role}.",
            )
    if "train" in roles and others and len(roles) == 1:
        below, _ = grouped(folders[roles["train"][0]], len(prefix) + 1)
        if below:  # A class of vehicles.
            return None
    if not roles:
        return None
    if "train" not in roles and len(others) < 2:
        what = f"besides {listed(others)}" if others else "to train on"
        raise DataError(
            f"{tree.path} has a folder {listed(n for ns in roles.values() for n in ns)}, and "
            f"nothing {what}.",
            "Call the folder to train on train; a class needs another name than a split has.",
        )
    parts = {
        role: _part(tree, (*prefix, names[0]), [e for name in names for e in folders[name]])
        for role, names in roles.items()
    }
    if "train" in roles:
        left_out.update({f"{name}/": len(folders[name]) for name in others})
    else:
        parts["train"] = _part(tree, prefix, [e for name in others for e in folders[name]])
        remarks.append(f"Folders beside {listed(n for ns in roles.values() for n in ns)} train.")
    if loose:
        left_out["loose images"] += len(loose)
    return parts


def _splits_in_classes(
    prefix: tuple[str, ...], loose: Sequence[Entry], folders: Mapping[str, Sequence[Entry]]
) -> dict[str, Part] | None:
    """Return the parts where every class has folders train and test, and nothing else."""
    depth = len(prefix)
    parts: dict[str, Part] = {}
    for label, inside in folders.items():
        between, below = grouped(inside, depth + 1)
        roles, others = split_folders(below)
        if between or others or "train" not in roles or len(below) < 2:
            return None
        for role, names in roles.items():
            part = parts.setdefault(role, Part("class folders with splits in each", [], True))
            part.files += [PictureFile(entry, label) for n in names for entry in below[n]]
    if parts and loose:
        parts["train"].left_out["loose images"] += len(loose)
    return parts or None


def _held(
    train: Part, parts: Mapping[str, Part], left_out: Counter[str], remarks: list[str]
) -> list[PictureFile]:
    """Return what to hold against: the test split, else the validation split."""
    held: list[PictureFile] = []
    classes = {picture.label for picture in train.files}
    for role in ("test", "validation"):
        part = parts.get(role)
        if part is None:
            continue
        if held:
            left_out[f"{role} split"] += len(part.files)
        elif not train.has_classes:
            held = _unlabelled([picture.entry for picture in part.files])
        elif not part.has_classes:
            left_out[f"{role} split without classes"] += len(part.files)
            remarks.append(f"The {role} split has no classes: nothing is held against it.")
        else:
            held = [picture for picture in part.files if picture.label in classes]
            foreign = {picture.label for picture in part.files} - classes
            if foreign:
                left_out["classes not in train"] += len(part.files) - len(held)
                remarks.append(f"Classes in the {role} split alone: {listed(sorted(foreign))}.")
            if held and role == "validation":
                remarks.append(VALIDATION_HELD)
    return held


def _no_classes(tree: Tree, train: Part) -> DataError:
    names = [picture.entry.name for picture in train.files]
    prefixes = Counter(found[1] if (found := _PREFIX.match(name)) else "" for name in names)
    beside = sorted({f[-1] for f in tree.folders if is_companion(f[-1]) and len(f) <= 2})
    beside = [name for name in beside if not is_unlabelled(name)]
    hint = _NO_CLASSES_HINT
    if "" not in prefixes and 1 < len(prefixes) < len(names) / 2:
        hint = f"The names begin with {listed(sorted(prefixes))}: are these classes? {hint}"
    if beside:
        hint = f"What lies in {listed(beside)} are masks or boxes, not classes. {hint}"
    return DataError(f"{tree.path} has {len(names):,} images without classes.", hint)
