"""/daily, its posts and its answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import discord
import pytest
from simcord.actors import MemberActor
from simcord.backend.models.channel import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType
from simcord.results import InteractionResult

from bot.client import TutorBot
from bot.errors import NotSaved
from bot.settings import Settings
from bot.store import Person, Post, Store
from bot.store.daily import DailyQuestions
from bot.study.daily import GIVES_UP_AFTER
from bot.study.exercise import Exercise
from bot.study.memory import Rating
from knowledge.tutor import Tutor
from tests.discord.review.helpers import DAY, HOUR, MINUTE, Learning, Time, plain
from tests.discord.world import World, button, labels, text_of
from tests.fakes.tutor import OtherTutor

FIRST = date(2026, 1, 1)


async def turn_on(world: World, **options: object) -> InteractionResult:
    """`/daily set` in *general*, for *help*, at 09:00 UTC."""
    given = {"channel": world.help, "time": "09:00", "timezone": "UTC", **options}
    return await world.mod.slash(world.general, "daily set", **given)


async def kept(world: World, day: date = FIRST) -> Post:
    """The post of a day as the database has it."""
    post = await world.store.daily.post(world.guild.id, day)
    assert post is not None
    return post


async def exercise(world: World, day: date = FIRST) -> Exercise:
    return Exercise.from_json((await kept(world, day)).exercise)


async def pick(world: World, who: MemberActor, message: discord.Message, right: bool) -> InteractionResult:
    """Press the right or a wrong answer."""
    day = date.fromisoformat(button(message, labels(message)[0]).split(":")[2])
    asked = await exercise(world, day)
    label = next(each for each in labels(message) if (each == asked.expected[0]) is right)
    return await world.press(who, message, label)


def posts(channel: ChannelHandle) -> list[discord.Message]:
    return channel.history()


# ------------------------------------------------------------------------------------------------------ posting


async def test_a_question_comes_every_day_at_the_servers_time(world: World, time: Time) -> None:
    said = await turn_on(world, time="14:30", timezone="Honolulu")
    assert said.ephemeral
    assert f"In <#{world.help.id}>, every day at 14:30 in Pacific/Honolulu: every topic in turn." in text_of(said)
    await time.reach(0, 29)
    assert posts(world.help) == []
    await time.reach(0, 31)
    (message,) = posts(world.help)
    asked = await exercise(world, FIRST - DAY)
    assert "### Question of the day\n-# 31 December" in text_of(message), "it is still the day before there"
    assert plain(asked.prompt.splitlines()[0]).strip("*") in plain(text_of(message))
    assert labels(message) == ["A", "B", "C", "D"]
    assert "Nobody has answered yet" in text_of(message)
    for count in (2, 3):
        await time.pass_(DAY)
        assert len(posts(world.help)) == count
    history = await world.store.daily.history(world.guild.id)
    assert len({question for _, question, _ in history}) == 3
    assert len({topic for _, _, topic in history}) == 3


async def test_one_topic_if_the_moderators_want_that(world: World, time: Time) -> None:
    offered = await world.mod.autocomplete(world.general, "daily set", "topic", "auto")
    assert offered == [{"name": "autograd", "value": "autograd"}]
    many = await world.mod.autocomplete(world.general, "daily set", "topic", "")
    assert {"name": "data loading", "value": "data-loading"} in many
    assert "I have no questions about that" in text_of(await turn_on(world, topic="cooking"))
    assert await world.store.daily.get(world.guild.id) is None
    assert "UTC: data loading." in text_of(await turn_on(world, topic="Data loading"))
    await time.reach(9)
    for _ in range(2):
        await time.pass_(DAY)
    assert [topic for _, _, topic in await world.store.daily.history(world.guild.id)] == ["data-loading"] * 3


async def test_a_question_with_one_misconception_is_true_or_false(
    world: World, settings: Settings, store: Store, tutor: Tutor, time: Time
) -> None:
    questions = [replace(each, misconceptions=each.misconceptions[:1]) for each in tutor.corpus.questions[:3]]
    await world.env.restart_bot(TutorBot(settings, store, OtherTutor(tutor, questions), now=time.now))
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    assert labels(message) == ["True", "False"]
    assert "✅ **Right.**" in text_of(await pick(world, world.alice, message, right=True))


async def test_an_absence_of_hours_is_made_up_for_and_one_of_days_once(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(19)
    assert len(posts(world.help)) == 1
    await time.pass_(5 * DAY)
    assert [day.day for day, _, _ in await world.store.daily.history(world.guild.id)] == [1, 6]
    await time.reach(8, 50)
    await time.pass_(13 * HOUR)
    assert len(posts(world.help)) == 2, "more than twelve hours late: the next one comes at its time"
    await time.reach(9)
    assert len(posts(world.help)) == 3


async def test_changing_the_time_brings_no_second_one_on_the_same_day(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    await turn_on(world, time="11:00", channel=world.general)
    await time.reach(11)
    assert (len(posts(world.help)), len(posts(world.general))) == (1, 0)
    await time.pass_(DAY)
    assert (len(posts(world.help)), len(posts(world.general))) == (1, 1)


async def test_now_does_not_wait_and_does_not_repeat(world: World, time: Time) -> None:
    assert "no question of the day yet" in text_of(await world.mod.slash(world.general, "daily now"))
    await turn_on(world)
    said = await world.mod.slash(world.general, "daily now")
    (message,) = posts(world.help)
    assert f"Posted: {message.jump_url}" in text_of(said)
    said = await world.mod.slash(world.general, "daily now")
    assert f"Today's question is there already: {message.jump_url}" in text_of(said)
    await time.reach(9)
    assert len(posts(world.help)) == 1
    await time.pass_(DAY)
    assert len(posts(world.help)) == 2


async def test_off_is_off(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    assert "no more questions of the day" in text_of(await world.mod.slash(world.general, "daily off"))
    assert "no question of the day yet" in text_of(await world.mod.slash(world.general, "daily off"))
    assert "no question of the day yet" in text_of(await world.mod.slash(world.general, "daily status"))
    await pick(world, world.alice, message, right=True)
    await time.pass_(DAY)
    (message,) = posts(world.help)
    assert "**1 of 1 were right**" in text_of(message), "the answer to the last one still comes"
    assert "right of" in text_of(await world.alice.slash(world.general, "daily leaderboard", period="all time"))


@pytest.mark.parametrize("name", ["off", "now", "status", "set"])
async def test_only_moderators_may_change_it(world: World, name: str) -> None:
    options = {"channel": world.help, "time": "09:00", "timezone": "UTC"} if name == "set" else {}
    said = await world.alice.slash(world.general, f"daily {name}", **options)
    assert said.ephemeral
    assert "people who may manage this server" in text_of(said)
    assert await world.store.daily.get(world.guild.id) is None


@pytest.mark.parametrize(
    ("options", "said"), [({"time": "soon"}, "I cannot read that time"), ({"timezone": "Mars"}, "no such time zone")]
)
async def test_what_cannot_be_read_is_said(world: World, options: dict[str, object], said: str) -> None:
    assert said in text_of(await turn_on(world, **options))
    assert await world.store.daily.get(world.guild.id) is None


# ---------------------------------------------------------------------------------------------------- answering


async def test_the_first_answer_counts_and_is_told_alone(world: World, learning: Learning, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    await world.restart()
    asked = await exercise(world)
    told = await pick(world, world.alice, message, right=True)
    assert told.ephemeral
    assert f"✅ **Right.** {asked.expected[0]} is right" in plain(text_of(told))
    assert plain(asked.because) in plain(text_of(told))
    again = await pick(world, world.alice, message, right=False)
    assert f"You answered {asked.expected[0]} before, and that counts." in text_of(again)
    assert "✅ **Right.**" in text_of(again)
    wrong = await pick(world, world.bob, message, right=False)
    assert "❌ **Not right.**" in text_of(wrong)
    key = (await kept(world)).key
    review = await world.store.reviews.find(f"daily:{key}:{world.alice.id}")
    assert review is not None
    assert (review.source, review.form, review.rating, review.score) == ("daily", "choice", Rating.GOOD, 1.0)
    assert (review.guild_id, review.question_id) == (world.guild.id, asked.question_id)
    card = await world.store.reviews.card(world.alice.id, asked.question_id)
    assert card is not None
    assert card.reviews == 1
    looked = await world.press(world.alice, told, "Look it up")
    assert looked.ephemeral
    question = next(each for each in learning.questions if each.id == asked.question_id)
    assert plain(question.answer)[:80] in plain(text_of(looked))


async def test_the_card_counts_at_a_pace(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    edits = len(edited(world))
    await pick(world, world.alice, message, right=True)
    await pick(world, world.bob, message, right=False)
    await pick(world, world.mod, message, right=False)
    assert len(edited(world)) == edits
    await time.pass_(timedelta(seconds=5))
    assert len(edited(world)) == edits + 1
    (message,) = posts(world.help)
    assert "3 answered, 1 right" in text_of(message)
    assert labels(message) == ["A", "B", "C", "D"]


def edited(world: World) -> list[object]:
    """The edits of messages in channels."""
    return [each for each in world.env.http_requests if each.method == "PATCH" and each.path.startswith("/channels/")]


async def test_the_next_question_reveals_the_answer_to_the_one_before(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    asked = await exercise(world)
    await pick(world, world.alice, message, right=True)
    await pick(world, world.bob, message, right=False)
    before = posts(world.help)[0]
    await turn_on(world, time="08:00")
    await time.reach(8)
    await time.pass_(MINUTE)
    first, second = posts(world.help)
    assert "**1 of 2 were right**" in text_of(first)
    assert f"✅ {asked.expected[0]} 1" in text_of(first)
    assert plain(asked.because) in plain(text_of(first))
    assert labels(first) == ["Look it up"]
    assert labels(second) == ["A", "B", "C", "D"]
    assert before.id == first.id
    looked = await world.press(world.mod, first, "Look it up")
    assert looked.ephemeral


async def test_an_answer_after_the_end_is_told_and_not_counted(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    await world.store.daily.reveal(await kept(world))
    told = await pick(world, world.alice, message, right=True)
    assert "This question is over" in text_of(told)
    assert await world.store.daily.answers(world.guild.id) == {}


async def test_an_answer_to_a_post_that_nobody_knows_is_said(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    # As after a restored backup.
    async with world.store._database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM daily_posts")
    told = await world.press(world.alice, message, "A")
    assert "I no longer know that question" in text_of(told)


async def test_a_deleted_post_stops_nothing(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    await pick(world, world.alice, message, right=True)
    world.env.backend.delete_message(world.help.id, message.id)
    await time.pass_(timedelta(seconds=5))
    await time.pass_(DAY)
    (other,) = posts(world.help)
    assert other.id != message.id
    assert (await kept(world)).revealed


# --------------------------------------------------------------------------------------------------- leaderboard


async def test_the_leaderboard_of_a_month_and_of_all_time(world: World, time: Time) -> None:
    await turn_on(world)
    assert "Nobody has answered yet" in text_of(await world.alice.slash(world.general, "daily leaderboard"))
    await time.pass_(28 * DAY)
    rights = {world.alice: "yyny", world.bob: "nyyy"}
    for number in range(4):
        await time.reach(9)
        message = posts(world.help)[-1]
        for who, given in rights.items():
            await pick(world, who, message, right=given[number] == "y")
        await time.pass_(MINUTE)
    await time.pass_(DAY)
    ever = await world.mod.slash(world.general, "daily leaderboard", period="all time")
    assert not ever.ephemeral
    lines = text_of(ever).splitlines()
    assert lines[0].endswith("all time")
    assert lines[1:] == [
        f"1. <@{world.bob.id}> · **3** right of 4 · 3 in a row",
        f"2. <@{world.alice.id}> · **3** right of 4",
    ]
    await world.store.people.keep(Person(world.bob.id, pseudonym="**Bobby** @everyone"))
    month = await world.mod.slash(world.general, "daily leaderboard")
    lines = text_of(month).splitlines()
    assert "February" in lines[0]
    assert plain(lines[1]).startswith("1. **Bobby** @everyone · ")
    assert "@everyone" not in lines[1]
    assert str(world.bob.id) not in text_of(month)


async def test_a_row_of_right_answers_is_told(world: World, time: Time) -> None:
    await turn_on(world)
    for number in range(3):
        await time.reach(9)
        told = await pick(world, world.alice, posts(world.help)[-1], right=True)
        assert ("right in a row in this server" in text_of(told)) == (number > 0)
        await time.pass_(MINUTE)
    assert "3 right in a row" in text_of(told)


async def test_who_is_far_down_sees_themselves(world: World, time: Time) -> None:
    await turn_on(world)
    await time.reach(9)
    (message,) = posts(world.help)
    crowd = [world.guild.add_member(world.env.create_user(f"member{number}")) for number in range(11)]
    for who in crowd:
        await pick(world, who, message, right=True)
    await pick(world, world.alice, message, right=False)
    board = text_of(await world.alice.slash(world.general, "daily leaderboard"))
    assert f"…\n12. <@{world.alice.id}> · **0** right of 1" in board
    assert len(board.splitlines()) == 13
    assert "…" not in text_of(await world.mod.slash(world.general, "daily leaderboard"))


# ------------------------------------------------------------------------------------------------------- trouble


async def test_a_missing_permission_is_told_at_once_and_in_the_status(world: World, time: Time) -> None:
    forbid(world)
    assert "I may not post there yet: allow me *Send Messages*" in text_of(await turn_on(world))
    await time.reach(9)
    assert posts(world.help) == []
    status = text_of(await world.mod.slash(world.general, "daily status"))
    assert "It could not be posted" in status
    assert f"I may not write in <#{world.help.id}>" in status
    assert "0 questions so far" in status, "what nobody saw is not used up"
    assert f"I may not write in <#{world.help.id}>" in text_of(await world.mod.slash(world.general, "daily now"))
    allow(world)
    await time.pass_(DAY)
    assert len(posts(world.help)) == 1
    assert "could not be posted" not in text_of(await world.mod.slash(world.general, "daily status"))


async def test_after_a_week_of_trouble_it_gives_up_and_says_so(world: World, time: Time) -> None:
    await turn_on(world)
    forbid(world)
    await time.reach(9)
    for _ in range(GIVES_UP_AFTER.days):
        status = text_of(await world.mod.slash(world.general, "daily status"))
        assert "given up" not in status
        assert "Next <t:" in status
        await time.pass_(DAY)
    status = text_of(await world.mod.slash(world.general, "daily status"))
    assert "I have given up trying" in status
    allow(world)
    await time.pass_(3 * DAY)
    assert posts(world.help) == []
    assert "Posted" in text_of(await world.mod.slash(world.general, "daily now"))
    assert "given up" not in text_of(await world.mod.slash(world.general, "daily status"))
    await time.pass_(DAY)
    assert len(posts(world.help)) == 2


async def test_a_channel_that_was_deleted_is_told(world: World, time: Time) -> None:
    await turn_on(world)
    world.env.backend.delete_channel(world.help.id)
    await time.reach(9)
    status = text_of(await world.mod.slash(world.general, "daily status"))
    assert "The channel is gone" in status


async def test_a_bot_that_was_removed_gives_up_in_the_end(world: World, time: Time) -> None:
    await turn_on(world)
    world.env.inject_error("POST", "/channels/*/messages", status=403, code=50001, message="Missing Access", times=None)
    await time.reach(9)
    for _ in range(GIVES_UP_AFTER.days):
        await time.pass_(DAY)
    daily = await world.store.daily.get(world.guild.id)
    assert daily is not None
    assert not daily.active
    assert daily.trouble is not None
    assert "I cannot see" in daily.trouble
    assert await world.store.timers.next_due() is None


async def test_no_question_to_choose_from_is_told(
    world: World, settings: Settings, store: Store, tutor: Tutor, time: Time
) -> None:
    bare = [replace(each, misconceptions=()) for each in tutor.corpus.questions[:3]]
    await world.env.restart_bot(TutorBot(settings, store, OtherTutor(tutor, bare), now=time.now))
    await turn_on(world)
    assert "no question that has wrong options" in text_of(await world.mod.slash(world.general, "daily now"))


async def test_discord_failing_for_a_while_delays_it(world: World, time: Time) -> None:
    await turn_on(world)
    world.env.inject_error("POST", "/channels/*/messages", status=400, code=1, message="strange", times=1)
    await time.reach(9)
    assert posts(world.help) == []
    for _ in range(3):
        await time.pass_(MINUTE)
    assert len(posts(world.help)) == 1
    assert len(await world.store.daily.history(world.guild.id)) == 1


class Forgetful(DailyQuestions):
    """Dies once before a post is noted."""

    died = False

    async def posted(self, post: Post, *args: object) -> None:
        if not self.died:
            self.died = True
            raise NotSaved("The process was killed.")
        await super().posted(post, *args)  # type: ignore[arg-type]


async def test_a_process_that_dies_after_it_posted_posts_no_second_time(world: World, time: Time) -> None:
    await turn_on(world)
    world.store.daily = Forgetful(world.store._database)
    await time.reach(9)
    assert (await kept(world)).message_id is None
    await world.restart()
    for _ in range(4):
        await time.pass_(MINUTE)
    (message,) = posts(world.help)
    assert (await kept(world)).message_id == message.id
    assert "✅" in text_of(await pick(world, world.alice, message, right=True))
    await time.pass_(DAY)
    assert len(posts(world.help)) == 2


def forbid(world: World) -> None:
    """Take away the permission to write in *help*."""
    set_writing(world, allowed=False)


def allow(world: World) -> None:
    """Give the permission to write in *help* back."""
    set_writing(world, allowed=True)


def set_writing(world: World, *, allowed: bool) -> None:
    me = world.env.backend.bot_user.id
    if allowed:
        world.env.backend.delete_overwrite(world.help.id, me)
    else:
        deny = discord.Permissions(send_messages=True).value
        world.env.backend.set_overwrite(world.help.id, Overwrite(me, OverwriteType.MEMBER, allow=0, deny=deny))
