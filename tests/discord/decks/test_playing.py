"""A server's questions are asked, searched and reviewed there, and nowhere else."""

from __future__ import annotations

import json
import re
from typing import cast

import pytest
import sqlalchemy as sa
from simcord.actors import MemberActor

from bot.client import TutorBot
from bot.own_questions import OwnQuestions
from bot.store import Store
from bot.study.hits import key_of
from bot.study.memory import Rating, Review
from tests.discord.decks.helpers import BRONTOSAURUS, OURS, csv, elsewhere, imported, numbers, rich
from tests.discord.probes import Probes
from tests.discord.quiz.helpers import alone, question, type_in
from tests.discord.world import World, labels, message_of, options, text_of

ASKED = "which brontosaurus partition for short jobs"
ANSWER = OURS[BRONTOSAURUS]
ORIGIN = "From this server's deck “ours” · written by people there, not proved by code"


async def test_an_answer_says_that_it_is_the_servers_own_and_not_proved(world: World) -> None:
    await imported(world)
    seen = await world.ask(world.alice, ASKED)
    assert text_of(seen).startswith(f"### {BRONTOSAURUS}\n")
    assert f"-# {ORIGIN}\n{ANSWER}" in text_of(seen)
    assert "Proof" not in text_of(seen)
    assert "Sources" not in text_of(seen)
    assert labels(seen) == ["Not this one", "👍", "👎"]


async def test_what_its_author_wrote_along_is_shown_as_such(world: World) -> None:
    await imported(world, rich(), "ours.json")
    seen = await world.ask(world.alice, ASKED)
    assert "**Code** · by its author, I have not run it\n```py\nprint(2 + 2)" in text_of(seen)
    assert "our cluster · junior" in text_of(seen)
    assert "[partitions (cluster.example)](https://cluster.example/partitions)" in text_of(seen)
    assert labels(seen) == ["Run it", "Not this one", "Sources", "👍", "👎"]
    sources = await world.press(world.bob, seen, "Sources")
    assert "Short jobs go to longneck." in text_of(sources)


async def test_every_way_to_ask_finds_it(world: World) -> None:
    await imported(world)
    await world.alice.send(world.general, f"{world.me} {ASKED}")
    assert ANSWER in text_of(world.said())
    await world.store.guilds.set_ask_channels(world.guild.id, [world.help.id])
    await world.alice.send(world.help, f"{ASKED}?")
    assert ANSWER in text_of(world.said(world.help))
    said = await world.bob.send(world.general, ASKED)
    assert ANSWER in text_of(await world.alice.context_menu(world.general, "Answer this", said))


async def test_autocomplete_offers_it_in_its_server_alone(world: World) -> None:
    await imported(world)
    await world.ask(world.alice, ASKED)
    offered = await world.alice.autocomplete(world.general, "ask", "question", "bronto")
    assert offered[0] == {"name": BRONTOSAURUS, "value": "#deck-1"}
    assert ANSWER in text_of(await world.ask(world.alice, "#deck-1"))
    channel, stranger = elsewhere(world)
    assert "#deck-1" not in str(await stranger.autocomplete(channel, "ask", "question", "bronto"))
    assert ANSWER not in text_of(await stranger.slash(channel, "ask", question="#deck-1"))


async def test_other_servers_and_direct_messages_know_nothing_of_it(world: World) -> None:
    await imported(world)
    channel, stranger = elsewhere(world)
    assert ANSWER not in text_of(await stranger.slash(channel, "ask", question=ASKED))
    assert ANSWER not in text_of(await world.alice.user.slash("ask", question=ASKED))
    asking = cast(TutorBot, world.env.bot).desk.asking
    for guild_id in (None, world.guild.id + 1):
        assert await asking.question(key_of("deck-1"), guild_id) is None, "no button leads there from elsewhere"
    assert await asking.question(key_of("deck-1"), world.guild.id) is not None


@pytest.mark.parametrize("restarted", [False, True])
async def test_every_button_under_it_works(world: World, restarted: bool) -> None:
    await imported(world, rich(), "ours.json")
    seen = await world.ask(world.alice, ASKED)
    if restarted:
        await world.restart()
    assert "noted" in text_of(await world.press(world.bob, seen, "👍")).lower()
    assert "https://cluster.example/partitions" in text_of(await world.press(world.bob, seen, "Sources"))
    ran = await world.press(world.bob, seen, "Run it")
    assert "started without a worker" in text_of(ran), "the code was found and handed to the worker"
    await world.press(world.alice, seen, "Not this one")
    assert ANSWER not in text_of(seen)
    back = key_of("deck-1")
    assert back in [option["value"] for option in options(seen)]
    again = await world.alice.select(message_of(seen), [back])
    assert ANSWER in text_of(again)


