"""What other packages add to ganctl, by entry points: models, networks and data. No torch.

A package says in its metadata what it adds, such as ``hinge = "some_package:HINGE"`` in the group
``ganctl.models``. These names are read without importing the package; it is imported when someone
asks for one of them: a user, or a run or a checkpoint that was made with it. ganctl's own names
come first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from ganctl.errors import PluginError, UnknownName

Added = TypeVar("Added")


class Kind(str, Enum):
    """What a plug-in adds, by its group of entry points."""

    MODEL = "ganctl.models"
    NETWORKS = "ganctl.networks"
    DATA = "ganctl.data"

    @property
    def words(self) -> str:
        """What one of them is called in a sentence."""
        return {"model": "model", "networks": "networks", "data": "data set"}[self.option]

    @property
    def option(self) -> str:
        """The option of ``train`` that asks for one."""
        return self.name.lower()


@dataclass(frozen=True)
class Plugin:
    """One name that a package adds.

    ``package`` is its name and version, such as ``some-package 0.1``; ``summary`` its own words.
    """

    kind: Kind
    name: str
    package: str
    summary: str
    entry_point: Any

    def load(self) -> Any:
        """Import what it adds.

        Raises:
            PluginError: the package cannot be imported, or lacks what its metadata say.
        """
        try:
            return self.entry_point.load()
        # Whatever a stranger's module raises as it is imported.
        except Exception as error:
            raise PluginError(
                f"The {self.kind.words} {self.name!r} of the plug-in {self.package} cannot be "
                f"imported: {type(error).__name__}: {error}.",
                "Mend or install that package again.",
            ) from error

    def load_as(self, kind: type[Added], words: str) -> Added:
        """Import what it adds, which has to be of a kind: ``words`` call it "an Objective".

        Raises:
            PluginError: as ``load``, or it is something else.
        """
        added = self.load()
        if not isinstance(added, kind):
            raise self.wrong(f"is not {words}")
        return added

    def wrong(self, why: str) -> PluginError:
        """Return the error for something that is not what ganctl asks for."""
        return PluginError(
            f"The {self.kind.words} {self.name!r} of the plug-in {self.package} {why}.",
            "Mend that package: the page Plug-ins of the documentation says what it has to be.",
        )


@cache
def plugins(kind: Kind) -> dict[str, Plugin]:
    """Return what the installed packages add, by name; nothing is imported.

    Of two packages that add the same name, the one whose own name comes first does.
    """
    from importlib.metadata import entry_points

    found: dict[str, Plugin] = {}
    for entry in sorted(entry_points(group=kind.value), key=lambda entry: (entry.name, _of(entry))):
        summary = str(entry.dist.metadata["Summary"] or "") if entry.dist else ""
        found.setdefault(entry.name, Plugin(kind, entry.name, _of(entry), summary, entry))
    return found


def plugin(kind: Kind, name: str, known: Iterable[str], needed: str = "") -> Plugin:
    """Return the plug-in of a name that ganctl itself does not have.

    Args:
        kind: what it is.
        name: its name.
        known: ganctl's own names.
        needed: the package that a run or a checkpoint was made with, where that is known.

    Raises:
        PluginError: a run or a checkpoint needs a package that is not installed.
        UnknownName: there is none, and nobody knows whose it was.
    """
    found = plugins(kind).get(name)
    if found is not None:
        return found
    if not needed:
        raise UnknownName(kind.words, name, [*known, *plugins(kind)])
    raise PluginError(
        f"This needs the {kind.words} {name!r} of the plug-in {needed}, which is not installed.",
        f"Install it: pip install {needed.partition(' ')[0]}",
    )


def _of(entry: Any) -> str:
    """Return the name and version of the package that has an entry point."""
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "of no name"
