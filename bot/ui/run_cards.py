"""What a run looks like in Discord: its result, and why there is none yet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord
from discord import ui

from bot.sandbox.wire import RunResult, Status
from bot.study.returned import Returned, choose
from bot.study.running import Limits, headline, usage
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, TEXT_LIMIT, Item, layout, small
from bot.ui.failure import FAILED
from bot.ui.run_items import AboutButton, AgainButton, DeleteButton, EditButton
from bot.ui.terminal import settled

CODE_LIMIT = 900
NOTES_LIMIT = 500
MOST_LINES = 25
"""More of one part would push the conversation out of sight; the rest is in a file."""
LOOKS: dict[Status, tuple[str, int]] = {
    "ok": ("✅", ANSWER),
    "error": ("❌", FAILED),
    "timeout": ("⏱️", SUGGEST),
    "memory": ("🧱", SUGGEST),
    "output": ("📜", SUGGEST),
    "killed": ("💥", FAILED),
}
SILENT = "It printed nothing, and its last line has no value. Use `print`, or end with an expression such as `x.grad`."
KEYBOARD = (
    "### ⌨️ This waits for the keyboard\n"
    "Nobody can type here: `input()` and `sys.stdin` find nothing to read. Put the values into the code instead."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a result card is about.

    `code` is shown above the result where people have not seen it; `note` is a small line at the top, already safe;
    `question` is the key of the corpus question about the error; `editable` says that the code was kept; `barred` says
    why no file can be attached.
    """

    owner: int
    result: RunResult
    limits: Limits
    code: str = ""
    note: str = ""
    question: str | None = None
    editable: bool = True
    keyboard: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A view and the files that it shows. Discord takes both in one request."""

    view: ui.LayoutView
    returned: Returned = field(default_factory=Returned)

    def files(self) -> list[discord.File]:
        """Fresh file objects; one can be sent once."""
        return [discord.File(io.BytesIO(named.content), named.name) for named in self.returned.all]


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    printed: str
    language: str = ""
    keep_end: bool = False


def result(shown: Shown) -> Card:
    """The card of a finished run, with its images and files."""
    run = shown.result
    icon, colour = LOOKS[run.status]
    head = f"### {icon} {headline(run, shown.limits)}\n{small(usage(run, shown.limits))}"
    if shown.note:
        head = f"{small(shown.note)}\n{head}"
    explanation = f"💡 {text.quote(settled(run.explanation), 400)}" if run.explanation else ""
    parts = _parts(run)
    code = text.code_block(shown.code, "py", CODE_LIMIT) if shown.code.strip() else ""
    room = TEXT_LIMIT - NOTES_LIMIT - _size(head) - _size(explanation) - _size(code)
    blocks, whole = _blocks(parts, room)
    returned = choose(run.files, b"" if whole else _full(parts), barred=shown.barred)
    items: list[Item] = [ui.TextDisplay(head)]
    items += [ui.TextDisplay(block) for block in (code, *blocks, explanation) if block]
    if run.status == "ok" and not parts and not run.files:
        items.append(ui.TextDisplay(small(SILENT)))
    items += _attached(returned)
    if notes := _notes(shown, returned, whole):
        items.append(ui.TextDisplay(notes))
    items.append(ui.ActionRow(*_buttons(shown)))
    return Card(layout(colour, *items), returned)


def waiting(line: str) -> ui.LayoutView:
    """A run that has not come back yet, and where it stands."""
    return layout(PANEL, ui.TextDisplay(f"⏳ {line}"))


def keyboard(owner: int) -> ui.LayoutView:
    """The code seems to read standard input: told before it runs."""
    buttons = (EditButton(owner), AgainButton(owner, "Run anyway"), DeleteButton(owner))
    return layout(SUGGEST, ui.TextDisplay(KEYBOARD), ui.ActionRow(*buttons))


def refused(owner: int, sentence: str, *, editable: bool, title: str = "It did not run") -> ui.LayoutView:
    """There is no result. What was typed is not lost where it was kept."""
    items: list[Item] = [ui.TextDisplay(f"### {title}\n{text.quote(sentence, 800)}")]
    if editable:
        items.append(ui.ActionRow(AgainButton(owner), EditButton(owner), DeleteButton(owner)))
    return layout(SUGGEST, *items)


def _parts(run: RunResult) -> list[_Part]:
    """What there is to read, in the order of a terminal: output, then the value, then what went wrong."""
    traceback = "Traceback" in run.stderr or run.status == "error"
    parts = [
        _Part("Output", settled(run.stdout)),
        _Part("Value", settled(run.value or ""), "py"),
        _Part("Error" if traceback else "Standard error", settled(run.stderr), keep_end=True),
    ]
    return [part for part in parts if text.visible(part.printed).strip()]


def _blocks(parts: Sequence[_Part], room: int) -> tuple[list[str], bool]:
    """Each part as a block of code, in at most `room` characters together, and whether nothing had to be cut.

    Short parts take what they need; the others share the rest evenly.
    """
    blocks: dict[int, str] = {}
    whole = True
    needs = [(len(part.printed), number) for number, part in enumerate(parts)]
    for done, (_, number) in enumerate(sorted(needs)):
        part = parts[number]
        title = f"**{part.title}**\n"
        share = room // (len(parts) - done) - len(title) - 1
        short = len(part.printed) <= share and part.printed.strip("\n").count("\n") < MOST_LINES
        full = _block(part, part.printed) if short else ""
        if not full or _size(full) > share:
            whole = False
            full = _cut_block(part, share)
        blocks[number] = title + full
        room -= _size(blocks[number]) + 1
    return [blocks[number] for number in range(len(parts))], whole


def _cut_block(part: _Part, limit: int) -> str:
    """The part's first lines, or its last where they say more, in `limit` UTF-16 units."""
    lines = text.visible(part.printed).strip("\n").split("\n")
    near = "\n".join(lines[-MOST_LINES:] if part.keep_end else lines[:MOST_LINES])
    count = min(limit, len(near))
    while True:
        piece = near[-count:] if part.keep_end else near[:count]
        if count < len(near) and "\n" in piece:
            piece = piece.partition("\n")[2] if part.keep_end else piece.rpartition("\n")[0]
        missing = len(lines) - 1 - piece.count("\n")
        note = f"{text.ELLIPSIS} {missing} more line{'s' if missing > 1 else ''}" if missing else text.ELLIPSIS
        block = _block(part, f"{note}\n{piece}" if part.keep_end else f"{piece}\n{note}")
        over = _size(block) - limit
        if over <= 0:
            return block
        # No character takes more than two units, so this never takes away too much.
        count -= (over + 1) // 2


