"""The buttons under answers: for the asker, for others, after a restart, and when the corpus has changed."""

from __future__ import annotations

from pathlib import Path

from bot.client import TutorBot
from bot.settings import CHECKOUT, Settings
from bot.store import Store, VoteCounts
from knowledge.questions import CORPUS_DIR
from knowledge.tutor import Tutor
from tests.discord.probes import Probes
from tests.discord.world import World, components, labels, message_of, text_of


async def test_not_this_one_walks_through_the_hits_to_the_end(world: World, probes: Probes, tutor: Tutor) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    card = message_of(result)
    for hit in tutor.ask_now(probes.answered.question).hits[1:]:
        await world.press(world.alice, card, "Not this one")
        assert hit.question.answer[:100] in text_of(card)
    await world.press(world.alice, card, "Not this one")
    assert "I don't know that one" in text_of(card)
    assert len(world.general.history()) == 1, "the card is replaced in place"
    (kept,) = await world.store.unanswered.latest(world.guild.id)
    assert (kept.verdict, kept.text) == ("turned down", None)


async def test_somebody_elses_press_gives_them_a_card_of_their_own(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    before = text_of(result)
    theirs = await world.press(world.bob, result, "Not this one")
    assert theirs.ephemeral
    assert text_of(result) == before
    assert text_of(theirs) != before
    further = text_of(theirs)
    await world.press(world.bob, theirs, "Not this one")
    assert text_of(theirs) != further, "their card is theirs to turn"
    for _ in range(3):
        await world.press(world.bob, theirs, "Not this one")
    assert "I don't know that one" in text_of(theirs)


async def test_none_of_these_leads_to_what_to_do_next(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.vague)
    await world.press(world.alice, result, "None of these")
    assert "What you can do" in text_of(result)
    assert await world.store.unanswered.count(world.guild.id) == 1


async def test_a_suggestion_can_be_turned_down_for_the_others(world: World, probes: Probes, tutor: Tutor) -> None:
    first, second, third = (hit.question for hit in tutor.ask_now(probes.vague).hits[:3])
    result = await world.ask(world.alice, probes.vague)
    await world.press(world.alice, result, "Show 2")
    assert second.answer[:100] in text_of(result)
    await world.press(world.alice, result, "Not this one")
    assert first.answer[:100] in text_of(result)
    await world.press(world.alice, result, "Not this one")
    assert third.answer[:100] in text_of(result)


async def test_sources_are_shown_to_who_asks_for_them(world: World, probes: Probes) -> None:
    question = probes.answered
    result = await world.ask(world.alice, question.question)
    sources = await world.press(world.bob, result, "Sources")
    assert sources.ephemeral
    for url in question.sources:
        assert url in text_of(sources)
    assert f"**Commonly misstated as**\n> {question.misconceptions[0].wrong}" in text_of(sources)


async def test_the_last_thumb_of_a_person_counts(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    thanks = await world.press(world.alice, result, "👍")
    assert thanks.ephemeral
    assert "Noted" in text_of(thanks)
    await world.press(world.bob, result, "👍")
    await world.press(world.bob, result, "👍")
    assert await world.store.votes.count(probes.answered.id) == VoteCounts(up=2, down=0)
    await world.press(world.alice, result, "👎")
    assert await world.store.votes.count(probes.answered.id) == VoteCounts(up=1, down=1)
    assert await world.store.votes.count_message(message_of(result).id) == VoteCounts(up=1, down=1)


async def test_a_follow_up_chosen_by_somebody_else_is_shown_to_them_alone(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.with_follow_ups.question)
    offered = next(part["options"] for part in components(result) if part["type"] == 3)
    assert (await world.choose(world.bob, result, offered[0]["value"])).ephemeral


async def test_follow_ups_of_a_private_answer_stay_private(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.with_follow_ups.question, private=True)
    offered = next(part["options"] for part in components(result) if part["type"] == 3)
    assert (await world.choose(world.alice, result, offered[0]["value"])).ephemeral


async def test_every_button_works_after_a_restart(world: World, probes: Probes, tutor: Tutor) -> None:
    answered = await world.ask(world.alice, probes.with_follow_ups.question)
    suggested = await world.ask(world.alice, probes.vague)
    await world.restart()
    await world.press(world.alice, answered, "👍")
    assert await world.store.votes.count(probes.with_follow_ups.id) == VoteCounts(up=1, down=0)
    assert probes.with_follow_ups.sources[0] in text_of(await world.press(world.bob, answered, "Sources"))
    offered = next(part["options"] for part in components(answered) if part["type"] == 3)
    chosen = await world.choose(world.alice, answered, offered[0]["value"])
    assert "you chose this question" in text_of(chosen)
    before = text_of(answered)
    await world.press(world.alice, answered, "Not this one")
    assert text_of(answered) != before
    await world.press(world.alice, suggested, "Show 1")
    assert tutor.ask_now(probes.vague).hits[0].question.answer[:100] in text_of(suggested)


async def test_every_label_is_pressed_in_these_tests(world: World, probes: Probes) -> None:
    seen = set()
    for words in (probes.with_follow_ups.question, probes.vague, probes.foreign):
        seen |= set(labels(await world.ask(world.alice, words)))
    links, elsewhere = {"Documentation", "Forum"}, {"Run it"}
    assert seen - links - elsewhere == {
        "Not this one", "Sources", "👍", "👎", "Show 1", "Show 2", "Show 3", "None of these", "Ask in other words",
    }  # fmt: skip


async def test_with_consent_a_turned_down_question_keeps_its_words(world: World, probes: Probes) -> None:
    await world.store.guilds.set_keep_unanswered_text(world.guild.id, True)
    result = await world.ask(world.alice, probes.vague)
    await world.restart()
    await world.press(world.alice, result, "None of these")
    (kept,) = await world.store.unanswered.latest(world.guild.id)
    assert kept.text == probes.vague
    assert "Kept for this server's moderators" in text_of(result)


async def test_buttons_of_questions_that_are_gone_say_so(
    world: World, probes: Probes, settings: Settings, store: Store, tmp_path: Path
) -> None:
    result = await world.ask(world.alice, probes.with_follow_ups.question)
    offered = next(part["options"] for part in components(result) if part["type"] == 3)
    kept = next(path for path in sorted(CORPUS_DIR.glob("*/*.md")) if path.stem == probes.with_follow_ups.id)
    other = next(path for path in sorted(CORPUS_DIR.glob("*/*.md"), reverse=True) if path.parent != kept.parent)
    folder = tmp_path / "corpus" / other.parent.name
    folder.mkdir(parents=True)
    (folder / other.name).write_text(other.read_text())
    (tmp_path / "models").symlink_to(CHECKOUT / ".data" / "models")
    small = Tutor.open(data_dir=tmp_path, device="cpu", corpus_dir=tmp_path / "corpus")
    await world.env.restart_bot(TutorBot(settings, store, small))
    gone = "no longer in my collection"
    assert gone in text_of(await world.press(world.alice, result, "👍"))
    assert gone in text_of(await world.press(world.alice, result, "Sources"))
    assert gone in text_of(await world.choose(world.alice, result, offered[0]["value"]))
    await world.press(world.alice, result, "Not this one")
    assert "I don't know that one" in text_of(result)
    await small.aclose()
