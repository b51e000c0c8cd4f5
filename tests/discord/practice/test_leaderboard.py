"""/leaderboard: only who joined is listed, nobody is given away, and every button works after a restart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from simcord import SetupError

from bot.study.board import looks
from bot.ui.board_cards import SHOWN
from tests.discord.practice.conftest import NOW
from tests.discord.practice.helpers import Practise, join, review_of
from tests.discord.world import World, components, labels, message_of, options, text_of

DAY = timedelta(days=1)


async def test_nobody_is_listed_who_did_not_join(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW, guild_id=world.guild.id)
    board = await world.bob.slash(world.general, "leaderboard")
    assert not board.ephemeral
    assert text_of(board).startswith("### Leaderboard: this season\n-# 1 July 2026 to 30 September 2026 · ends <t:")
    assert "Nobody here has points yet." in text_of(board)
    assert str(world.alice.id) not in text_of(board)
    assert labels(board) == ["Join", "Leave", "My rank", "Last season"]


async def test_joining_leaving_and_ranks_after_restarts(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW, NOW - DAY, guild_id=world.guild.id)
    await practise(world.bob.id, NOW, guild_id=world.guild.id)
    board = await world.alice.slash(world.general, "leaderboard", period="week")
    await world.restart()
    shown = await world.press(world.alice, board, "Join")
    await world.restart()
    done = await world.alice.submit_modal(shown, {"name": ""})
    assert "under your Discord name" in text_of(done.followups[0])
    assert f"**1.** <@{world.alice.id}> · 20 points" in text_of(board), "the leaderboard shows them at once"
    await join(world, world.bob, board, "  Night \u200b Owl ")
    assert f"**1.** <@{world.alice.id}> · 20 points\n**2.** Night Owl · 10 points" in text_of(board)
    assert str(world.bob.id) not in str(components(board)), "nothing in it tells who that is"

    mine = await world.press(world.bob, board, "My rank")
    assert mine.ephemeral
    assert "**This week** you are number 2 of 2, with 10 points. 10 points more" in text_of(mine)
    assert "number 1 of 2, with 20 points." in text_of(await world.press(world.alice, board, "My rank"))
    assert "You are not on the leaderboard" in text_of(await world.press(world.mod, board, "My rank"))

    await world.restart()
    left = await world.press(world.alice, board, "Leave")
    assert "off every leaderboard" in text_of(left.followups[0])
    assert str(world.alice.id) not in text_of(board)
    assert "**1.** Night Owl · 10 points" in text_of(board)
    again = await world.press(world.alice, board, "Leave")
    assert "You were not on the leaderboard." in text_of(again.followups[0])


async def test_equal_points_share_a_rank(world: World, practise: Practise) -> None:
    for who, points in ((world.alice, 10), (world.bob, 10), (world.mod, 5)):
        await practise(who.id, NOW, guild_id=world.guild.id, points=points)
        await world.store.people.join_leaderboard(who.id, pseudonym=None, account=who.name, looks=looks(who.name))
    board = await world.alice.slash(world.general, "leaderboard", period="all")
    ranked = [line for line in text_of(board).splitlines() if line.startswith("**")]
    assert ranked == [
        f"**1.** <@{world.alice.id}> · 10 points",
        f"**1.** <@{world.bob.id}> · 10 points",
        f"**3.** <@{world.mod.id}> · 5 points",
    ]
    assert "together with 1 other." in text_of(await world.press(world.bob, board, "My rank"))
    assert "number 3 of 3, with 5 points. 5 points more" in text_of(await world.press(world.mod, board, "My rank"))


async def test_points_count_in_their_period_and_in_their_server(world: World, practise: Practise) -> None:
    here = world.guild.id
    for back, points in ((0, 1), (5, 10), (20, 100), (60, 1000), (400, 10_000)):
        await practise(world.alice.id, NOW - DAY * back, guild_id=here, points=points)
    await practise(world.alice.id, NOW, guild_id=here + 1, points=5)
    await practise(world.alice.id, NOW, guild_id=None, points=5)
    await world.store.people.join_leaderboard(world.alice.id, pseudonym=None, account="alice", looks="allce")
    for period, said in (
        ("week", "1 point"),
        ("month", "11 points"),
        ("season", "111 points"),
        ("all", "11,111 points"),
    ):
        board = await world.bob.slash(world.general, "leaderboard", period=period, private=True)
        assert board.ephemeral
        assert f"**1.** <@{world.alice.id}> · {said}" in text_of(board).splitlines()
    last = await world.press(world.bob, board, "Last season")
    assert last.ephemeral
    assert text_of(last) == (
        f"### Last season\n-# 1 April 2026 to 30 June 2026\n**1.** <@{world.alice.id}> · 1,000 points"
    )


async def test_the_winners_of_a_season_without_any(world: World) -> None:
    board = await world.alice.slash(world.general, "leaderboard")
    await world.restart()
    assert "Nobody who is on the leaderboard had points then." in text_of(
        await world.press(world.alice, board, "Last season")
    )


async def test_who_joined_without_points_is_told_so(world: World) -> None:
    board = await world.alice.slash(world.general, "leaderboard", period="month")
    await join(world, world.alice, board)
    assert "you have no points in this server yet" in text_of(await world.press(world.alice, board, "My rank"))
    assert "Nobody here has points yet." in text_of(board)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Night Owl", "has that name already"),
        ("n1ght-0wl", "has that name already"),
        ("Νight Оwl", "has that name already"),
        ("ALICE", "has that name already"),
        ("!", "at least 2 letters"),
        ("\u200b \u200b", None),
        ("@everyone", "could be taken for somebody who runs this place"),
        ("Mod", "could be taken for somebody who runs this place"),
    ],
)
async def test_nobody_takes_a_name_that_could_be_anothers(world: World, name: str, why: str | None) -> None:
    board = await world.alice.slash(world.general, "leaderboard")
    await join(world, world.alice, board)
    await join(world, world.mod, board, "Night Owl")
    done = await join(world, world.bob, board, name)
    said = text_of(done.followups[0])
    joined = (await world.store.people.get(world.bob.id)).on_leaderboard
    if why is None:
        assert "under your Discord name" in said, "a name of nothing visible is none"
        assert joined
    else:
        assert why in said
        assert not joined


async def test_a_pseudonym_has_no_powers(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW, guild_id=world.guild.id)
    board = await world.alice.slash(world.general, "leaderboard")
    await join(world, world.alice, board, "**x** <@1> @here [a](http://b)")
    for token in ("**x**", "<@1>", "@here", "[a](", "http://"):
        assert token not in text_of(board)


async def test_a_pseudonym_can_be_changed_and_is_free_again_afterwards(world: World) -> None:
    board = await world.alice.slash(world.general, "leaderboard")
    await join(world, world.alice, board, "Night Owl")
    await join(world, world.alice, board, "Day Owl")
    await join(world, world.bob, board, "Night Owl")
    assert (await world.store.people.get(world.alice.id)).pseudonym == "Day Owl"
    assert (await world.store.people.get(world.bob.id)).pseudonym == "Night Owl"


async def test_only_the_first_are_listed_and_the_others_counted(world: World, practise: Practise) -> None:
    for number in range(SHOWN + 3):
        await practise(1000 + number, NOW, guild_id=world.guild.id, points=number + 1)
        name = f"Owl {'x' * number}"
        await world.store.people.join_leaderboard(1000 + number, pseudonym=name, account="", looks=looks(name))
    board = await world.alice.slash(world.general, "leaderboard")
    assert text_of(board).count("**") == 2 * SHOWN
    assert "and 3 more" in text_of(board)
    assert len(options(board)) == SHOWN


# ------------------------------------------------------------------------------- the progress of others


async def test_the_progress_of_a_pseudonym_is_shown_without_giving_anybody_away(
    world: World, practise: Practise
) -> None:
    await practise(world.bob.id, NOW, NOW - DAY, guild_id=world.guild.id)
    await practise(world.mod.id, NOW, guild_id=world.guild.id)
    board = await world.bob.slash(world.general, "leaderboard")
    await join(world, world.bob, board, "Night Owl")
    await join(world, world.mod, board)
    first, second = options(board)
    assert (first["label"], second["label"]) == ("Night Owl", "mod")
    await world.restart()
    seen = await world.choose(world.alice, board, first["value"])
    assert seen.ephemeral
    assert text_of(seen).startswith("### Progress of Night Owl\n")
    assert "**Reviews** 2 in all" in text_of(seen)
    assert str(world.bob.id) not in str(components(seen))
    assert text_of(await world.choose(world.alice, board, second["value"])).startswith(
        f"### Progress of <@{world.mod.id}>\n"
    )


async def test_who_left_or_changed_their_name_is_not_found_by_an_old_list(world: World, practise: Practise) -> None:
    await practise(world.bob.id, NOW, guild_id=world.guild.id)
    await practise(world.mod.id, NOW, guild_id=world.guild.id, points=5)
    board = await world.bob.slash(world.general, "leaderboard")
    await join(world, world.bob, board, "Night Owl")
    await join(world, world.mod, board)
    hidden, shown = (option["value"] for option in options(board))
    await world.store.people.leave_leaderboard(world.bob.id)
    # Under a pseudonym now: the id on the old list must not tell which.
    await world.store.people.join_leaderboard(world.mod.id, pseudonym="Day Owl", account="", looks="dayowl")
    for value in (hidden, shown):
        assert "no longer on the leaderboard" in text_of(await world.choose(world.alice, board, value))


async def test_it_is_for_servers(world: World) -> None:
    with pytest.raises(SetupError):
        await world.alice.user.slash("leaderboard")


async def test_a_leaderboard_that_was_deleted_meanwhile_does_not_keep_anybody_from_joining(world: World) -> None:
    board = await world.alice.slash(world.general, "leaderboard")
    shown = await world.press(world.bob, board, "Join")
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10008)
    done = await world.bob.submit_modal(shown, {"name": "Night Owl"})
    assert "You are on the leaderboard, under the name “Night Owl”." in text_of(done.followups[0])
    assert message_of(board).id


async def test_points_of_others_do_not_move_by_a_review_without_points(world: World) -> None:
    await world.store.reviews.record(review_of(world.alice.id, "leaf-tensors", NOW, guild_id=world.guild.id, points=0))
    board = await world.alice.slash(world.general, "leaderboard")
    await join(world, world.alice, board)
    assert "Nobody here has points yet." in text_of(board)
