"""The buttons, selects and boxes of mock interviews. Any process serves them, from their custom_ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.snippets import BOX
from bot.ui import text
from bot.ui.items import AnyButton, AnyItem, AnySelect, StatelessModal, Submitted, guarded, some
from knowledge.interviews import Axis, Rubric

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.interview_desk import InterviewDesk

BOXED: Final = "mock:box:"
_REST: Final = r"(?P<id>[0-9a-f]{10})(?P<rest>(?::-?[0-9]{1,4})*)"
_LABEL, _DESCRIPTION = 100, 100


def desk_of(interaction: discord.Interaction[Any]) -> InterviewDesk:
    """What serves interviews for the bot that received the interaction."""
    return cast("TutorBot", interaction.client).interview_desk


def custom_id(action: str, id: str, *numbers: int) -> str:
    """What a component of an interview is called."""
    return ":".join(("mock", action, id, *map(str, numbers)))


def _numbers(rest: str) -> tuple[int, ...]:
    return tuple(int(number) for number in rest.split(":")[1:])


class MockButton(ui.DynamicItem[AnyButton], template=rf"mock:(?P<action>[a-z-]+):{_REST}"):
    """Any button of an interview: its action, the interview, and numbers whose meaning is the action's."""

    def __init__(
        self,
        action: str,
        id: str,
        *numbers: int,
        label: str = "?",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        name = custom_id(action, id, *numbers)
        super().__init__(ui.Button(label=label, style=style, custom_id=name, disabled=disabled))
        self.action = action
        self.interview_id = id
        self.numbers = numbers

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["action"], match["id"], *_numbers(match["rest"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(
            interaction, desk_of(interaction).press(interaction, self.action, self.interview_id, self.numbers)
        )


class MockSelect(ui.DynamicItem[AnySelect], template=rf"mock-select:(?P<action>[a-z-]+):{_REST}"):
    """Any select of an interview, such as the interviewer's checklist."""

    def __init__(
        self,
        action: str,
        id: str,
        *numbers: int,
        options: Sequence[discord.SelectOption] = (),
        placeholder: str = "",
        most: int = 1,
    ) -> None:
        super().__init__(
            ui.Select(
                custom_id=custom_id(action, id, *numbers).replace("mock:", "mock-select:", 1),
                options=some(options),
                placeholder=placeholder or None,
                min_values=0 if most > 1 else 1,
                max_values=max(1, min(most, len(options) or 1)),
            )
        )
        self.action = action
        self.interview_id = id
        self.numbers = numbers

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["action"], match["id"], *_numbers(match["rest"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        pressed = desk_of(interaction).choose(
            interaction, self.action, self.interview_id, self.numbers, tuple(self.item.values)
        )
        await guarded(interaction, pressed)


MOCK_ITEMS = (MockButton, MockSelect)


def checklist(points: Sequence[str], ticked: Sequence[int], first: str = "") -> list[discord.SelectOption]:
    """Points as options whose values are their numbers; `first` is an option for none of them, with the value -1."""
    chosen = set(ticked)
    options = [discord.SelectOption(label=first, value="-1", default=-1 in chosen)] if first else []
    options += [
        discord.SelectOption(label=text.label(point, _LABEL), value=str(index), default=index in chosen)
        for index, point in enumerate(points)
    ]
    return options[:25]


# ------------------------------------------------------------------------------------------------------- boxes


def box_name(kind: str, id: str, *numbers: int) -> str:
    """The custom_id of a box."""
    return f"{BOXED}{kind}:{':'.join((id, *map(str, numbers)))}"


def read_box(name: str) -> tuple[str, str, tuple[int, ...]]:
    """The kind, the interview and the numbers of a box. Raises ValueError for a name that `box_name` did not make."""
    kind, id, *numbers = name.removeprefix(BOXED).split(":")
    return kind, id, tuple(map(int, numbers))


def filled(data: Submitted) -> dict[str, str]:
    """What was typed or chosen in a submitted box, by the custom_ids of its fields."""
    found: dict[str, str] = {}
    for row in data.get("components", ()):
        field: Submitted = row.get("component") or next(iter(row.get("components", ())), {})
        if "custom_id" in field:
            found[field["custom_id"]] = str(field.get("value") or "")
    return found


def answer_box(id: str, *numbers: int, title: str = "Your answer") -> StatelessModal:
    """For an answer in the candidate's words."""
    modal = StatelessModal(title, box_name("answer", id, *numbers))
    modal.add_item(_words("text", title, "As you would say it. You can add more afterwards.", required=True))
    return modal


def ask_box(id: str, *numbers: int) -> StatelessModal:
    """For a question about the task."""
    modal = StatelessModal("Ask about the task", box_name("ask", id, *numbers))
    modal.add_item(_words("text", "Your question", "One at a time, as you would ask an interviewer.", required=True))
    return modal


def code_box(id: str, *numbers: int, code: str) -> StatelessModal:
    """For the candidate's program, filled with how they left it."""
    modal = StatelessModal("Edit and run", box_name("code", id, *numbers))
    field: ui.TextInput[StatelessModal] = ui.TextInput(
        custom_id="code", style=discord.TextStyle.paragraph, max_length=BOX, default=code or None
    )
    modal.add_item(
        ui.Label(text="Your program", description="It runs as it is. Print what you want to see.", component=field)
    )
    return modal


def score_box(id: str, round: int, rubric: Rubric, given: Sequence[int | None] = ()) -> StatelessModal:
    """Five axes, each with what a 1, a 3 and a 5 look like."""
    modal = StatelessModal("Scores from 1 to 5", box_name("score", id, round))
    for axis, score in zip(rubric.axes, given or (None,) * len(rubric.axes), strict=True):
        modal.add_item(
            ui.Label(
                text=text.label(axis.title, 45),
                description=text.label(axis.about, _DESCRIPTION),
                component=ui.RadioGroup(custom_id=axis.name, options=_steps(axis, score)),
            )
        )
    return modal


def _steps(axis: Axis, given: int | None) -> list[discord.RadioGroupOption]:
    anchors = {anchor.score: anchor.looks for anchor in axis.anchors}
    return [
        discord.RadioGroupOption(
            label=str(step),
            value=str(step),
            description=text.label(anchors[step], _DESCRIPTION) if step in anchors else None,
            default=step == given,
        )
        for step in range(1, 6)
    ]


def remark_box(id: str, round: int, strong: str = "", work: str = "") -> StatelessModal:
    """Words beside the scores."""
    modal = StatelessModal("In your words", box_name("remark", id, round))
    modal.add_item(_words("strong", "What was strong?", "One thing to keep.", default=strong, longest=500))
    modal.add_item(_words("work", "What to work on?", "One thing to change next time.", default=work, longest=500))
    return modal


def rate_box(id: str, round: int, *, solo: bool) -> StatelessModal:
    """The candidate's marks for the interviewer and the questions."""
    modal = StatelessModal("How was it for you?", box_name("rate", id, round))
    if not solo:
        modal.add_item(_marks("interviewer", "The interviewer", "Clear, fair, and did they help when you were stuck?"))
    modal.add_item(_marks("questions", "The questions", "Worth asking, and right for the level?"))
    modal.add_item(_words("words", "Anything else?", "Kept beside your marks.", longest=500))
    return modal


def _marks(name: str, title: str, about: str) -> ui.Label[StatelessModal]:
    options = [discord.RadioGroupOption(label=str(mark), value=str(mark)) for mark in range(1, 6)]
    options[0].description, options[-1].description = "Not at all", "Very much so"
    return ui.Label(text=title, description=about, component=ui.RadioGroup(custom_id=name, options=options))


def _words(
    name: str, title: str, about: str, *, required: bool = False, default: str = "", longest: int = BOX
) -> ui.Label[StatelessModal]:
    field: ui.TextInput[StatelessModal] = ui.TextInput(
        custom_id=name,
        style=discord.TextStyle.paragraph,
        required=required,
        max_length=longest,
        default=default or None,
    )
    return ui.Label(text=title, description=about, component=field)
