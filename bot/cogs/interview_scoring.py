"""Scores, words and marks as people give them, and scorecards as they open, share and delete them."""

from __future__ import annotations

from discord import ButtonStyle, ui

from bot.cogs.desk import Desk
from bot.cogs.interview_press import Numbers, Pressed, Served, act, act_and_show, tell
from bot.cogs.interviewing import Interviewing
from bot.cogs.patience import in_time
from bot.cogs.scorecards import ScorecardDesk
from bot.store.scorecards import Scorecards
from bot.study.interview import events as happened
from bot.study.interview.cards import Sheet
from bot.ui import mock_items
from bot.ui.cards import PANEL, Item, layout, told
from bot.ui.mock_cards import Card
from bot.ui.mock_items import MockButton
from knowledge.interviews import AXES, Rubric

NOT_YOURS = "A scorecard is the candidate's own. They can share it with the group."
NONE = "There is no scorecard of that round: nothing was scored, or it was deleted."
NO_TRANSCRIPT = "There is no transcript for you: it is kept for 90 days, for those who were in the interview."
SURE = "Delete this scorecard, with the scores behind it? That cannot be undone."
KEPT = "Your scores are kept. Nobody sees them one by one; press *Score* again to change them."


class InterviewScoring:
    """Serves what comes after the talk."""

    def __init__(self, interviewing: Interviewing, scorecards: ScorecardDesk, kept: Scorecards, desk: Desk) -> None:
        self._interviewing = interviewing
        self._scorecards = scorecards
        self._kept = kept
        self._desk = desk

    @property
    def served(self) -> Served:
        """The actions."""
        return Served(
            buttons={
                "score": self.score_box,
                "remark": self.remark_box,
                "rate": self.rate_box,
                "card": self.card,
                "share": self.share,
                "replay": self.replay,
                "delete": self.delete,
                "delete-now": self.delete_now,
            },
            selects={"read": self.read, "open-card": self.open_card},
            boxes={"score": self.scored, "remark": self.remarked, "rate": self.rated},
        )

    # ------------------------------------------------------------------------------------------------- scores

    async def _own_sheet(self, user_id: int, id: str, number: int) -> Sheet | None:
        sheets = await self._kept.sheets(id, number)
        return next((sheet for sheet in sheets if sheet.scorer == user_id), None)

    async def score_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open the box for scores, filled with those that were given before."""
        rubric, sheet = await in_time(self._rubric_and_sheet(pressed.user.id, id, numbers[0]))
        await pressed.response.send_modal(mock_items.score_box(id, numbers[0], rubric, sheet.axes if sheet else ()))

    async def _rubric_and_sheet(self, user_id: int, id: str, number: int) -> tuple[Rubric, Sheet | None]:
        return await self._interviewing.room.rubric(), await self._own_sheet(user_id, id, number)

    async def scored(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Keep somebody's scores."""
        await submitted.response.defer()
        axes = tuple(int(fields[axis]) for axis in AXES)
        event = happened.Score(submitted.user.id, numbers[0], axes)
        acted = await act_and_show(self._interviewing, submitted, id, event)
        if acted is not None and not acted.interview.options.solo:
            words: Item = MockButton("remark", id, numbers[0], label="Add words", style=ButtonStyle.primary)
            view = layout(PANEL, ui.TextDisplay(KEPT), ui.ActionRow(words))
            await submitted.followup.send(view=view, ephemeral=True)

    async def remark_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open the box for words, filled with those that were given before."""
        sheet = await in_time(self._own_sheet(pressed.user.id, id, numbers[0]))
        box = mock_items.remark_box(id, numbers[0], *((sheet.strong, sheet.work) if sheet else ()))
        await pressed.response.send_modal(box)

    async def remarked(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Keep somebody's words."""
        await submitted.response.defer()
        event = happened.Remark(submitted.user.id, numbers[0], fields["strong"].strip(), fields["work"].strip())
        if await act_and_show(self._interviewing, submitted, id, event) is not None:
            await tell(submitted, "Your words are kept. The candidate reads them on the scorecard, without your name.")

    async def rate_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open the box for the candidate's marks."""
        await pressed.response.send_modal(mock_items.rate_box(id, numbers[0], solo=bool(numbers[1])))

    async def rated(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Keep the candidate's marks."""
        await submitted.response.defer()
        interviewer = int(fields["interviewer"]) if fields.get("interviewer") else None
        event = happened.Rate(submitted.user.id, numbers[0], interviewer, int(fields["questions"]), fields["words"])
        if await act(self._interviewing, submitted, id, event) is not None:
            await tell(submitted, "Thank you. Your interviewer sees the mean of all their marks, from three on.")

    # --------------------------------------------------------------------------------------------- scorecards

    async def card(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open a scorecard, for its candidate alone."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        await self._open(pressed, id, numbers[0])

    async def _open(self, pressed: Pressed, id: str, number: int) -> None:
        kept = await self._kept.get(id, number)
        card = await self._scorecards.private(id, number, pressed.user.id) if kept else None
        if card is None:
            await tell(pressed, NOT_YOURS if kept else NONE)
        else:
            await pressed.edit_original_response(view=card.view, attachments=card.attachments())

    async def share(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Show a scorecard to the group."""
        await pressed.response.defer()
        acted = await act_and_show(self._interviewing, pressed, id, happened.Share(pressed.user.id, numbers[0]))
        if acted is not None:
            await tell(
                pressed, f"Everybody in <#{acted.interview.place_id}> sees the scores now; the words stay yours."
            )

    async def delete(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Ask once more."""
        sure: Item = MockButton("delete-now", id, *numbers, label="Delete it", style=ButtonStyle.danger)
        view = layout(PANEL, ui.TextDisplay(SURE), ui.ActionRow(sure))
        await pressed.response.send_message(view=view, ephemeral=True)

    async def delete_now(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Delete a scorecard."""
        await pressed.response.defer()
        gone = await self._kept.delete(pressed.user.id, id, numbers[0])
        await pressed.edit_original_response(view=told("It is deleted." if gone else NONE))

    async def read(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """Open the answer to a question that was missed."""
        await self._desk.follow_up(pressed, 0, values[0])

    # ------------------------------------------------------------------------------------- history, transcript

    async def history(self, used: Pressed) -> None:
        """All scorecards of whoever asks."""
        await used.response.defer(ephemeral=True, thinking=True)
        card = await self._scorecards.history(used.user.id)
        await used.edit_original_response(view=card.view, attachments=card.attachments())

    async def open_card(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """Open one of them; the value says which."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        chosen, number = values[0].split(":")
        await self._open(pressed, chosen, int(number))

    async def replay(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Send the transcript, to whoever asks alone."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        transcript = await self._scorecards.transcript(id, pressed.user.id)
        if transcript is None:
            await tell(pressed, NO_TRANSCRIPT)
            return
        name = f"interview-{id}.md"
        view = layout(PANEL, ui.TextDisplay("### The transcript\nOnly you see this."), ui.File(f"attachment://{name}"))
        card = Card(view, ((name, transcript),))
        await pressed.edit_original_response(view=card.view, attachments=card.attachments())

    async def replay_latest(self, used: Pressed, chosen: str | None) -> None:
        """The transcript of an interview, or of the latest that whoever asks was in."""
        id = chosen
        if id is None:
            latest = await self._interviewing.store.interviews.latest_of(used.user.id, 1)
            id = latest[0][0].id if latest else ""
        await self.replay(used, id, ())
