"""/deck list and /deck edit: moderators turn decks on and off, change and delete; others look."""

from __future__ import annotations

import pytest
from simcord.results import InteractionResult

from bot.ui.deck_cards import PAGE
from tests.discord.decks.helpers import (
    BRONTOSAURUS,
    OURS,
    ZENOBIA,
    attached,
    csv,
    elsewhere,
    imported,
    numbers,
    rich,
    values_of,
)
from tests.discord.world import World, button, labels, message_of, options, text_of


async def opened(world: World, number: int = 1) -> InteractionResult:
    """`/deck edit` with a question picked."""
    return await world.mod.slash(world.general, "deck edit", question=f"deck-{number}")


async def draft(world: World, number: int = 1) -> dict[str, object]:
    row = await world.store.decks.question(world.guild.id, number)
    assert row is not None
    return row.draft


async def test_a_server_without_decks_is_told_how_to_get_one(world: World) -> None:
    seen = await world.mod.slash(world.general, "deck list")
    assert seen.ephemeral
    assert "This server has no questions of its own yet. Import some with `/deck import`" in text_of(seen)
    assert "you can suggest one with `/deck suggest`" in text_of(await world.alice.slash(world.general, "deck list"))


async def test_decks_are_turned_off_and_on_after_restarts(world: World) -> None:
    await imported(world)
    await imported(world, csv({"What is our lunch?": "Soup."}), "food.csv")
    seen = await world.mod.slash(world.general, "deck list")
    assert "-# 3 questions · asked and searched in this server alone" in text_of(seen)
    assert "**food**\n-# 1 question · on\n**ours**\n-# 2 questions · on" in text_of(seen)
    await world.restart()
    await world.mod.click(message_of(seen), custom_id=button(seen, "Turn off"))
    assert "**food**\n-# 1 question · turned off" in text_of(seen)
    assert labels(seen) == ["Turn on", "Turn off"]
    for_others = await world.alice.slash(world.general, "deck list")
    assert "ours" in text_of(for_others)
    assert "food" not in text_of(for_others)
    assert labels(for_others) == []
    await world.restart()
    await world.press(world.mod, seen, "Turn on")
    assert labels(seen) == ["Turn off", "Turn off"]


async def test_a_name_that_nobody_sees_is_none_and_the_list_opens(world: World) -> None:
    await imported(world, deck="```")
    await imported(world, csv({"What is our lunch?": "Soup."}), "food.csv", deck="` \u200d `")
    seen = await world.mod.slash(world.general, "deck list")
    assert [option["label"] for option in options(seen)] == ["food", "ours"]


async def test_deleting_a_deck_asks_first(world: World) -> None:
    await imported(world)
    await imported(world, csv({"What is our lunch?": "Soup."}), "food.csv")
    seen = await world.mod.slash(world.general, "deck list")
    which = next(option["value"] for option in options(seen) if option["label"] == "ours")
    await world.restart()
    await world.choose(world.mod, seen, which)
    assert "### Delete “ours”?\n2 questions go with it and cannot be brought back" in text_of(seen)
    await world.press(world.mod, seen, "Keep it")
    assert "**ours**" in text_of(seen)
    await world.choose(world.mod, seen, which)
    await world.restart()
    await world.press(world.mod, seen, "Yes, delete it")
    assert text_of(seen).startswith("“ours” is deleted.\n### Decks of this server\n-# 1 question")
    assert [deck.name for deck in await world.store.decks.all(world.guild.id)] == ["food"]


async def test_a_deck_that_is_gone_meanwhile_is_told(world: World) -> None:
    await imported(world)
    first, second = [await world.mod.slash(world.general, "deck list") for _ in range(2)]
    (which,) = [option["value"] for option in options(first)]
    await world.store.decks.delete(world.guild.id, int(which))
    await world.press(world.mod, first, "Turn off")
    assert "This server has no such deck any more." in text_of(first)
    await world.choose(world.mod, second, which)
    assert "This server has no such deck any more." in text_of(second)


async def test_many_decks_have_pages(world: World) -> None:
    for number in range(PAGE + 2):
        await imported(world, csv({"What is it?": "It."}), f"deck {number}.csv")
    seen = await world.mod.slash(world.general, "deck list")
    assert "**deck 7**" in text_of(seen)
    assert "**deck 8**" not in text_of(seen)
    await world.restart()
    await world.press(world.mod, seen, "More")
    assert "**deck 8**" in text_of(seen)
    assert "**deck 7**" not in text_of(seen)
    await world.press(world.mod, seen, "Turn off")
    assert "**deck 8**\n-# 1 question · turned off" in text_of(seen), "the page stays"
    await world.press(world.mod, seen, "Back")
    assert "**deck 0**" in text_of(seen)
    theirs = await world.alice.slash(world.general, "deck list")
    await world.press(world.alice, theirs, "More")
    assert "**deck 9**" in text_of(theirs)


async def test_a_list_outlives_no_permission(world: World) -> None:
    await imported(world)
    seen = await world.mod.slash(world.general, "deck list")
    card = await opened(world)
    (which,) = [option["value"] for option in options(seen)]
    world.env.backend.get_guild(world.guild.id).members[world.mod.id].role_ids.clear()
    for pressed in (
        await world.press(world.mod, seen, "Turn off"),
        await world.choose(world.mod, seen, which),
        await world.press(world.mod, card, "Change"),
        await world.press(world.mod, card, "Delete"),
        await opened(world),
    ):
        assert "people who may manage this server" in text_of(pressed)
    assert await world.mod.autocomplete(world.general, "deck edit", "question", "") == []
    (deck,) = await world.store.decks.all(world.guild.id)
    assert deck.enabled


# ----------------------------------------------------------------------------------------------- one question