def _block(part: _Part, printed: str) -> str:
    # Making backticks harmless may double the text; it is this module that cuts.
    return text.code_block(printed, part.language, 4 * len(printed) + 100)


def _full(parts: Sequence[_Part]) -> bytes:
    """Everything that was printed, for a file."""
    if len(parts) == 1:
        return text.visible(parts[0].printed).encode()
    return "\n\n".join(f"=== {part.title} ===\n{text.visible(part.printed)}" for part in parts).encode()


def _attached(returned: Returned) -> list[Item]:
    items: list[Item] = []
    if returned.images:
        media = [discord.MediaGalleryItem(f"attachment://{image.name}") for image in returned.images]
        items.append(ui.MediaGallery(*media))
    items += [ui.File(f"attachment://{file.name}") for file in returned.files]
    return items


def _notes(shown: Shown, returned: Returned, whole: bool) -> str:
    lines = []
    if shown.keyboard:
        lines.append("It reads the keyboard, but nobody can type here: put the values into the code.")
    if not whole and shown.barred:
        lines.append(f"{shown.barred}, so the rest of the output is not shown.")
    if shown.result.truncated:
        lines.append("What came after the limit of output or files was not kept.")
    if returned.left_out:
        names = [text.quote(line, 100) for line in returned.left_out]
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        lines.append(f"Left out: {', '.join(names[:3])}{more}")
    if not shown.editable:
        lines.append("Too long for Discord's box: change your file and send it again.")
    return "\n".join(small(text.cut(line, 300)) for line in lines)


def _buttons(shown: Shown) -> list[Item]:
    buttons: list[Item] = [EditButton(shown.owner)] if shown.editable else []
    if shown.question is not None:
        buttons.append(AboutButton(shown.question))
    return [*buttons, DeleteButton(shown.owner)]


def _size(words: str) -> int:
    """Characters as Discord may count them: UTF-16 units."""
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
