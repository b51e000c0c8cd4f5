"""Interviews of study groups, from the lobby to the scorecard, and what each role sees of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simcord.actors import MemberActor
from simcord.backend.access import can_access_channel

from bot.cogs.interview_scoring import NO_TRANSCRIPT, NOT_YOURS
from bot.sandbox.wire import RunResult
from bot.store import Store
from bot.study.interview import seats, steering, talking
from bot.study.interview.material import Material
from bot.study.interview.state import Options
from bot.ui import text
from bot.ui.mock_notes import NONE_SAID
from knowledge.interview_blocks import PASSED
from tests.discord.mock.room import Group, select_options
from tests.discord.probes import Probes
from tests.discord.world import Seen, World, labels, message_of, text_of
from tests.fakes.worker import CheckingWorker

Gather = Callable[[int], Group]


def secrets_of(material: Material) -> list[str]:
    """What gives a question away, as it stands in the notes."""
    found = [*material.points, *material.red_flags, *(follow_up.say for follow_up in material.follow_ups)]
    found += [fault.what for fault in material.faults] + [area.strong for area in material.areas]
    found += [each.answer for each in material.clarify]
    return [secret for secret in found if len(secret) > 20]


def without_escapes(seen: str) -> str:
    """What was seen, followed by how it reads."""
    return seen + "\n" + seen.replace("\\", "")


def leaks(group: Group, who: MemberActor, materials: list[Material]) -> list[str]:
    """Which secrets somebody has seen."""
    seen = without_escapes(group.seen_by(who))
    return [secret for material in materials for secret in secrets_of(material) if secret in seen]


@pytest.mark.parametrize(("size", "kind"), [(3, "mixed"), (4, "concepts"), (6, "debugging"), (2, "design")])
async def test_only_the_interviewer_ever_sees_the_notes(gather: Gather, size: int, kind: str) -> None:
    group = gather(size)
    await group.start(kind=kind, length=20)
    assert group.is_at("warm-up")
    interviewer = group.interviewer
    materials: list[Material] = []
    while not group.is_at("feedback"):
        if group.interview.stage in ("question", "block"):
            material = await group.material()
            materials.append(material)
            for person in (group.candidate, *group.observers):
                refused = await group.notes(person)
                assert text_of(refused) == steering.NOT_YOURS
                assert refused.ephemeral
            notes = await group.notes()
            assert notes.ephemeral
            pages = select_options(notes, "page")
            for page in range(len(pages)):
                await group.choose(interviewer, notes, "page", str(page))
        await group.press(interviewer, "Next", await group.notes())
    assert materials
    for person in group.people:
        found = leaks(group, person, materials)
        if person is interviewer:
            assert len(found) > len(materials)
        else:
            assert found == [], f"{person.name} is {group.interview.role(person.id)}"
    for person in group.people:
        await group.score(person)
    assert group.is_at("between")


async def test_the_lobby_fills_and_empties(group: Group, world: World) -> None:
    opened = await world.alice.slash(world.general, "mock start", kind="coding", level="senior", length=60)
    assert opened.ephemeral
    assert "coding · senior · 60 minutes" in text_of(group.lobby)
    assert "5 seats free" in text_of(group.lobby)
    alone = await group.press(world.alice, "Start", group.lobby)
    assert text_of(alone.followups[0]) == seats.ALONE
    await group.press(world.bob, "Join", group.lobby)
    await group.press(group.people[2], "Observe", group.lobby)
    assert f"**Observing:** <@{group.people[2].id}>" in text_of(group.lobby)
    again = await group.press(world.bob, "Join", group.lobby)
    assert "in already" in text_of(again.followups[0])
    await group.press(world.alice, "Leave", group.lobby)
    assert f"<@{world.alice.id}>" not in text_of(group.lobby)
    for person in (world.bob, group.people[2]):
        await group.press(person, "Leave", group.lobby)
    assert seats.EMPTY in text_of(group.lobby)
    assert labels(group.lobby) == []


async def test_a_thread_of_its_own_with_everybody_in_it(group: Group, world: World) -> None:
    await group.start(length=20)
    assert group.place.is_thread
    assert {person.id for person in group.people} <= {*world.env.backend.channels[group.place.id].thread_members}
    assert f"<#{group.place.id}>" in text_of(group.lobby)
    assert group.said(world.mod), "a public thread can be read by others"


async def test_a_private_thread_is_for_the_people_in_it(group: Group, world: World) -> None:
    await group.start(length=20, private=True)
    stranger = world.guild.add_member(world.env.create_user("stranger"))
    assert can_access_channel(world.env, group.place.id, group.people[2])
    assert not can_access_channel(world.env, group.place.id, stranger)


async def test_the_candidate_types_and_the_interviewer_ticks(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("question")
    material = await group.material()
    await group.answer(group.candidate, "**Bold** claims\n- @everyone <@1> ```\nx\n``` " + "and so on " * 390)
    said = group.said()
    assert "\\*\\*Bold\\*\\*" in said
    assert "@everyone" not in said
    assert any(message.attachments for message in group.place.history()), "the whole of it is in a file"
    assert group.interview.running.parts[1].readings, "the bot has read it"
    refused = await group.answer(group.interviewer, "Let me help")
    assert text_of(refused.followups[0]) == talking.NOT_CANDIDATE
    notes = await group.notes()
    assert select_options(notes, "tick")[0]["label"] == NONE_SAID
    await group.choose(group.interviewer, notes, "tick", "0", "1")
    await group.choose(group.interviewer, notes, "deepen", "0")
    again = await group.notes()
    ticked = [option["value"] for option in select_options(again, "tick") if option.get("default")]
    assert ticked == ["0", "1"], "it is there again when the notes are opened again"
    part = group.interview.running.parts[1]
    assert (part.ticked, part.noted, part.deepened) == ((0, 1), True, (0,))
    await group.choose(group.interviewer, notes, "tick", "-1")
    assert group.interview.running.parts[1].ticked == ()
    assert material.title in text_of(notes).replace("\\", "")


async def test_hints_more_time_a_break_and_leaving_out(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("question")
    material, notes = await group.material(), await group.notes()
    await group.press(group.interviewer, "Give a hint (3 left)", notes)
    assert f"**Hint 1:** {text.title(material.hints[0])}" in group.said()
    before = group.interview.left(group.hours.now())
    await group.press(group.interviewer, "+5 min", notes)
    assert (group.interview.left(group.hours.now()) - before).total_seconds() == 300
    await group.press(group.interviewer, "Pause", notes)
    assert "Paused" in text_of(group.card)
    await group.press(group.interviewer, "Resume", notes)
    assert "Ends" in text_of(group.card)
    title = group.interview.running.parts[1].title
    await group.press(group.interviewer, "Leave out", await group.notes())
    assert group.interview.running.parts[1].title != title
    assert group.interview.part == 1


async def test_code_is_run_for_all_and_checked_for_the_interviewer(
    group: Group, worker: CheckingWorker, store: Store
) -> None:
    await group.start(kind="debugging", length=20)
    await group.until("block")
    material = await group.material()
    assert material.code.splitlines()[0] in group.said()
    box = await group.press(group.candidate, "Run code")
    assert box.modal
    assert box.modal["components"][0]["component"]["value"] == material.code
    worker.result = RunResult("ok", stdout="epoch 1")
    worker.checked = RunResult("error", stdout="epoch 1", stderr="Traceback\nAssertionError: The pairs are mixed up.")
    await group.fill(group.candidate, box, code="import torch\nprint('epoch 1')")
    assert [request.code for request in worker.requests] == [
        "import torch\nprint('epoch 1')",
        material.checked("import torch\nprint('epoch 1')"),
    ]
    assert "epoch 1" in group.said()
    notes = await group.notes()
    assert "**Hidden check:** The pairs are mixed up." in text_of(notes)
    assert not any("The pairs are mixed up." in group.seen_by(person) for person in group.observers)
    again = await group.press(group.candidate, "Run code")
    assert again.modal
    assert again.modal["components"][0]["component"]["value"].endswith("print('epoch 1')"), "as it was left"
    worker.checked = RunResult("ok", stdout=f"fine\n{PASSED}\n")
    await group.fill(group.candidate, again, code="fixed = True")
    assert group.interview.running.parts[group.interview.part].check == ""
    assert "passes" in text_of(await group.notes())
    refused = await group.press(group.interviewer, "Run code")
    assert text_of(refused) == talking.NOT_CANDIDATE
    entries = [line.entry for line in await store.interviews.transcript(group.interview.id)]
    assert [entry.text for entry in entries if entry.kind == "code"] == [
        "import torch\nprint('epoch 1')",
        "fixed = True",
    ]


async def test_scores_are_private_and_the_scorecard_is_the_candidates(group: Group, store: Store) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("question")
    await group.choose(group.interviewer, await group.notes(), "tick", "-1")
    await group.until("feedback")
    await group.score(group.candidate, 5, 5, 5, 5, 5)
    kept = await group.score(group.interviewer, 2, 3, 3, 4, 3)
    assert kept.followups[0].ephemeral
    words = await group.press(group.interviewer, "Add words", kept.followups[0])
    await group.fill(group.interviewer, words, strong="Calm **and** clear @everyone", work="Numerics")
    changed = await group.press(group.interviewer, "Score")
    chosen = [part["component"]["options"] for part in changed.modal["components"]] if changed.modal else []
    assert [next(each["value"] for each in axis if each.get("default")) for axis in chosen] == ["2", "3", "3", "4", "3"]
    assert "from** 2. **Waiting for** " in text_of(group.card)
    await group.score(group.observers[0], 4, 3, 3, 4, 5)
    assert group.is_at("between")
    for person in (group.interviewer, *group.observers):
        refused = await group.press(person, "My scorecard")
        assert text_of(refused) == NOT_YOURS
    card = await group.press(group.candidate, "My scorecard")
    assert card.ephemeral
    assert [each.filename for each in message_of(card).attachments] == ["scorecard.png"]
    seen = text_of(card)
    assert "**Correctness:** 3.0 (2 to 4) · own score 5" in seen
    assert "Calm \\*\\*and\\*\\* clear" in seen
    assert "@everyone" not in seen
    assert "What was not said" in seen
    (missed,) = await store.reviews.cards(group.candidate.id)
    assert missed.last_score == 0.0
    answer = await group.choose(group.candidate, card, "read", str(select_options(card, "read")[0]["value"]))
    assert answer.ephemeral
    assert "Sources" in text_of(answer)
    assert "Numerics" not in group.said()


async def test_sharing_is_up_to_the_candidate_and_leaves_the_words_out(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("feedback")
    for person in group.people:
        kept = await group.score(person)
    words = await group.press(group.people[-1], "Add words", kept.followups[0])
    await group.fill(group.people[-1], words, strong="", work="Breathe")
    assert "shares a scorecard" not in group.said()
    card = await group.press(group.candidate, "My scorecard")
    assert "Breathe" in text_of(card) or group.people[-1] is group.candidate
    await group.press(group.candidate, "Share with the group", card)
    assert f"<@{group.candidate.id}> shares a scorecard" in group.said()
    assert "Breathe" not in group.said()
    assert "Share with the group" not in labels(await group.press(group.candidate, "My scorecard"))


async def test_a_late_score_changes_the_scorecard(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("feedback")
    await group.score(group.interviewer, 1, 1, 1, 1, 1)
    await group.wait(seconds=241)
    assert group.is_at("between")
    assert "**Depth:** 1.0\n" in text_of(await group.press(group.candidate, "My scorecard"))
    await group.score(group.observers[0], 5, 5, 5, 5, 5, label="Score late")
    assert "**Depth:** 3.0 (1 to 5)\n" in text_of(await group.press(group.candidate, "My scorecard"))


async def test_the_candidate_rates_interviewer_and_questions(gather: Gather, store: Store) -> None:
    group = gather(2)
    await group.start(kind="concepts", length=20)
    await group.finish()
    interviewer = group.interviewer
    card = await group.press(group.candidate, "My scorecard")
    for marks in ("4", "5"):
        box = await group.press(group.candidate, "Rate the interview", card)
        thanks = await group.fill(group.candidate, box, interviewer=marks, questions="5", words="Patient")
        assert thanks.followups[0].ephemeral
    marked = await store.scorecards.marks(interviewer.id)
    assert (marked.mean, marked.count) == (5.0, 1), "the last one counts"


async def test_roles_rotate_and_the_old_interviewer_loses_the_notes_at_once(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    first, old_notes = group.interviewer, await group.notes()
    await group.finish()
    await group.press(group.people[0], "Next round")
    await group.all_here()
    assert group.interviewer is not first
    await group.until("question")
    secrets = secrets_of(await group.material())
    await group.press(first, "Next", old_notes)
    assert "You have another role now" in text_of(old_notes)
    assert text_of(await group.notes(first)) == steering.NOT_YOURS
    assert not any(secret in without_escapes(group.seen_by(first)) for secret in secrets)
    assert group.interview.part == 1, "nor does an old button move anything"


async def test_nothing_comes_twice_in_an_evening(gather: Gather) -> None:
    group = gather(2)
    await group.start(kind="mixed", length=20)
    asked: list[str] = []
    for _ in range(2):
        asked += [part.ref for part in group.interview.running.parts if part.ref]
        await group.finish()
        await group.press(group.people[0], "Next round")
        await group.all_here()
    assert len(asked) == len(set(asked)) == 6


async def test_time_moves_it_on_and_warns_the_interviewer_alone(group: Group) -> None:
    await group.start(kind="mixed", length=20)
    await group.wait(seconds=61)
    assert group.is_at("question")
    await group.wait(seconds=125)
    assert "Wrap up, or give it five more minutes" in group.seen_by(group.interviewer)
    assert "Wrap up" not in group.said()
    for person in (group.candidate, *group.observers):
        assert "Wrap up" not in group.seen_by(person)
    assert "Time to wrap up" in text_of(await group.notes())
    await group.wait(seconds=60)
    assert group.interview.part == 2


async def test_who_does_not_come_is_skipped(group: Group, world: World) -> None:
    await group.open(kind="concepts", length=20)
    await group.press(world.alice, "Start", group.lobby)
    await group.wait(seconds=181)
    assert world.alice in (group.candidate, group.interviewer)
    assert "did not say that they are there" in group.said()
    await group.wait(seconds=181)
    assert "no longer two people" in group.said()
    assert group.interview.over


async def test_somebody_joins_in_the_middle(group: Group, world: World) -> None:
    await group.start(kind="concepts", length=20)
    dan = world.guild.add_member(world.env.create_user("dan"))
    group.people.append(dan)
    group.private[dan.id] = []
    await group.press(dan, "Join", group.lobby)
    assert f"<@{dan.id}> observes this round" in group.said()
    assert text_of(await group.notes(dan)) == steering.NOT_YOURS
    await group.until("feedback")
    assert dan.id in group.interview.running.observers


async def test_an_interviewer_who_leaves_is_replaced(group: Group) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("question")
    gone = group.interviewer
    await group.press(gone, "Leave")
    assert "interviews from here on" in group.said()
    assert group.interviewer is not gone
    assert text_of(await group.notes()) != steering.NOT_YOURS
    assert text_of(await group.notes(gone)) == steering.NOT_YOURS


async def test_what_is_said_in_the_thread_is_kept_and_not_answered(
    group: Group, world: World, store: Store, probes: Probes
) -> None:
    await store.guilds.set_ask_channels(world.guild.id, (world.general.id,))
    await group.start(kind="concepts", length=20)
    await group.until("question")
    asked = probes.answered.question
    for person, words in (
        (group.observers[0], "Good luck"),
        (group.candidate, f"{world.me} {asked}"),
        (group.candidate, "It accumulates in the grad attribute until somebody clears it."),
        (group.interviewer, asked),
    ):
        await person.send(group.place, words)
    await group.load()
    assert probes.answered.answer[:60] not in group.said(), "the tutor helps nobody here"
    kept = [line.entry for line in await store.interviews.transcript(group.interview.id)]
    assert ("said", "Good luck") in [(entry.kind, entry.text) for entry in kept]
    assert [entry.text for entry in kept if entry.kind == "answer"][-1].startswith("It accumulates")
    assert group.interview.running.parts[1].readings, "what the candidate writes is read"
    await group.world.alice.slash(world.general, "mock stop")
    await world.bob.send(group.place, f"{world.me} {asked}")
    assert "ran on torch" in group.said(), "afterwards it answers again"


async def test_a_lobby_can_be_opened_for_people_without_a_command(world: World, gather: Gather) -> None:
    await world.alice.slash(world.help, "mock start")
    group = gather(4)
    invited = [person.id for person in group.people]
    options = Options("concepts", "senior", 20)
    id = await world.tutor_bot.interviewing.open_lobby(
        world.guild.id, world.general.id, options, group.people[1].id, invited, note="Every Tuesday"
    )
    held = await world.store.interviews.get(id)
    assert held is not None
    assert [person.user_id for person in held.interview.people] == invited[1:], "Alice is in another one"
    assert "Every Tuesday" in text_of(group.lobby)
    assert f"<@{invited[2]}>" in text_of(group.lobby)
    await group.press(group.people[2], "Start", group.lobby)
    assert group.place.is_thread


async def test_history_and_replay_are_for_oneself(group: Group, world: World) -> None:
    await group.start(kind="concepts", length=20)
    await group.until("question")
    await group.answer(group.candidate, "It accumulates ``` in .grad.")
    await group.choose(group.interviewer, await group.notes(), "tick", "-1")
    await group.finish()
    candidate, other = group.candidate, group.observers[0]
    history = await candidate.slash(world.general, "mock history")
    assert history.ephemeral
    assert [each.filename for each in message_of(history).attachments] == ["interviews.png"]
    opened = await group.choose(candidate, history, "open-card", str(select_options(history, "open-card")[0]["value"]))
    assert "Your scorecard" in text_of(opened)
    assert "No scorecards yet" in text_of(await other.slash(world.general, "mock history"))
    replay = await other.slash(world.general, "mock replay")
    assert replay.ephemeral
    transcript = await file_of(replay)
    assert "It accumulates ``` in .grad." in transcript
    assert "Your scorecard" not in transcript
    assert "Your scorecard of round 1" in await file_of(await candidate.slash(world.general, "mock replay"))
    stranger = world.guild.add_member(world.env.create_user("stranger"))
    assert text_of(await stranger.slash(world.general, "mock replay")) == NO_TRANSCRIPT
    refused = await stranger.slash(world.general, "mock replay", interview=group.interview.id)
    assert text_of(refused) == NO_TRANSCRIPT
    sure = await group.press(candidate, "Delete", opened)
    await group.press(candidate, "Delete it", sure)
    assert "No scorecards yet" in text_of(await candidate.slash(world.general, "mock history"))


async def file_of(seen: Seen) -> str:
    """The text of the only file of a message."""
    (attachment,) = message_of(seen).attachments
    return (await attachment.read()).decode()
