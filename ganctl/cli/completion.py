"""What the Tab key offers: names that a command would take, and none that it refuses.

Bash breaks the words of a line at ``=`` and ``:``, and puts a completion in place of what stands
behind the last break; ``join_words`` undoes the one, and ``_offered`` allows for the other.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from itertools import pairwise

import typer

from ganctl.errors import GanctlError
from ganctl.plugins import plugins
from ganctl.requests.checks import Option
from ganctl.requests.conditions.codes import continuous_names
from ganctl.requests.drawing.sample import Conditioning
from ganctl.requests.training import OPTIONS, flag_of
from ganctl.runs import locate
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.header import RunStatus
from ganctl.runs.layout import step_of
from ganctl.runs.locate import BEST, PRETRAINED_FACES, find_run, find_source
from ganctl.runs.run import LATEST
from ganctl.runs.tidying import trash

Offers = list["str | tuple[str, str]"]
"""Values, some of them with words about them."""
Completer = Callable[[str], Offers]

_BASH = "complete_bash"
_SHELL = "_GANCTL_COMPLETE"
_WORDS, _PLACE = "COMP_WORDS", "COMP_CWORD"
_BEFORE = "_GANCTL_COMPLETE_BEFORE"
"""What stands before Bash's last break in the word that is completed."""
_BREAKS = ("=", ":")
_PLAIN = re.compile(r"[\w.,:=@/+-]+")
"""What any shell takes as one word, as it is."""


def join_words(environment: MutableMapping[str, str] = os.environ) -> None:
    """Join what Bash broke of the words of a line that is completed, such as ``hair = bl``.

    Of the word that is completed, what follows its last break stays by itself, since Bash puts
    the completion in its place.
    """
    if environment.get(_SHELL) != _BASH or _WORDS not in environment:
        return
    between = "\n" if "\n" in environment[_WORDS] else " "
    typed = environment[_WORDS].split(between)[: int(environment[_PLACE]) + 1]
    words = [word for last, word in pairwise(["", *typed]) if not _is_of_option(last, word)]
    if _is_of_option(*typed[-2:]):
        words.append("")
    joined: list[str] = []
    before = ""
    for last, word in pairwise(["", *words]):
        if last in _BREAKS or word in _BREAKS:
            before = joined[-1] + word * (word in _BREAKS)
            joined[-1] += word
        else:
            before = ""
            joined.append(word)
    joined[-1] = joined[-1].removeprefix(before)
    environment[_BEFORE] = before
    environment[_WORDS], environment[_PLACE] = between.join(joined), str(len(joined) - 1)


def _is_of_option(last: str, word: str = "") -> bool:
    """Return whether a word is the ``=`` between a long option and its value."""
    return last.startswith("--") and word == "="


def _whole(incomplete: str) -> str:
    """Return the word that is completed, with what Bash broke off."""
    return os.environ.get(_BEFORE, "") + incomplete


def complete_from(names: Iterable[str]) -> Completer:
    """Return a completer over fixed names."""
    return lambda incomplete: _offered(names, incomplete)


def complete_choices(option: Option) -> Completer | None:
    """Return a completer over an option's choices, plug-ins among them; None if it has none."""
    if not option.choices:
        return None

    def complete(incomplete: str) -> Offers:
        added = plugins(option.plugins) if option.plugins else ()
        return _offered([*option.choices, *added], incomplete)

    return complete


def complete_run(incomplete: str) -> Offers:
    """Complete RUN: latest, the runs below the home, the bundled generators, and ``RUN@STEP``."""
    name, at, _ = incomplete.rpartition("@")
    if not at:
        return _offered(locate.known_names(), incomplete)
    try:
        run = find_run(name)
    except GanctlError:
        return []
    steps = {step_of(path) for path in run.checkpoints()}
    steps |= {int(run.best["step"])} if run.best else set()
    return _offered([f"{name}@{which}" for which in (BEST, LATEST, *sorted(steps))], incomplete)


def complete_resumable(incomplete: str) -> Offers:
    """Complete ``--resume``: latest, and the runs that no process trains."""
    idle = [run.name for run in locate.all_runs() if run.live_status() is not RunStatus.RUNNING]
    return _offered([LATEST, *idle] if idle else [], incomplete)


def complete_sweep(incomplete: str) -> Offers:
    """Complete ``sweep --resume``: latest, and the sweeps below the home."""
    from ganctl.sweeps.sweep import known_sweeps

    names = known_sweeps()
    return _offered([LATEST, *names] if names else [], incomplete)


def complete_varied(incomplete: str) -> Offers:
    """Complete ``NAME=`` of an option of ``train``, and then its choices, also after a comma."""
    name, equals, _ = _whole(incomplete).partition("=")
    options = {flag_of(key).removeprefix("--"): each for key, each in OPTIONS.items()}
    if not equals:
        return _offered([f"{each}=" for each in options if each != "seed"], incomplete)
    before, comma, _ = _whole(incomplete).rpartition(",")
    option = options.get(name)
    choices = option.choices if option else ()
    return _offered([f"{before or name}{comma or '='}{each}" for each in choices], incomplete)


