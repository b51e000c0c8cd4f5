"""/settings and /unanswered."""

from __future__ import annotations

import discord
import pytest
from simcord import SetupError

from bot.store import GuildSettings
from bot.ui.panels import PAGE
from tests.discord.probes import Probes
from tests.discord.world import World, components, labels, message_of, text_of


async def test_moderators_choose_the_ask_channels(world: World, probes: Probes) -> None:
    panel = await world.mod.slash(world.general, "settings")
    assert panel.ephemeral
    await world.mod.select(message_of(panel), [world.help])
    assert await world.store.guilds.get(world.guild.id) == GuildSettings(world.guild.id, (world.help.id,))
    await world.alice.send(world.help, probes.answered.question)
    assert probes.answered.answer[:100] in text_of(world.said(world.help))
    again = await world.mod.slash(world.general, "settings")
    (select,) = [part for part in components(again) if part["type"] == 8]
    assert [int(value["id"]) for value in select["default_values"]] == [world.help.id]
    await world.restart()
    await world.mod.select(message_of(again), [])
    assert (await world.store.guilds.get(world.guild.id)).ask_channels == ()


async def test_consent_is_off_until_a_moderator_turns_it_on(world: World, probes: Probes) -> None:
    panel = await world.mod.slash(world.general, "settings")
    assert "unanswered questions: off" in text_of(panel)
    await world.ask(world.alice, probes.foreign)
    await world.restart()
    await world.press(world.mod, panel, "Turn on")
    assert "unanswered questions: on" in text_of(panel)
    result = await world.ask(world.alice, probes.foreign)
    assert "Kept for this server's moderators" in text_of(result)
    assert [row.text for row in await world.store.unanswered.latest(world.guild.id)] == [probes.foreign, None]
    await world.press(world.mod, panel, "Turn off")
    await world.ask(world.alice, probes.foreign)
    assert (await world.store.unanswered.latest(world.guild.id))[0].text is None


async def test_a_server_without_the_bot_has_no_list_of_unanswered_questions(world: World, probes: Probes) -> None:
    # The bot of people who installed it for themselves does not know the servers where they use it.
    known = world.env.bot.get_guild(world.guild.id)
    assert known is not None
    world.env.bot._connection._remove_guild(known)
    result = await world.ask(world.alice, probes.foreign)
    assert "I don't know that one" in text_of(result)
    assert "moderators" not in text_of(result)
    await world.press(world.alice, await world.ask(world.alice, probes.vague), "None of these")
    assert await world.store.unanswered.count(world.guild.id) == 0


async def test_settings_keep_each_other(world: World) -> None:
    await world.store.guilds.set_ask_channels(world.guild.id, (world.help.id,))
    panel = await world.mod.slash(world.general, "settings")
    await world.press(world.mod, panel, "Turn on")
    assert await world.store.guilds.get(world.guild.id) == GuildSettings(world.guild.id, (world.help.id,), True)


@pytest.mark.without_message_content
async def test_without_the_intent_the_setting_says_so(world: World) -> None:
    panel = await world.mod.slash(world.general, "settings")
    assert "Message Content Intent" in text_of(panel)
    assert "TUTOR_MESSAGE_CONTENT=true" in text_of(panel)


async def test_with_the_intent_there_is_nothing_to_warn_of(world: World) -> None:
    assert "Intent" not in text_of(await world.mod.slash(world.general, "settings"))


async def test_a_panel_outlives_no_permission(world: World) -> None:
    panel = await world.mod.slash(world.general, "settings")
    open_list = await world.mod.slash(world.general, "unanswered")
    assert "No open questions" in text_of(open_list)
    await world.store.unanswered.add(world.guild.id, None, "unknown", discord.utils.utcnow())
    open_list = await world.mod.slash(world.general, "unanswered")
    world.env.backend.get_guild(world.guild.id).members[world.mod.id].role_ids.clear()
    refused = await world.press(world.mod, panel, "Turn on")
    assert "people who may manage this server" in text_of(refused)
    refused = await world.press(world.mod, open_list, "Close")
    assert "people who may manage this server" in text_of(refused)
    assert not (await world.store.guilds.get(world.guild.id)).keep_unanswered_text
    assert await world.store.unanswered.count(world.guild.id) == 1


async def test_others_cannot_open_the_panels(world: World) -> None:
    for name in ("settings", "unanswered"):
        with pytest.raises(SetupError, match="default-member-permissions"):
            await world.alice.slash(world.general, name)


async def test_unanswered_questions_are_paged_and_closed(world: World) -> None:
    for number in range(PAGE + 2):
        await world.store.unanswered.add(world.guild.id, f"question {number}", "unknown", discord.utils.utcnow())
    await world.store.unanswered.add(world.guild.id + 1, "elsewhere", "unknown", discord.utils.utcnow())
    listed = await world.mod.slash(world.general, "unanswered")
    assert listed.ephemeral
    assert f"{PAGE + 2} open" in text_of(listed)
    assert f"question {PAGE + 1}\n" in text_of(listed)
    assert "question 1\n" not in text_of(listed)
    await world.restart()
    await world.press(world.mod, listed, "Older")
    assert "question 1\n" in text_of(listed)
    assert "question 0\n" in text_of(listed)
    assert f"question {PAGE + 1}\n" not in text_of(listed)
    assert labels(listed) == ["Close", "Close", "Newest"]
    first_close = next(part["custom_id"] for part in components(listed) if part.get("label") == "Close")
    await world.mod.click(message_of(listed), custom_id=first_close)
    assert "question 1\n" not in text_of(listed), "the page stays, the question goes"
    assert "question 0\n" in text_of(listed)
    assert f"{PAGE + 1} open" in text_of(listed)
    await world.press(world.mod, listed, "Newest")
    assert f"question {PAGE + 1}\n" in text_of(listed)
    assert "elsewhere" not in text_of(listed)


async def test_a_question_without_its_words_is_listed_with_what_is_known(world: World, probes: Probes) -> None:
    await world.ask(world.alice, probes.foreign)
    listed = await world.mod.slash(world.general, "unanswered")
    assert "*text not kept*" in text_of(listed)
    assert "no answer" in text_of(listed)
    assert "`/settings` can allow me" in text_of(listed)


async def test_words_in_the_list_cannot_format_or_ping(world: World) -> None:
    nasty = "@everyone **look** [here](https://evil.example) <@1> ||boo||"
    await world.store.unanswered.add(world.guild.id, nasty, "unknown", discord.utils.utcnow())
    listed = text_of(await world.mod.slash(world.general, "unanswered"))
    for token in ("@everyone", "**look**", "[here](", "https://", "<@1>", "||boo"):
        assert token not in listed.replace("### Unanswered questions", "")
