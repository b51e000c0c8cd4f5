"""Practising alone, from the first question to the scorecard."""

from __future__ import annotations

import pytest
from simcord.actors import MemberActor

from bot.cogs.interview_doors import MAY_NOT_ALONE, ONLY_IN_SERVERS
from bot.sandbox.wire import RunResult
from bot.store import Store
from bot.study.interview import solo, talking
from bot.study.interview.state import MAIN
from bot.ui import text
from bot.ui.mock_solo import NONE_SAID
from knowledge.interview_blocks import PASSED
from knowledge.tutor import Tutor
from tests.discord.mock.alone import Alone, Where
from tests.discord.mock.room import Hours, select_options
from tests.discord.world import World, labels, message_of, text_of
from tests.fakes.worker import CheckingWorker

WHERE: tuple[Where, ...] = ("thread", "dm", "replies")


@pytest.fixture(params=WHERE)
def anywhere(request: pytest.FixtureRequest, world: World, hours: Hours) -> Alone:
    return Alone(world, hours, request.param)


@pytest.fixture
def alone(world: World, hours: Hours) -> Alone:
    return Alone(world, hours, "thread")


async def test_from_the_first_question_to_the_scorecard(anywhere: Alone, store: Store) -> None:
    alone = anywhere
    begun = await alone.begin(kind="concepts", length=20)
    assert begun.ephemeral == (alone.where != "dm")
    assert "I interview you now" in text_of(alone.card)
    assert (MAY_NOT_ALONE in text_of(alone.card)) == (alone.where == "replies")
    await alone.answer("I built a classifier for satellite pictures, and its loader was slow.")
    assert solo.WARM in text_of(alone.card).replace("\\", ""), "no pretence of having judged that"
    material = await alone.material()
    answered = alone.card
    await alone.answer("\n".join(material.points), answered)
    assert alone.talk.ask == 0, "a good answer is taken deeper"
    assert material.follow_ups[0].say in text_of(alone.card).replace("\\", "")
    assert labels(answered if alone.where == "replies" else next(m for m in alone.said if m.id == answered.id)) == []
    await alone.until("feedback")
    await alone.score()
    assert alone.interview.over
    card = alone.card
    assert "Your scorecard" in text_of(card)
    assert "own score 3 · the bot reads 2" in text_of(card)
    assert "Share with the group" not in labels(card)
    assert [each.filename for each in message_of(card).attachments] == ["scorecard.png"]
    remembered = {each.question_id: each.last_score for each in await store.reviews.cards(alone.who.id)}
    assert remembered.pop(str(material.question_id)) == 1.0
    assert list(remembered.values()) == [0.0, 0.0], "those that were passed on come back too"
    assert await store.interviews.live_of(alone.who.id) is None
    assert await store.scorecards.last_candidate([alone.who.id]) == {}, "that was no turn in a group"


async def test_what_was_left_out_is_asked_for_without_giving_it_away(alone: Alone, tutor: Tutor) -> None:
    await alone.begin(kind="concepts", length=45)
    await alone.until("question")
    material = await alone.material()
    one = ["covered", *["missing"] * (len(material.points) - 1)]
    while (graded := await tutor.grade(material.rubric(), material.points[0])).verdict == "unsure" or [
        each.state for each in graded.points
    ] != one:
        await alone.press("Pass")
        material = await alone.material()
    await alone.answer(material.points[0])
    said = text_of(alone.card)
    assert alone.talk.tries == 1
    assert f"I have heard 1 of the {len(material.points)} points" in said
    assert not any(point in said.replace("\\", "") for point in material.points)
    await alone.press("Hint (3 left)")
    assert text.title(material.hints[0]) in text_of(alone.card)
    assert alone.interview.running.parts[alone.interview.part].hints == 1


async def test_what_it_cannot_tell_is_for_the_person_to_judge(alone: Alone, tutor: Tutor) -> None:
    await alone.begin(kind="concepts", length=45)
    await alone.until("question")
    while alone.talk.waits != "judgement":
        material = await alone.material()
        if alone.talk.ask == MAIN:
            await alone.answer("\n".join(material.points))
        else:
            await alone.answer("That depends on the weather in the mountains, which changes in the afternoon.")
    assert alone.talk.line == solo.JUDGE
    options = select_options(alone.card, "judge")
    assert options[0]["label"] == NONE_SAID
    ask = alone.talk.ask
    assert all(text.title(point) in text_of(alone.card) for point in material.points_of(ask))
    await alone.judge("-1")
    reading = alone.interview.running.parts[1].reading(ask)
    assert reading is not None
    assert (reading.verdict, reading.covered) == ("own", ())
    assert alone.interview.part == 2
    assert "own score" not in text_of(alone.card)


async def test_a_thread_of_ones_own_that_goes(alone: Alone, world: World) -> None:
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    world.env.backend.delete_channel(alone.channel.threads[-1].id)
    await world.env.settle()
    assert (await alone.load()).over
    direct = alone.who.user.dm_channel if isinstance(alone.who, MemberActor) else alone.channel
    assert "The thread was deleted" in text_of(world.said(direct)), "told by direct message"


async def test_nonsense_is_not_understood(alone: Alone) -> None:
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    await alone.answer("tensor gradient backward loss optimizer batch dropout cuda stride kernel softmax")
    assert solo.IN_SENTENCES in text_of(alone.card)
    assert (await alone.load()).running.parts[1].reading(MAIN).score <= 0.1  # type: ignore[union-attr]


