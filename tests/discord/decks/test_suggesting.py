"""/deck suggest and /deck review: anybody writes, moderators decide, and whoever wrote sees what became of it."""

from __future__ import annotations

from bot.study.decks import SUGGESTIONS_KEPT
from tests.discord.decks.helpers import ZENOBIA, attached, elsewhere, imported, suggest, values_of
from tests.discord.probes import Probes
from tests.discord.world import World, labels, text_of

QUESTION, ANSWER = "Where is the coffee machine?", "On the second floor."


async def asked(world: World) -> list[str]:
    return [row.draft["question"] for row in await world.store.decks.questions(world.guild.id)]


async def test_from_a_suggestion_to_an_answer(world: World) -> None:
    box = await world.alice.slash(world.general, "deck suggest")
    assert set(values_of(box)) == {"question", "answer", "key_points", "wrong", "right"}
    await world.restart()
    typed = {"key_points": "Second floor\nBehind the door", "wrong": "On the first floor.", "right": "On the second."}
    sent = await world.alice.submit_modal(box, {"question": QUESTION, "answer": ANSWER, **typed})
    assert sent.ephemeral
    assert text_of(sent).startswith("Thank you. It waits for a moderator")
    assert f"- **waiting** · {QUESTION}" in text_of(sent)
    assert await asked(world) == [], "nothing is searched before a moderator has looked"

    review = await world.mod.slash(world.general, "deck review")
    assert review.ephemeral
    assert f"### {QUESTION}\n" in text_of(review)
    assert "1 waiting · goes into “Suggestions”" in text_of(review)
    assert f"```md\n{ANSWER}\n```" in text_of(review)
    assert "- Second floor\n- Behind the door" in text_of(review)
    assert "- On the first floor. → On the second." in text_of(review)
    assert str(world.alice.id) not in str(text_of(review))
    assert labels(review) == ["Approve", "Change", "Decline"]
    await world.restart()
    await world.press(world.mod, review, "Approve")
    assert text_of(review).startswith("Approved: it is in “Suggestions” now.\n### No suggestions")
    assert ANSWER in text_of(await world.ask(world.bob, "where is the coffee machine"))
    mine = await world.alice.slash(world.general, "deck suggest", mine=True)
    assert f"- **approved** · {QUESTION}" in text_of(mine)
    assert "You have not suggested" in text_of(await world.bob.slash(world.general, "deck suggest", mine=True))


async def test_suggestions_are_looked_at_one_by_one(world: World) -> None:
    for number in range(3):
        await suggest(world, world.alice, f"What is number {number}?")
    review = await world.mod.slash(world.general, "deck review")
    assert "What is number 0?" in text_of(review)
    assert labels(review)[-1] == "Later"
    await world.press(world.mod, review, "Later")
    assert "What is number 1?" in text_of(review)
    await world.press(world.mod, review, "Decline")
    assert text_of(review).startswith("Declined. Whoever suggested it sees that in their own list.")
    assert "What is number 2?" in text_of(review)
    await world.press(world.mod, review, "Later")
    assert "What is number 0?" in text_of(review), "and round again"
    await world.press(world.mod, review, "Decline")
    await world.press(world.mod, review, "Decline")
    assert "No suggestions" in text_of(review)
    mine = text_of(await world.alice.slash(world.general, "deck suggest", mine=True))
    assert mine.count("**declined**") == 3
    assert await asked(world) == []


async def test_what_was_decided_is_forgotten_in_time(world: World) -> None:
    await suggest(world, world.alice, QUESTION, ANSWER)
    await world.press(world.mod, await world.mod.slash(world.general, "deck review"), "Decline")
    world.env.backend.advance_clock(SUGGESTIONS_KEPT.total_seconds())
    await world.env.advance_time(2)
    mine = await world.alice.slash(world.general, "deck suggest", mine=True)
    assert "You have not suggested a question" in text_of(mine)


async def test_a_suggestion_is_put_right_before_it_is_approved(world: World) -> None:
    await suggest(world, world.alice, QUESTION, ANSWER, key_points="One")
    review = await world.mod.slash(world.general, "deck review")
    box = await world.press(world.mod, review, "Change")
    assert values_of(box)["question"] == QUESTION
    assert values_of(box)["key_points"] == "One"
    await world.restart()
    await world.mod.submit_modal(box, {"question": "Where is the tea?", "answer": "There."})
    assert text_of(review).startswith("Changed. Approve it when you like it.\n### Where is the tea?")
    await world.press(world.mod, review, "Approve")
    assert await asked(world) == ["Where is the tea?"]


async def test_two_moderators_do_not_approve_what_they_have_not_seen(world: World) -> None:
    await suggest(world, world.alice, QUESTION, ANSWER)
    first, second = [await world.mod.slash(world.general, "deck review") for _ in range(2)]
    late = await world.press(world.mod, second, "Change")
    box = await world.press(world.mod, first, "Change")
    await world.mod.submit_modal(box, {"question": "Where is the tea?", "answer": "There."})
    await world.press(world.mod, second, "Approve")
    assert "Somebody else has changed it meanwhile." in text_of(second)
    assert "Where is the tea?" in text_of(second)
    assert await asked(world) == []
    told = await world.mod.submit_modal(late, {"question": "Where is the milk?", "answer": "There."})
    assert "Somebody else has changed it meanwhile." in text_of(told)
    await world.press(world.mod, first, "Approve")
    await world.press(world.mod, second, "Decline")
    assert "That one was decided already." in text_of(second)
    assert await asked(world) == ["Where is the tea?"]