async def test_a_deck_that_is_turned_off_is_not_searched_and_its_buttons_say_so(world: World) -> None:
    await imported(world)
    seen = await world.ask(world.alice, ASKED)
    listed = await world.mod.slash(world.general, "deck list")
    await world.press(world.mod, listed, "Turn off")
    assert ANSWER not in text_of(await world.ask(world.alice, ASKED))
    pressed = await world.press(world.bob, seen, "👍")
    assert "no longer in my collection" in text_of(pressed)
    await world.press(world.mod, listed, "Turn on")
    assert ANSWER in text_of(await world.ask(world.alice, ASKED))


async def test_follow_ups_lean_on_it(world: World) -> None:
    ours = {
        "What is Zorblax?": "Our scheduler.",
        "Who pays for Zorblax?": "The night shift.",
        "What is Quixmo?": "Our store of models.",
        "Who pays for Quixmo?": "The day shift.",
    }
    await imported(world, csv(ours))
    for name, answer in (("zorblax", "The night shift."), ("quixmo", "The day shift.")):
        await world.ask(world.alice, f"what is {name}")
        await world.restart()
        assert answer in text_of(await world.ask(world.alice, "and who pays for it?"))


async def test_without_decks_an_answer_asks_the_database_nothing_more(world: World, probes: Probes) -> None:
    await world.ask(world.alice, probes.answered.question)
    statements: list[str] = []
    engine = world.store._database._engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert probes.answered.answer[:100] in text_of(await world.ask(world.alice, probes.answered.question))
    assert statements
    assert not [statement for statement in statements if "deck" in statement]


# ------------------------------------------------------------------------------------- quizzes and reviews


@pytest.mark.parametrize("format", ["multiple choice", "true or false", "what does it print", "free text"])
async def test_a_quiz_asks_it(world: World, format: str) -> None:
    await imported(world, rich(), "ours.json")
    card = await alone(world, world.alice, topic="our-cluster", format=format, count=1)
    exercise = await question(world, card)
    assert exercise.question_id == "deck-1"
    assert "our cluster · junior" in text_of(card)
    if format == "free text":
        await type_in(world, world.alice, card, ["The partition is quickdraw, and a job may take two hours there."])
        assert "**Right" in text_of(card) or "**Correct" in text_of(card)
    elif format == "what does it print":
        await type_in(world, world.alice, card, ["4"])
        assert "**Right.**" in text_of(card)
    else:
        await world.press(world.alice, card, exercise.expected[0])
        assert "**Right.**" in text_of(card)
    whole = await world.press(world.alice, card, "Look it up")
    assert ANSWER in text_of(whole)
    (held,) = await world.store.reviews.cards(world.alice.id)
    assert held.question_id == "deck-1"
    await world.press(world.alice, card, "To the result")
    assert "The quiz is over" in text_of(card)


async def test_a_question_of_nothing_but_an_answer_is_asked_in_words(world: World) -> None:
    await imported(world)
    offered = await world.alice.autocomplete(world.general, "quiz start", "topic", "our")
    assert {"name": "ours", "value": "ours"} in offered
    card = await alone(world, world.alice, topic="ours", count=2)
    assert "free text" in text_of(card)
    await world.press(world.alice, card, "Hint")
    await type_in(world, world.alice, card, ["I do not know"])
    assert "**Not right" in text_of(card)


async def test_a_deck_with_code_that_is_no_python_can_be_played(world: World) -> None:
    shell = {"code": "%%bash\nls runs", "output": "first second"}
    python = {"code": "import torch\nruns = torch.zeros(3)\nprint(runs.sum())", "output": "tensor(0.)"}
    deck = [
        {"question": "What does `ls` list?", "answer": "The runs.", "proofs": [shell]},
        {"question": "How are runs counted?", "answer": "From `torch.zeros`.", "proofs": [python]},
    ]
    await imported(world, json.dumps(deck, indent=1).encode(), "ours.json")
    card = await alone(world, world.alice, topic="ours", format="complete the code", count=1)
    assert "runs = ____" in text_of(card)
    await world.press(world.alice, card, "Stop")
    card = await alone(world, world.alice, topic="ours", count=2)
    for ahead in ("Next question", "To the result"):
        await world.press(world.alice, card, "Pass")
        await world.press(world.alice, card, ahead)
    assert "The quiz is over" in text_of(card)


EVIL = "[Free Nitro](https://evil.example) @everyone"


