"""Every way to ask gets an answer card, and only from who asked for one."""

from __future__ import annotations

import discord
import pytest
from simcord import SetupError

from bot.study.cooldown import Pace
from knowledge.tutor import Tutor
from tests.discord.probes import Probes
from tests.discord.world import World, accent, labels, message_of, options, text_of

pytestmark = pytest.mark.asyncio

GREEN, AMBER, SLATE = 0x2EA44F, 0xE3A008, 0x6B7280


async def set_ask_channels(world: World, *channels: int) -> None:
    await world.store.guilds.set_ask_channels(world.guild.id, channels)


async def test_ask_shows_question_answer_proof_sources_and_how_sure_it_is(world: World, probes: Probes) -> None:
    question = probes.answered
    result = await world.ask(world.alice, question.question)
    seen = text_of(result)
    assert seen.startswith("### ")
    assert question.answer[:200] in seen
    assert "**Proof** · ran on torch 2.13.0\n```py\n" in seen
    assert question.proofs[0].output.strip().splitlines()[0] in seen
    assert question.sources[0] in seen
    assert f" % · {question.topic.replace('-', ' ')} · {question.level}" in seen
    assert labels(result) == ["Run it", "Not this one", "Sources", "👍", "👎"]
    assert accent(result) == GREEN
    assert not result.ephemeral
    first = next(request for request in world.env.http_requests if request.path.endswith("/callback"))
    assert first.json == {"type": 5}, "Discord gives three seconds for the first word; the work comes after it"


async def test_private_answers_are_for_the_asker_alone(world: World, probes: Probes) -> None:
    assert (await world.ask(world.alice, probes.answered.question, private=True)).ephemeral


async def test_suggestions_are_the_closest_three_with_a_button_each(world: World, probes: Probes, tutor: Tutor) -> None:
    result = await world.ask(world.alice, probes.vague)
    assert text_of(result).startswith(f"### Did you mean one of these?\n-# You asked: {probes.vague}")
    assert labels(result) == ["Show 1", "Show 2", "Show 3", "None of these"]
    assert accent(result) == AMBER
    chosen = await world.press(world.alice, result, "Show 2")
    second = tutor.ask_now(probes.vague).hits[1].question
    assert second.answer[:100] in text_of(chosen)


async def test_what_it_does_not_know_it_says_with_what_to_do_next(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.foreign)
    assert "I don't know that one" in text_of(result)
    assert "What you can do" in text_of(result)
    assert labels(result) == ["Ask in other words", "Documentation", "Forum"]
    assert accent(result) == SLATE


async def test_autocomplete_offers_questions_that_then_get_exactly_their_answer(world: World, probes: Probes) -> None:
    typed = probes.answered.question[:12]
    offered = await world.alice.autocomplete(world.general, "ask", "question", typed)
    assert 1 <= len(offered) <= 25
    chosen = next(choice for choice in offered if choice["value"] == f"#{probes.answered.id}")
    result = await world.ask(world.alice, chosen["value"])
    assert probes.answered.answer[:100] in text_of(result)
    assert "you chose this question" in text_of(result)
    assert "Not this one" not in labels(result)


@pytest.mark.parametrize("typed", ["", " ", "x" * 100, "🔥", "'; DROP TABLE", "#", "zero_grad("])
async def test_autocomplete_takes_anything(world: World, typed: str) -> None:
    assert len(await world.alice.autocomplete(world.general, "ask", "question", typed)) <= 25


async def test_a_mention_is_answered_with_a_reply(world: World, probes: Probes) -> None:
    asked = await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    said = world.said()
    assert probes.answered.answer[:100] in text_of(said)
    assert said.reference is not None
    assert said.reference.message_id == asked.id


async def test_a_mention_alone_under_a_question_answers_that_question(world: World, probes: Probes) -> None:
    asked = await world.bob.send(world.general, probes.answered.question)
    await world.alice.send(world.general, world.me, reply_to=asked)
    assert probes.answered.answer[:100] in text_of(world.said())


