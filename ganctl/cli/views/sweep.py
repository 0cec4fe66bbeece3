"""How a sweep shows while it is conducted: a live table, plain lines, or notes alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console, Group
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganctl.cli.console import note_text, stderr
from ganctl.cli.views.live.area import LiveArea
from ganctl.cli.views.view import Lines, View
from ganctl.files.text import printable
from ganctl.sweeps.members import ACTIVE, Member, State
from ganctl.sweeps.results import MEASURES

AROUND = 6
"""Lines of a terminal that a panel leaves to its frame and to what stands above it."""
BAR_WIDTH = 12
WIDEST_NAME = 40
SHOWN_MEASURES = 2
STYLES = {
    State.TRAINING: "cyan",
    State.EVALUATING: "cyan",
    State.DONE: "green",
    State.DIVERGED: "red",
    State.FAILED: "red",
    State.STOPPED: "yellow",
}


def sweep_view(title: str, members: Sequence[Member], *, quiet: bool) -> SweepView:
    """Return the view that suits stderr; a quiet one shows notes alone."""
    console = stderr()
    if quiet:
        return SweepView(console, None)
    if console.is_terminal and not console.is_dumb_terminal:
        return SweepView(console, LiveTable(console, title, members))
    return SweepView(console, PlainLines(console, members))


class SweepView(View["LiveTable | PlainLines"]):
    """Shows a sweep while it is conducted, which goes on when its terminal or pipe is gone."""

    def update(self, changed: Member | None) -> None:
        """Show how far all are, and what has changed."""
        display = self._display
        if display is not None:
            self._show(lambda: display.update(changed))


class PlainLines(Lines):
    """A line whenever a training begins, ends, or is evaluated, for files and pipes."""

    def __init__(self, console: Console, members: Sequence[Member]) -> None:
        super().__init__(console)
        self._members = members

    def update(self, changed: Member | None) -> None:
        """Print a line about a member that has changed."""
        if changed is None:
            return
        ended = sum(member.state in (State.DONE, State.DIVERGED) for member in self._members)
        text = f"{ended}/{len(self._members)}  {changed.name}: {changed.state.value}"
        words = in_words(changed)
        self._console.print(Text(printable(f"{text}  {words}" if words else text)))


class LiveTable:
    """A line for each training: its state, a bar, its speed, and its figures once it is judged."""

    def __init__(self, console: Console, title: str, members: Sequence[Member]) -> None:
        self._console = console
        self._title = title
        self._members = members
        self._area = LiveArea(console)
        self._area.start()
        self._area.show(self._framed(Text("preparing …")))

    def close(self) -> None:
        """Remove the table, which the results replace, and leave the terminal as it was."""
        self._area.close(keep=False)

    def note(self, text: str) -> None:
        """Say something above the table."""
        self._area.say(note_text(text))

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Draw a bar for a preparation."""
        bar = ProgressBar(total=total, completed=done, pulse=total is None)
        self._area.show(self._framed(Group(Text(f"{what} …"), bar)))

    def update(self, changed: Member | None) -> None:  # noqa: ARG002
        """Redraw the table."""
        self._area.show(self._framed(self._table()))

    def _framed(self, content: Group | Text | Table) -> Panel:
        states = Counter(member.state for member in self._members)
        counts = ", ".join(f"{states[each]} {each.value}" for each in State if states[each])
        title = Text(printable(f"{self._title}: {counts}"))
        return Panel(content, title=title, title_align="left")

    def _table(self) -> Table:
        members = shown(self._members, max(1, self._console.height - AROUND))
        names = [printable(each.name.removeprefix(f"{self._title}_")) for each in members]
        longest = max(map(len, names), default=0)
        table = Table.grid(padding=(0, 2, 0, 0))
        # A terminal that is too narrow cuts the words at the right, not the names.
        table.add_column(no_wrap=True, overflow="ellipsis", min_width=min(longest, WIDEST_NAME))
        table.add_column(no_wrap=True, min_width=len(State.EVALUATING.value))
        table.add_column(no_wrap=True, width=BAR_WIDTH)
        table.add_column(no_wrap=True, overflow="ellipsis")
        for name, member in zip(names, members, strict=True):
            table.add_row(
                Text(name),
                Text(member.state.value, style=STYLES.get(member.state, "dim")),
                ProgressBar(total=1.0, completed=member.spent, width=BAR_WIDTH),
                Text(printable(in_words(member))),
            )
        return table


def shown(members: Sequence[Member], room: int) -> list[Member]:
    """Return the members that a terminal has room for, in their order: those around the work."""
    active = [place for place, member in enumerate(members) if member.state in ACTIVE]
    waiting = [place for place, each in enumerate(members) if each.state is State.WAITING]
    middle = active[-1] if active else waiting[0] if waiting else len(members)
    first = max(0, min(middle - room // 2, len(members) - room))
    return list(members[first : first + room])


def in_words(member: Member) -> str:
    """Return how far a member is, what its images are like, or what went wrong."""
    if member.state is State.TRAINING:
        if not member.progress.step:
            return "starting"
        speed = f"{member.images_per_second:,.0f} images/s"
        return f"{member.spent:.0%} · step {member.progress.step:,} · {speed}"
    if member.why:
        return member.why
    figures = []
    for measure in MEASURES:
        point = measure.read(member) if measure.is_judged else None
        if point is not None:
            figures.append(f"{measure.label} {measure.text(point.value)}")
    if member.state is State.DONE and figures:
        return " · ".join(figures[:SHOWN_MEASURES])
    return f"step {member.progress.step:,}" if member.progress.step else ""
