"""Which plug-ins a run needs: those of its model, its networks and its data. No torch."""

from __future__ import annotations

from ganctl.plugins import Kind, plugin
from ganctl.requests.data import DATA_SETS, check_data_exists, is_named
from ganctl.requests.training import OPTIONS, TrainRequest


def packages_of(request: TrainRequest) -> dict[str, str]:
    """Return the packages beside ganctl that a run needs, each with its version, by option.

    Raises:
        UnknownName: a model, networks or data that neither ganctl nor such a package has.
    """
    check_data_exists(request.data)
    kinds = {name: option.plugins for name, option in OPTIONS.items() if option.plugins}
    return {
        name: plugin(kind, getattr(request, name), OPTIONS[name].choices).package
        for name, kind in kinds.items()
        if _is_added(kind, getattr(request, name))
    }


def _is_added(kind: Kind, name: str | None) -> bool:
    """Return whether a name is none of ganctl's own, nor a path."""
    if kind is Kind.DATA:
        return name is not None and name not in DATA_SETS and is_named(name)
    return name is not None and name not in OPTIONS[kind.option].choices
