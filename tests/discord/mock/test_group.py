"""A whole interview of a study group, and what each role sees of it."""

from __future__ import annotations

import pytest

from tests.discord.mock.room import Group
from tests.discord.world import World, labels, text_of


@pytest.fixture
def group(world: World) -> Group:
    return Group(world)


async def test_from_the_lobby_to_the_scorecard(group: Group, world: World) -> None:
    lobby = await group.open(kind="mixed", level="mid", length=45)
    assert "3 seats free" in text_of(group.lobby)
    assert labels(lobby) == ["Join", "Observe", "Leave", "Start", "Practise alone"]
    await group.press(world.alice, "Start", group.lobby)
    assert group.place.is_thread
    assert "It is held in" in text_of(group.lobby)
    print(group.said())
    for person in group.people:
        if "I am here" in labels(group.card):
            await group.press(person, "I am here")
    assert (await group.load()).stage == "warm-up"
    await group.until("question")
    print(text_of(await group.notes()))
    await group.answer(group.candidate, "Because gradients accumulate in .grad.")
    await group.until("block")
    await group.until("feedback")
    for person in group.people:
        print(text_of(await group.score(person)))
    print(group.said())
    assert group.interview.stage == "between"
    card = await group.press(group.candidate, "My scorecard")
    print(text_of(card), labels(card))