async def test_a_direct_message_is_answered_in_words_and_by_command(world: World, probes: Probes) -> None:
    await world.alice.send_dm(probes.answered.question)
    assert probes.answered.answer[:100] in text_of(world.said(world.alice.user.dm_channel))
    result = await world.alice.user.slash("ask", question=probes.answered.question)
    assert probes.answered.answer[:100] in text_of(result)


async def test_answer_this_answers_somebody_elses_message(world: World, probes: Probes) -> None:
    asked = await world.bob.send(world.general, probes.answered.question)
    result = await world.alice.context_menu(world.general, "Answer this", asked)
    assert probes.answered.answer[:100] in text_of(result)
    assert asked.jump_url in text_of(result)


async def test_answer_this_answers_a_forwarded_message(world: World, probes: Probes) -> None:
    asked = await world.bob.send(world.general, probes.answered.question)
    forwarded = await world.bob.forward(asked, world.help)
    result = await world.alice.context_menu(world.help, "Answer this", forwarded)
    assert probes.answered.answer[:100] in text_of(result)


async def test_people_talking_to_each_other_are_left_alone(world: World, probes: Probes) -> None:
    await set_ask_channels(world, world.help.id)
    spoken = [
        await world.alice.send(world.general, probes.answered.question),
        await world.alice.send(world.help, "thanks a lot, that solved it"),
    ]
    spoken.append(await world.bob.send(world.help, "why do you think so?", reply_to=spoken[1]))
    assert world.last_id(world.general) == spoken[0].id
    assert world.last_id(world.help) == spoken[2].id


async def test_questions_in_ask_channels_are_answered_without_a_mention(world: World, probes: Probes) -> None:
    await set_ask_channels(world, world.help.id)
    await world.alice.send(world.help, probes.answered.question)
    assert probes.answered.answer[:100] in text_of(world.said(world.help))


async def test_threads_of_ask_channels_count_too(world: World, probes: Probes) -> None:
    await set_ask_channels(world, world.help.id)
    channel = world.env.bot.get_channel(world.help.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="dropout", type=discord.ChannelType.public_thread)
    thread = world.help.threads[0]
    await world.alice.send(thread, probes.answered.question)
    assert probes.answered.answer[:100] in text_of(world.said(thread))


@pytest.mark.without_message_content
async def test_without_the_intent_only_who_speaks_to_it_is_read(world: World, probes: Probes) -> None:
    await set_ask_channels(world, world.help.id)
    asked = await world.alice.send(world.help, probes.answered.question)
    assert world.last_id(world.help) == asked.id
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    card = world.said()
    assert probes.answered.answer[:100] in text_of(card)
    await world.alice.send(world.general, "how so?", reply_to=card)
    assert probes.answered.answer[:100] in text_of(world.said()), "a reply mentions whom it replies to"
    # Unless it replies to the answer to a command.
    result = await world.ask(world.alice, probes.answered.question)
    await world.alice.send(world.general, "how so?", reply_to=message_of(result))
    assert "I cannot read that" in text_of(world.said())
    for _ in range(Pace().burst + 1):
        last = await world.alice.send(world.general, "how so?", reply_to=message_of(result))
    assert world.last_id(world.general) == last.id, "and it does not go on saying so"


async def test_bots_are_never_answered(world: World, probes: Probes) -> None:
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    sent = await robot.send(world.general, f"{world.me} {probes.answered.question}")
    assert world.last_id(world.general) == sent.id


async def test_a_reply_leans_on_the_question_before(world: World, probes: Probes) -> None:
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    card = world.said()
    await world.bob.send(world.general, "how so?", reply_to=card)
    answer = world.said()
    assert answer.id != card.id
    assert probes.answered.question.split()[-1].strip("?`") in text_of(answer)
    assert "I don't know that one" not in text_of(answer)