async def test_a_program_is_mended_with_the_checks_help(alone: Alone, worker: CheckingWorker) -> None:
    await alone.begin(kind="debugging", length=20)
    await alone.until("block")
    material = await alone.material()
    assert any(material.statement[:60] in text_of(message) for message in alone.said)
    worker.checked = RunResult("error", stderr="AssertionError: The pairs are mixed up.")
    box = await alone.press("Edit and run")
    assert box.modal
    assert box.modal["components"][0]["component"]["value"] == material.code
    await alone.fill(box, code="broken = True")
    assert "**The check says:** The pairs are mixed up." in text_of(alone.card)
    worker.checked = RunResult("ok", stdout=f"{PASSED}\n")
    await alone.fill(await alone.press("Edit and run"), code="fixed = True")
    assert solo.SOLVED in text_of(alone.card)
    assert alone.talk.ask == 0, "and now the follow-ups"
    await alone.until("feedback")
    await alone.score()
    assert "**Debugging:** own score 3 · the bot reads 5" in text_of(alone.card)


async def test_a_task_of_design_can_be_asked_about(alone: Alone) -> None:
    await alone.begin(kind="design", length=20)
    await alone.until("block")
    material = await alone.material()
    await alone.fill(await alone.press("Ask about the task"), text=material.clarify[0].ask)
    assert material.clarify[0].answer[:60] in text_of(alone.card).replace("\\", "")
    await alone.fill(await alone.press("Ask about the task"), text="What is the weather like?")
    assert solo.NOT_PREPARED in text_of(alone.card)
    await alone.answer(" ".join(material.areas[0].key_points))
    assert alone.talk.used == (material.areas[1].area,), "the first area was treated"


async def test_time_goes_on_by_itself_where_the_bot_may_write(anywhere: Alone) -> None:
    alone = anywhere
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    old = alone.card
    box = await alone.press("Answer")
    await alone.wait(minutes=5)
    assert alone.interview.part == 2
    if alone.where == "replies":
        assert alone.card is old, "nothing can be shown there until something is pressed"
    late = await alone.fill(box, text="What I still wanted to say is that it accumulates.")
    assert any(talking.LATE in text_of(each) for each in late.followups)
    assert "Question 2 of 3" in text_of(alone.card)
    assert alone.interview.running.parts[1].reading(MAIN) is not None, "it counts all the same"


async def test_it_can_be_left_and_come_back_to(anywhere: Alone) -> None:
    alone = anywhere
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    again = await alone.slash("mock solo")
    assert "Question 1 of 3" in text_of(again)
    await alone.answer("It accumulates in .grad, I think.", again)
    assert alone.interview.running.parts[1].reading(MAIN) is not None


async def test_messages_are_answers_where_the_bot_reads_them(world: World, hours: Hours) -> None:
    alone = Alone(world, hours, "dm")
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    material = await alone.material()
    assert alone.who.name == "dora"
    await alone.who.send_dm(" ".join(material.points))
    await alone.load()
    assert alone.talk.ask == 0
    assert not any("Proof" in text_of(message) for message in alone.said), "and no question to look up"


async def test_stopping_half_way_still_gives_what_was_read(alone: Alone) -> None:
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    material = await alone.material()
    await alone.answer("\n".join(material.points))
    await alone.press("Stop")
    assert alone.interview.over
    assert "Your scorecard" in text_of(alone.card)


async def test_a_pause_and_more_time(alone: Alone) -> None:
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    await alone.press("Pause")
    assert "Paused" in text_of(alone.card)
    await alone.wait(minutes=10)
    await alone.press("Resume")
    await alone.press("+5 min")
    assert 500 < alone.interview.left(alone.hours.now()).total_seconds() <= 540
    await alone.wait(minutes=16)
    assert alone.interview.part == 2


async def test_a_group_needs_a_server(world: World, hours: Hours) -> None:
    alone = Alone(world, hours, "dm")
    assert text_of(await alone.slash("mock start")) == ONLY_IN_SERVERS


async def test_it_works_where_somebody_brought_the_bot_along(world: World, hours: Hours) -> None:
    alone = Alone(world, hours, "replies")
    known = world.env.bot.get_guild(world.guild.id)
    assert known is not None
    world.env.bot._connection._remove_guild(known)
    refused = await alone.slash("mock start")
    assert text_of(refused) == ONLY_IN_SERVERS
    begun = await alone.begin(kind="concepts", length=20)
    assert begun.ephemeral
    await alone.answer("I built a small model once, and its loader was the slowest part.")
    assert "Question 1 of 3" in text_of(alone.card)
    await alone.until("feedback")
    await alone.score()
    assert "Your scorecard" in text_of(alone.card)


async def test_practise_alone_leaves_the_lobby(world: World) -> None:
    await world.alice.slash(world.general, "mock start", kind="concepts", level="senior", length=20)
    lobby = next(message for message in world.general.history() if labels(message))
    await world.press(world.alice, lobby, "Practise alone")
    held = await world.store.interviews.live_of(world.alice.id)
    assert held is not None
    options = held.interview.options
    assert (options.solo, options.kind, options.level, options.minutes) == (True, "concepts", "senior", 20)
    assert world.general.threads
