"""Reviews: from a press to the next question, by way of the review log. Nothing of a session is kept in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
from discord import ui

from bot.clock import Clock
from bot.cogs.desk import GONE, Desk
from bot.cogs.patience import in_time
from bot.cogs.shelf import Reviewed, Shelf
from bot.store import Person, Store
from bot.store.queue import FOR_GOOD
from bot.study import forecast as coming
from bot.study import review_session as sessions
from bot.study import zones
from bot.study.exercise import Exercise, letter_of
from bot.study.local_time import days_in_a_row, local_day, next_at
from bot.study.marking import Marker
from bot.study.marks import rating_of
from bot.study.memory import Rating, Review, previews
from bot.study.reminders import MOST_REFUSED
from bot.study.review_session import MOST_NEW, SCORES, Step
from bot.study.selection import choose
from bot.ui import cards, review_cards
from bot.ui.exercise_cards import answer_modal
from bot.ui.review_cards import Front
from bot.ui.review_items import TYPED

RATED = "You have rated that one already."
REWRITTEN = "That question was rewritten meanwhile."
ONLY_ONE = "This is the only one left."
BURIED = "Put away until tomorrow."
SUSPENDED = "Suspended. `/review forecast` can bring it back."
ALL_MET = "You have met every question that I could add today."
REFUSED = (
    f"Your reminders are off: Discord refused my direct messages {MOST_REFUSED} times in a row. Allow direct messages "
    "from this server's members, then turn them on with `/review reminder`."
)
LONGEST_STREAK = timedelta(days=400)
LATELY = timedelta(hours=20)
"""What was met so recently is not added by *More*."""

Pressed = discord.Interaction[Any]


class Reviewing:
    """Serves `/review` and every button under its cards."""

    def __init__(self, store: Store, shelf: Shelf, marker: Marker, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._shelf = shelf
        self._marker = marker
        self._desk = desk
        self._clock = clock

    async def begin(self, used: Pressed) -> None:
        """Begin a session: in a message of its own after a command, in the message itself after a button."""
        await _open(used)
        refused = await self._store.reminders.tell_once(used.user.id, MOST_REFUSED)
        await self._next(used, sessions.began(self._clock.now()), note=REFUSED if refused else "")

    async def more(self, pressed: Pressed, session: int) -> None:
        """Go on with questions beyond the due ones."""
        await pressed.response.defer()
        await self._next(pressed, session, MOST_NEW)

    async def press(self, pressed: Pressed, action: str, step: Step) -> None:
        """Do what a button under a question stands for."""
        if action == "type":
            await self._box(pressed, step)
            return
        await pressed.response.defer()
        shown = await self._find(pressed, step.key)
        if shown is None:
            await self._next(pressed, step.session, step.new, GONE)
        elif action == "show":
            await self._show(pressed, step, shown)
        elif action.startswith("pick"):
            await self._mark(pressed, step, shown, int(action[-1]))
        elif action.startswith("rate"):
            await self._rate(pressed, step, shown, Rating(int(action[-1])))
        elif action.startswith("mark"):
            await self._correct(pressed, step, shown, Rating(int(action[-1])))
        else:
            await self._put_aside(pressed, step, shown, action)

    async def typed(self, submitted: Pressed, step: Step, given: tuple[str, ...]) -> None:
        """Mark an answer that was typed into a box."""
        await submitted.response.defer()
        shown = await self._find(submitted, step.key)
        if shown is None:
            await self._next(submitted, step.session, step.new, GONE)
        else:
            await self._mark(submitted, step, shown, given)

    async def look_up(self, pressed: Pressed, key: str) -> None:
        """Show the whole answer to a question, to whoever pressed alone."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        shown = await self._find(pressed, key)
        card = self._desk.whole(shown.question, pressed.user.id, pressed.guild_id) if shown else cards.told(GONE)
        await pressed.edit_original_response(view=card)

    async def forecast(self, used: Pressed) -> None:
        """Show what is coming up, to whoever asked alone."""
        await _open(used)
        user_id, now = used.user.id, self._clock.now()
        every = await self._shelf.all_of(used.guild_id, user_id)
        if not every:
            await used.edit_original_response(view=review_cards.welcome(sessions.began(now)))
            return
        person = await self._store.people.get(user_id)
        aside = await self._store.queue.aside(user_id, now)
        kept = [each.card for each in every if each.card and aside.get(each.question.id) != "suspended"]
        view = review_cards.forecast(
            coming.forecast(kept, now, zones.zone_of(person.time_zone)),
            due=len(await self._shelf.due(used.guild_id, user_id, now)),
            suspended=len(every) - len(kept),
            next_due=sessions.next_due(kept, now),
            zone=person.time_zone or "UTC",
        )
        await used.edit_original_response(view=view)

    async def bring_back(self, pressed: Pressed) -> None:
        """Take what was suspended back into the reviews."""
        await _open(pressed)
        await self._store.queue.bring_back(pressed.user.id)
        await self.forecast(pressed)

    async def streak(self, person: Person) -> int:
        """Days in a row on which somebody answered anything, where they live."""
        now, zone = self._clock.now(), zones.zone_of(person.time_zone)
        moments = await self._store.reviews.moments(person.user_id, now - LONGEST_STREAK)
        days = {local_day(moment, zone) for moment in moments}
        return days_in_a_row(days, local_day(now, zone), person.quiet_days)

    # ------------------------------------------------------------------------------------- what comes next

    async def _next(self, used: Pressed, session: int, new: int = 0, note: str = "", after: str = "") -> None:
        """Show the next question, or the end. `after` is the key of the one that was just put aside."""
        view = await (self._extra(used, session, new, note) if new else self._first_due(used, session, note, after))
        if view is None:
            view = await self._end(used, session, note or (ALL_MET if new else ""))
        await used.edit_original_response(view=view)

    async def _first_due(self, used: Pressed, session: int, note: str, after: str) -> ui.LayoutView | None:
        due = await self._shelf.due(used.guild_id, used.user.id, self._clock.now())
        if not due:
            return None
        step = due[0].step(session)
        if step.key == after:
            note = f"{note}\n{ONLY_ONE}".strip()
        return review_cards.front(await self._front(used, step, due[0], note))

    async def _extra(self, used: Pressed, session: int, new: int, note: str) -> ui.LayoutView | None:
        """A question that is weak or was never met, and not met lately."""
        user_id, now = used.user.id, self._clock.now()
        held = {each.question.id: each for each in await self._shelf.all_of(used.guild_id, user_id)}
        pool = await self._shelf.pool(used.guild_id)
        away = {
            *await self._store.reviews.recent([user_id], now - LATELY),
            *await self._store.queue.aside(user_id, now),
        }
        met = {question_id: each.card for question_id, each in held.items() if each.card}
        left = [question for question in pool.values() if question.id not in away]
        chosen = choose(left, [met], (), 1, session + new, now)
        if not chosen:
            return None
        shown = held.get(chosen[0].id) or Reviewed(chosen[0], None, "", pool)
        return review_cards.front(await self._front(used, shown.step(session, new), shown, note))

    async def _end(self, used: Pressed, session: int, note: str) -> ui.LayoutView:
        user_id, now = used.user.id, self._clock.now()
        every = await self._shelf.all_of(used.guild_id, user_id)
        if not every:
            return review_cards.welcome(session, note)
        aside = await self._store.queue.aside(user_id, now)
        waiting = [each.card for each in every if each.card and aside.get(each.question.id) != "suspended"]
        total = sessions.summary(await self._store.reviews.session(user_id, sessions.session_id(session)))
        streak = await self.streak(await self._store.people.get(user_id))
        return review_cards.done(total, session, streak, sessions.next_due(waiting, now), note)

    async def _front(self, used: Pressed, step: Step, shown: Reviewed, note: str = "") -> Front:
        """What the cards about one question have in common: above all, where in the session it stands."""
        if step.new:
            place = f"Extra · {MOST_NEW + 1 - step.new} of {MOST_NEW}"
        else:
            user_id = used.user.id
            came = sessions.summary(await self._store.reviews.session(user_id, step.session_id)).questions
            due = len(await self._shelf.due(used.guild_id, user_id, self._clock.now()))
            place = f"{came + 1} of {came + due} due"
        return Front(shown.question, shown.exercise, step, place, note)

    # --------------------------------------------------------------------------------------- one question

    async def _show(self, pressed: Pressed, step: Step, shown: Reviewed) -> None:
        if not shown.is_at(step):
            await self._stale(pressed, step, shown)
            return
        waits = previews(shown.card, self._clock.now())
        await pressed.edit_original_response(view=review_cards.back(await self._front(pressed, step, shown), waits))

    async def _rate(self, pressed: Pressed, step: Step, shown: Reviewed, rating: Rating) -> None:
        """Keep what the person says of an answer that only they know."""
        review = self._review(pressed, step, shown, rating, SCORES[rating])
        if shown.reviews == step.reviews and await self._store.reviews.record(review):
            await self._next(pressed, step.session, _one_less(step))
        else:
            await self._stale(pressed, step, shown)

    async def _correct(self, pressed: Pressed, step: Step, shown: Reviewed, rating: Rating) -> None:
        """Put the person's rating in place of what the bot made of a marked answer."""
        event = step.event(pressed.user.id, shown.question.id)
        # Once it has been reviewed again, the older rating is no longer what this card asks about.
        if shown.reviews == step.reviews + 1 and await self._store.reviews.correct(event, pressed.user.id, rating):
            await self._next(pressed, step.session, _one_less(step))
        else:
            await self._stale(pressed, step, shown)

    async def _mark(self, pressed: Pressed, step: Step, shown: Reviewed, given: int | tuple[str, ...]) -> None:
        """Mark an answer, keep it with the rating it deserves, and let the person correct that."""
        if not shown.is_at(step):
            await self._stale(pressed, step, shown)
            return
        exercise = shown.exercise
        answer = (letter_of(exercise, given),) if isinstance(given, int) else given
        mark = await self._marker.mark(exercise, shown.question, answer)
        rating, waits = rating_of(mark), previews(shown.card, self._clock.now())
        front = await self._front(pressed, step, shown)
        # Kept before it is shown: nothing is lost if they leave now.
        if rating is not None:
            review = self._review(pressed, step, shown, rating, mark.score)
            if not await self._store.reviews.record(review):
                await self._stale(pressed, step, shown)
                return
        view = review_cards.marked(front, _in_words(exercise, answer), mark, rating, waits)
        await pressed.edit_original_response(view=view)

    async def _put_aside(self, pressed: Pressed, step: Step, shown: Reviewed, how: str) -> None:
        user_id, now, note = pressed.user.id, self._clock.now(), ""
        put_aside, question_id = self._store.queue.put_aside, shown.question.id
        if how == "skip":
            await put_aside(user_id, question_id, "skipped", now, now + sessions.SKIPPED_FOR)
        elif how == "bury":
            zone = zones.zone_of((await self._store.people.get(user_id)).time_zone)
            await put_aside(user_id, question_id, "buried", now, next_at(0, zone, now))
            note = BURIED
        else:
            await put_aside(user_id, question_id, "suspended", now, FOR_GOOD)
            note = SUSPENDED
        await self._next(pressed, step.session, step.new, note, after=step.key)

    async def _stale(self, pressed: Pressed, step: Step, shown: Reviewed) -> None:
        """The button stands under something that is over: say so, unless it was only pressed twice, and go on."""
        event = await self._store.reviews.find(step.event(pressed.user.id, shown.question.id))
        if shown.reviews == step.reviews and event is None:
            await self._next(pressed, step.session, step.new, REWRITTEN)
            return
        twice = event is not None and self._clock.now() - event.answered_at < sessions.AT_ONCE
        await self._next(pressed, step.session, _one_less(step), "" if twice else RATED)

    async def _box(self, pressed: Pressed, step: Step) -> None:
        shown = await in_time(self._find(pressed, step.key))
        if shown is not None and shown.is_at(step):
            await pressed.response.send_modal(answer_modal(shown.exercise, f"{TYPED}{step}"))
            return
        await pressed.response.defer()
        if shown is None:
            await self._next(pressed, step.session, step.new, GONE)
        else:
            await self._stale(pressed, step, shown)

    async def _find(self, used: Pressed, key: str) -> Reviewed | None:
        return await self._shelf.find(used.guild_id, used.user.id, key)

    def _review(self, pressed: Pressed, step: Step, shown: Reviewed, rating: Rating, score: float) -> Review:
        user_id, question_id = pressed.user.id, shown.question.id
        return Review(
            key=step.event(user_id, question_id),
            user_id=user_id,
            question_id=question_id,
            form=step.form,
            source="review",
            rating=rating,
            score=score,
            answered_at=self._clock.now(),
            session_id=step.session_id,
        )


async def _open(used: Pressed) -> None:
    """Acknowledge, once: with a message of its own after a command, with the message itself after a button."""
    if used.response.is_done():
        return
    if used.type is discord.InteractionType.component:
        await used.response.defer()
    else:
        await used.response.defer(ephemeral=True, thinking=True)


def _one_less(step: Step) -> int:
    return max(0, step.new - 1)


def _in_words(exercise: Exercise, answer: tuple[str, ...]) -> str:
    """What somebody chose or typed, as the card shows it."""
    if exercise.form == "choice":
        return f"{answer[0]} {dict(zip('ABCD', exercise.options, strict=False)).get(answer[0], '')}"
    return ", ".join(answer)