async def test_approved_questions_go_where_moderators_want_them(world: World) -> None:
    await imported(world)
    await suggest(world, world.alice, QUESTION, ANSWER)
    offered = await world.mod.autocomplete(world.general, "deck review", "deck", "o")
    assert [choice["value"] for choice in offered] == ["ours"]
    assert "no such deck" in text_of(await world.mod.slash(world.general, "deck review", deck="none"))
    review = await world.mod.slash(world.general, "deck review", deck="OURS")
    assert "goes into “ours”" in text_of(review)
    await world.restart()
    await world.press(world.mod, review, "Approve")
    (deck,) = await world.store.decks.all(world.guild.id)
    assert deck.questions == 3


async def test_what_a_moderator_should_know_stands_under_it(world: World, probes: Probes) -> None:
    await imported(world)
    await suggest(world, world.alice, ZENOBIA.replace("?", ", please?"))
    await suggest(world, world.alice, probes.answered.question)
    review = await world.mod.slash(world.general, "deck review", deck="ours")
    assert f"% like {ZENOBIA} (deck “ours”)" in text_of(review)
    box = await world.press(world.mod, review, "Change")
    await world.mod.submit_modal(box, {"question": ZENOBIA, "answer": "We do."})
    await world.press(world.mod, review, "Approve")
    assert "That deck has a question with these words already" in text_of(review)
    await world.press(world.mod, review, "Decline")
    assert "100% like" in text_of(review)
    assert "(my own collection)" in text_of(review)
    listed = await world.mod.slash(world.general, "deck list")
    assert "1 suggestion is waiting: `/deck review`" in text_of(listed)


async def test_nobody_suggests_more_than_moderators_can_read(world: World) -> None:
    open_box = await world.alice.slash(world.general, "deck suggest")
    for number in range(5):
        await suggest(world, world.alice, f"What is number {number}?")
    refused = await world.alice.slash(world.general, "deck suggest")
    assert "You have 5 suggestions waiting for a moderator." in text_of(refused)
    assert text_of(refused).count("**waiting**") == 5
    late = await world.alice.submit_modal(open_box, {"question": "One more?", "answer": "No."})
    assert "You have 5 suggestions waiting for a moderator." in text_of(late)
    assert "One more?" not in text_of(late)
    again = await world.press(world.bob, await suggest(world, world.bob, QUESTION), "Suggest another")
    assert again.modal
    pressed = await world.press(world.alice, refused, "Suggest another")
    assert "You have 5 suggestions waiting" in text_of(pressed)


async def test_what_is_wrong_in_a_suggestion_is_told_and_nothing_of_it_lost(world: World) -> None:
    told = await suggest(world, world.alice, "\u200b", ANSWER, wrong="one side")
    assert "- The question is missing" in text_of(told)
    _, written = await attached(told)
    assert ANSWER in written.decode()
    assert await world.store.suggestions.of(world.guild.id, world.alice.id, 10) == []


async def test_only_moderators_review_and_only_their_server(world: World) -> None:
    await suggest(world, world.alice, QUESTION, ANSWER)
    refused = await world.alice.slash(world.general, "deck review")
    assert "people who may manage this server" in text_of(refused)
    channel, stranger = elsewhere(world)
    assert "No suggestions" in text_of(await stranger.slash(channel, "deck review"))
    review = await world.mod.slash(world.general, "deck review")
    world.env.backend.get_guild(world.guild.id).members[world.mod.id].role_ids.clear()
    for label in ("Approve", "Change", "Decline"):
        assert "people who may manage this server" in text_of(await world.press(world.mod, review, label))
    assert (await world.store.suggestions.first(world.guild.id))[1] == 1
    assert await asked(world) == []


async def test_words_of_strangers_cannot_harm_whoever_reads_them(world: World) -> None:
    nasty = "@everyone **look** <@1> [x](https://evil.example) ``` ||boo||"
    sent = await suggest(world, world.alice, nasty, f"{nasty}\n```\nx", key_points=nasty, wrong=nasty, right=nasty)
    review = await world.mod.slash(world.general, "deck review")
    before, block, after = text_of(review).split("```")
    assert "@everyone **look**" in block.replace("\u200b", ""), "as it was written, where nothing works"
    for seen in (text_of(sent), before, after):
        for token in ("@everyone", "**look", "<@1>", "[x](", "||boo"):
            assert token not in seen


async def test_who_has_everything_about_them_deleted_takes_back_what_waits(world: World) -> None:
    await suggest(world, world.alice, QUESTION, ANSWER)
    await suggest(world, world.alice, "What stays?", "This.")
    review = await world.mod.slash(world.general, "deck review")
    await world.press(world.mod, review, "Later")
    await world.press(world.mod, review, "Approve")
    card = await world.alice.slash(world.general, "privacy")
    await world.press(world.alice, card, "Delete everything about me")
    await world.press(world.alice, card, "Yes, delete everything")
    assert await asked(world) == ["What stays?"]
    assert "No suggestions" in text_of(await world.mod.slash(world.general, "deck review"))
    await world.press(world.mod, review, "Approve")
    assert "That one was decided already." in text_of(review)