async def test_the_same_words_out_of_the_blue_are_not_understood(world: World) -> None:
    await world.bob.send(world.general, f"{world.me} how so?")
    assert "I don't know that one" in text_of(world.said())


async def test_a_reply_to_a_slash_answer_leans_on_it_after_a_restart(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    await world.restart()
    await world.alice.send(world.general, "how so?", reply_to=message_of(result))
    assert "I don't know that one" not in text_of(world.said())


async def test_a_conversation_goes_on_for_a_while_and_then_ends(world: World, probes: Probes) -> None:
    await world.alice.send_dm(probes.answered.question)
    await world.alice.send_dm("how so?")
    dm = world.alice.user.dm_channel
    assert "I don't know that one" not in text_of(world.said(dm))
    await world.env.advance_time(16 * 60)
    await world.alice.send_dm("how so?")
    assert "I don't know that one" in text_of(world.said(dm))


async def test_a_thread_is_one_conversation_of_everybody_in_it(world: World, probes: Probes) -> None:
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    channel = world.env.bot.get_channel(world.general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.get_partial_message(world.said().id).create_thread(name="more about it")
    thread = world.general.threads[0]
    await world.bob.send(thread, f"{world.me} how so?")
    assert "I don't know that one" not in text_of(world.said(thread))
    await world.alice.send(thread, f"{world.me} how so?")
    assert "I don't know that one" not in text_of(world.said(thread))


async def test_a_forwarded_question_is_a_question(world: World, probes: Probes) -> None:
    asked = await world.bob.send(world.general, probes.answered.question)
    await world.alice.forward(asked, world.alice.user.dm_channel)
    assert probes.answered.answer[:100] in text_of(world.said(world.alice.user.dm_channel))


async def test_follow_ups_can_be_chosen_from_a_select(world: World, probes: Probes, tutor: Tutor) -> None:
    question = probes.with_follow_ups
    result = await world.ask(world.alice, question.question)
    offered = options(result)
    by_id = tutor.corpus.by_id()
    wanted = [by_id[other].question[:99] for other in question.follow_ups if other in by_id]
    assert [option["label"][:99] for option in offered[: len(wanted)]] == wanted
    chosen = await world.choose(world.alice, result, offered[0]["value"])
    assert not chosen.ephemeral
    assert by_id[question.follow_ups[0]].answer[:100] in text_of(chosen)


async def test_every_command_says_where_it_works_and_for_whom(world: World) -> None:
    commands = {command["name"]: command for command in world.env.backend.commands[None].values()}
    anywhere = {
        "ask",
        "run",
        "quiz",
        "review",
        "mock",
        "progress",
        "timezone",
        "privacy",
        "help",
        "Answer this",
        "Run code",
    }
    servers = {"daily", "deck", "leaderboard", "settings", "unanswered"}
    assert set(commands) == anywhere | servers
    for name in anywhere:
        assert commands[name]["integration_types"] == [0, 1], "installed by a server or by a user"
        assert commands[name]["contexts"] == [0, 1, 2]
    for name in servers:
        assert commands[name]["integration_types"] == [0]
        assert commands[name]["contexts"] == [0]
    for name in ("settings", "unanswered"):
        assert commands[name]["default_member_permissions"] == discord.Permissions(manage_guild=True).value
        with pytest.raises(SetupError, match="not visible"):
            await world.alice.slash(world.general, name)


async def test_help_says_how_to_ask(world: World) -> None:
    result = await world.alice.slash(world.general, "help")
    assert result.ephemeral
    for words in ("/ask", "Answer this", "direct message", "/settings"):
        assert words in text_of(result)


async def test_the_box_for_other_words_answers(world: World, probes: Probes) -> None:
    unknown = await world.ask(world.alice, probes.foreign)
    await world.restart()
    shown = await world.press(world.alice, unknown, "Ask in other words")
    await world.restart()
    result = await world.alice.submit_modal(shown, {"text": probes.answered.question})
    assert probes.answered.answer[:100] in text_of(result)