def complete_own_run(incomplete: str) -> Offers:
    """Complete a run that can be changed: one below the home."""
    names = [folder.name for folder in locate.run_folders()]
    return _offered([LATEST, *names] if names else [], incomplete)


def complete_removed(incomplete: str) -> Offers:
    """Complete a run in the trash, by its name or by its time and name."""
    removed = trash.contents()
    names = [each.name for each in removed] + [each.reference for each in removed]
    return _offered(dict.fromkeys(names), incomplete)


def complete_own_or_removed(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete a run below the home, or after ``--forever`` one in the trash."""
    complete = complete_removed if ctx.params.get("forever") else complete_own_run
    return complete(incomplete)


def complete_label(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete LABEL: all, or a class of RUN, also after a comma."""
    before, comma, _ = _whole(incomplete).rpartition(",")
    classes = _classes(ctx)
    names: Offers = [*classes] if comma or not classes else ["all", *classes]
    return _offered([_after(before + comma, name) for name in names], incomplete)


def complete_setting(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete ``NAME=`` and ``NAME=VALUE`` of RUN's attributes and quantities."""
    settings = _settings(_of(ctx, PRETRAINED_FACES), _whole(incomplete))
    return _offered(settings, incomplete)


def complete_stops(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete what ``gif --path`` walks through: classes, or settings, also after a comma."""
    before, comma, last = _whole(incomplete).rpartition(",")
    conditioning = _of(ctx, PRETRAINED_FACES if "=" in last else None)
    stops = [*_classes(ctx), *_settings(conditioning, last)]
    return _offered([_after(before + comma, stop) for stop in stops], incomplete)


def complete_attribute(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete the name of an attribute or a quantity of RUN."""
    conditioning = _of(ctx, PRETRAINED_FACES)
    return _offered(conditioning.schema.names if conditioning else (), incomplete)


def complete_swept(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete ``--sweep``: all, and RUN's continuous codes."""
    conditioning = _of(ctx)
    codes = continuous_names(conditioning.network) if conditioning else []
    return _offered([*codes, "all"] if codes else [], incomplete)


def complete_code(ctx: typer.Context, incomplete: str) -> Offers:
    """Complete ``NAME=`` of RUN's codes."""
    conditioning = _of(ctx)
    if conditioning is None or not conditioning.network.categories:
        return []
    codes = ["c0", *continuous_names(conditioning.network)]
    return _offered([f"{code}=" for code in codes], incomplete)


def _of(ctx: typer.Context, stand_in: str | None = None) -> Conditioning | None:
    """Return what the RUN that was typed can be asked for; None if it cannot be read."""
    typed = ctx.params.get("run")
    reference = typed[0] if isinstance(typed, (list, tuple)) and typed else typed
    try:
        source = find_source(reference or None, *([stand_in] if stand_in else []))
        return read_checkpoint_header(source.checkpoint).conditioning
    except GanctlError:
        return None


def _classes(ctx: typer.Context) -> Offers:
    """Return RUN's classes, by number where a shell would not take the name as it is."""
    conditioning = _of(ctx)
    classes = conditioning.classes if conditioning else ()
    return [
        name if _is_plain(name) else (str(index), spoken(name))
        for index, name in enumerate(classes)
    ]


def _settings(conditioning: Conditioning | None, incomplete: str) -> Iterator[str]:
    """Yield each ``NAME=``, or each ``NAME=VALUE`` once a name is there."""
    if conditioning is None or conditioning.network.words:
        return
    schema = conditioning.schema
    for attribute in schema.attributes:
        values = attribute.values if incomplete.startswith(f"{attribute.name}=") else ("",)
        yield from (f"{attribute.name}={value}" for value in values)
    yield from (f"{quantity.name}=" for quantity in schema.quantities)


def _after(before: str, offer: str | tuple[str, str]) -> str | tuple[str, str]:
    return before + offer if isinstance(offer, str) else (before + offer[0], offer[1])


def _offered(offers: Iterable[str | tuple[str, str]], incomplete: str) -> Offers:
    """Return those that begin with what was typed and that every shell takes as they are."""
    whole = _whole(incomplete)
    start = len(whole) - len(incomplete)
    pairs = ((offer, "") if isinstance(offer, str) else offer for offer in offers)
    found = [
        (value[start:], words)
        for value, words in pairs
        if value.startswith(whole) and _is_plain(value)
    ]
    return [(value, words) if words else value for value, words in found]


def _is_plain(value: str) -> bool:
    return bool(_PLAIN.fullmatch(value))


def spoken(words: str) -> str:
    """Return words as every shell shows them: zsh's script loses a straight apostrophe."""
    return words.replace("'", "’").replace('"', "”")