async def test_words_of_a_deck_are_shown_as_words_wherever_they_are(world: World) -> None:
    deck = {
        "question": f"Is it {EVIL}?",
        "answer": "It is.",
        "key_points": [f"A {EVIL}"],
        "misconceptions": [{"wrong": f"**X{number} {EVIL}**", "right": f"**XR {EVIL}**"} for number in range(3)],
        "sources": ["https://x.example/%0A%23%20Moderators%20say:%20@everyone"],
    }
    await imported(world, json.dumps([deck]).encode(), "ours.json")
    answer = await world.ask(world.alice, "#deck-1")
    seen = [text_of(answer), text_of(await world.press(world.bob, answer, "Sources"))]
    for format in ("multiple choice", "true or false", "free text"):
        card = await alone(world, world.alice, topic="ours", format=format, count=1)
        hint = await world.press(world.alice, card, "Hint")
        seen += [text_of(card), text_of(hint)]
        await world.press(world.alice, card, "Pass")
        assert "From a server's own deck · written by people there, not proved by code" in text_of(card)
        seen.append(text_of(card))
        await world.press(world.alice, card, "To the result")
    assert "**X" not in "".join(seen), "nothing of theirs is bold but the question"
    for shown in seen:
        plain = re.sub(r"\]\(https://x\.example\S*\)|`[^`]*`", "", shown)
        assert "](https://evil" not in plain
        assert "@everyone" not in plain
        assert "\n# " not in plain


async def test_other_servers_quizzes_do_not_ask_it(world: World) -> None:
    await imported(world, rich(), "ours.json")
    channel, stranger = elsewhere(world)
    seen = await stranger.slash(channel, "quiz start", topic="our-cluster")
    assert "I have no question like that" in text_of(seen)


async def met(world: World, who: MemberActor) -> None:
    """Somebody met the server's first question long ago."""
    when = world.env.now().replace(year=world.env.now().year - 1)
    review = Review("quiz:1", who.id, "deck-1", "text", "quiz", Rating.GOOD, 1.0, when, guild_id=world.guild.id)
    assert await world.store.reviews.record(review)


async def test_it_comes_back_in_reviews_also_elsewhere(world: World) -> None:
    await imported(world)
    await met(world, world.alice)
    for seen in (
        await world.alice.slash(world.general, "review start"),
        await world.alice.user.slash("review start"),
    ):
        assert BRONTOSAURUS in text_of(seen)
    await world.restart()
    seen = await world.alice.slash(world.general, "review start")
    await world.press(world.alice, seen, "Show answer")
    assert ANSWER in text_of(seen)
    assert "From a server's own deck · written by people there, not proved by code" in text_of(seen)
    assert ORIGIN in text_of(await world.press(world.alice, seen, "Look it up"))


async def test_every_button_works_in_direct_messages_too(world: World) -> None:
    await imported(world, rich(), "ours.json")
    await met(world, world.alice)
    seen = await world.alice.user.slash("review start")
    await world.press(world.alice.user, seen, "Show answer")
    card = await world.press(world.alice.user, seen, "Look it up")
    assert "noted" in text_of(await world.press(world.alice.user, card, "👍")).lower()
    assert "https://cluster.example/partitions" in text_of(await world.press(world.alice.user, card, "Sources"))
    assert "started without a worker" in text_of(await world.press(world.alice.user, card, "Run it"))


async def test_who_leaves_the_server_leaves_its_questions_there(world: World) -> None:
    await imported(world)
    await met(world, world.alice)
    world.guild.remove_member(world.alice)
    assert BRONTOSAURUS not in text_of(await world.alice.user.slash("review start"))


async def test_a_deleted_question_leaves_the_reviews(world: World) -> None:
    await imported(world)
    await met(world, world.alice)
    (number, _) = await numbers(world)
    await world.store.decks.delete_question(world.guild.id, number)
    assert BRONTOSAURUS not in text_of(await world.alice.slash(world.general, "review start"))


async def test_progress_counts_its_topic(world: World) -> None:
    await imported(world)
    await met(world, world.alice)
    assert "ours" in text_of(await world.alice.slash(world.general, "progress"))


async def test_the_question_of_the_day_can_be_it(world: World) -> None:
    await imported(world, rich(), "ours.json")
    await world.mod.slash(
        world.general, "daily set", channel=world.general, time="09:00", timezone="UTC", topic="our-cluster"
    )
    await world.mod.slash(world.general, "daily now")
    assert BRONTOSAURUS in text_of(world.said())
    (day, *_) = [part for part in labels(world.said()) if part in "ABCD"]
    told = await world.press(world.alice, world.said(), day)
    assert "From a server's own deck · written by people there, not proved by code" in text_of(told)


# ---------------------------------------------------------------------------------------- several processes


async def test_a_change_by_another_process_is_noticed(world: World, store: Store) -> None:
    await imported(world)
    other = await Store.open(store._database.url)
    library = OwnQuestions(other, fresh_s=0.0)
    assert [*(await library.of(world.guild.id)).questions] == ["deck-1", "deck-2"]
    assert (await library.find("deck-2")) is not None
    (deck,) = await store.decks.all(world.guild.id)
    await store.decks.set_enabled(world.guild.id, deck.id, False)
    assert [*(await library.of(world.guild.id)).questions] == []
    assert await library.find("deck-2") is None
    library.close()
    await other.aclose()