async def test_questions_are_found_by_their_words_in_their_server_alone(world: World) -> None:
    await imported(world)
    await imported(world, csv({f"What is number {number}?": "It." for number in range(30)}), "numbers.csv")
    offer = world.mod.autocomplete
    assert await offer(world.general, "deck edit", "question", "MERGE zen") == [{"name": ZENOBIA, "value": "deck-2"}]
    assert len(await offer(world.general, "deck edit", "question", "")) == 25
    assert len(await offer(world.general, "deck edit", "question", "number?")) == 25
    assert await offer(world.general, "deck edit", "question", "100%_'\"") == []
    channel, stranger = elsewhere(world)
    assert await stranger.autocomplete(channel, "deck edit", "question", "merge") == []
    assert "no such question" in text_of(await stranger.slash(channel, "deck edit", question="deck-2"))
    assert "no such question" in text_of(await world.mod.slash(world.general, "deck edit", question="merge"))


async def test_a_question_is_changed_in_a_box_and_found_by_its_new_words(world: World) -> None:
    await imported(world, rich(), "ours.json")
    seen = await opened(world)
    assert seen.ephemeral
    assert f"### {BRONTOSAURUS}\n-# From “ours” · our cluster · junior\n```md\n{OURS[BRONTOSAURUS]}" in text_of(seen)
    assert "- Short jobs go to longneck. → They go to quickdraw." in text_of(seen)
    assert "other phrasings (1), sources (1), programs (1)" in text_of(seen)
    await world.restart()
    box = await world.press(world.mod, seen, "Change")
    assert values_of(box) == {
        "question": BRONTOSAURUS,
        "answer": OURS[BRONTOSAURUS],
        "key_points": "The partition is quickdraw.\nA job may take two hours there.",
        "wrong": "Short jobs go to longneck.\nA job may take a day there.",
        "right": "They go to quickdraw.\nIt may take two hours.",
    }
    await world.restart()
    before = await draft(world)
    changed = {"question": "Where do long jobs go on Diplodocus?", "answer": "To longneck.", "key_points": "Longneck"}
    await world.mod.submit_modal(box, {**changed, "wrong": "To quickdraw.", "right": "To longneck."})
    assert "Saved." in text_of(seen)
    assert await draft(world) == {
        **before,
        "question": "Where do long jobs go on Diplodocus?",
        "answer": "To longneck.",
        "key_points": ["Longneck"],
        "misconceptions": [{"wrong": "To quickdraw.", "right": "To longneck."}],
    }, "what the box has no room for stays"
    found = await world.ask(world.alice, "where do long jobs go on diplodocus")
    assert "To longneck." in text_of(found)


async def test_what_is_wrong_in_a_box_is_told_and_nothing_of_it_lost(world: World) -> None:
    await imported(world)
    seen = await opened(world)
    box = await world.press(world.mod, seen, "Change")
    points = "\n".join(f"point {number}" for number in range(13))
    wrong = await world.mod.submit_modal(
        box, {"question": "What?", "answer": "This.", "key_points": points, "wrong": "x"}
    )
    (told,) = wrong.followups
    assert "- The key points have 13 entries; at most 12 fit" in text_of(told)
    assert "- A misconception needs both sides, wrong and right" in text_of(told)
    name, written = await attached(told)
    assert name == "what-you-wrote.txt"
    assert points in written.decode()
    assert (await draft(world))["question"] == BRONTOSAURUS


async def test_of_two_moderators_the_later_one_is_shown_what_is_there(world: World) -> None:
    await imported(world)
    seen = await opened(world)
    box = await world.press(world.mod, seen, "Change")
    late = await world.press(world.mod, await opened(world), "Change")
    await world.mod.submit_modal(box, {"question": "What is first?", "answer": "This."})
    told = await world.mod.submit_modal(late, {"question": "What is second?", "answer": "That."})
    assert "Somebody else has changed it meanwhile" in text_of(told)
    assert "What is first?" in text_of(told)
    assert (await draft(world))["question"] == "What is first?"


async def test_a_question_cannot_become_another_one_of_its_deck(world: World) -> None:
    await imported(world)
    box = await world.press(world.mod, await opened(world), "Change")
    told = await world.mod.submit_modal(box, {"question": ZENOBIA.upper(), "answer": "This."})
    assert "the deck has another question with these words" in text_of(told)


async def test_what_no_box_has_room_for_is_not_opened_in_one(world: World) -> None:
    await imported(world, csv({"What is long?": "🦊" * 3000}))
    told = await world.press(world.mod, await opened(world), "Change")
    assert "too long for Discord's box" in text_of(told)


async def test_deleting_a_question_asks_first(world: World) -> None:
    await imported(world)
    seen = await opened(world, 2)
    await world.press(world.mod, seen, "Delete")
    assert "**Delete this question?** It cannot be brought back." in text_of(seen)
    await world.press(world.mod, seen, "Keep it")
    assert labels(seen) == ["Change", "Delete"]
    await world.press(world.mod, seen, "Delete")
    await world.restart()
    await world.press(world.mod, seen, "Yes, delete it")
    assert "The question is deleted." in text_of(seen)
    assert await numbers(world) == [1]
    late = await opened(world, 1)
    await world.store.decks.delete_question(world.guild.id, 1)
    for label in ("Change", "Delete"):
        told = await world.press(world.mod, late, label)
        assert "no such question" in text_of(told)


@pytest.mark.parametrize("question", ["deck-999", "deck-", "zero-grad", "x" * 100])
async def test_what_is_typed_instead_of_picked_is_told(world: World, question: str) -> None:
    assert "Pick one from the list" in text_of(await world.mod.slash(world.general, "deck edit", question=question))
