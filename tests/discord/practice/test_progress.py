"""/progress and /timezone."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from simcord.results import InteractionResult

from bot.store import Person
from knowledge.tutor import Tutor
from tests.discord.practice.conftest import NOW
from tests.discord.practice.helpers import Practise, review_of
from tests.discord.world import World, components, message_of, text_of

DAY = timedelta(days=1)


async def picture(seen: InteractionResult) -> Image.Image:
    """The only attachment, which must be a picture."""
    (file,) = message_of(seen).attachments
    assert file.filename == "progress.png"
    image = Image.open(io.BytesIO(await file.read()))
    image.load()
    return image


async def test_who_has_not_begun_learns_how(world: World) -> None:
    seen = await world.alice.slash(world.general, "progress")
    assert seen.ephemeral
    assert "Nothing to show yet" in text_of(seen)
    assert "/help" in text_of(seen)
    assert not message_of(seen).attachments


async def test_ones_own_progress_is_a_picture_and_says_the_same_in_words(
    world: World, practise: Practise, tutor: Tutor
) -> None:
    await practise(world.alice.id, *(NOW - DAY * back for back in (40, 3, 2, 1)))
    seen = await world.alice.slash(world.general, "progress")
    assert seen.ephemeral
    words = text_of(seen)
    assert words.startswith("### Your progress\n")
    assert "**Streak** 3 days in a row, the longest of the last year has 3 days; it goes on when you practise" in words
    assert "**Reviews** 4 in all, 2 this week, on 4 days of the last year" in words
    assert f"**Questions** 4 of {len(tutor.corpus.questions)} met, 0 mastered" in words
    assert "1 in Jul 2026, 3 in Aug 2026" in words
    assert "due now" in words
    assert "Days begin at midnight in `UTC`; `/timezone` changes that." in words
    image = await picture(seen)
    assert image.format == "PNG"
    assert image.size == (1200, 960)
    (gallery,) = [part for part in components(seen) if part["type"] == 12]
    (item,) = gallery["items"]
    assert item["media"]["url"].endswith("progress.png")
    (file,) = message_of(seen).attachments
    for description in (item["description"], file.description):
        assert "Streak: 3 days in a row" in str(description)
        assert "Topics: " in str(description)


async def test_two_histories_look_different_and_the_same_one_the_same(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW - DAY)
    first = await picture(await world.alice.slash(world.general, "progress"))
    again = await picture(await world.alice.slash(world.general, "progress"))
    await practise(world.alice.id, NOW)
    later = await picture(await world.alice.slash(world.general, "progress"))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != later.tobytes()


async def test_a_streak_goes_on_beyond_the_year_that_is_shown(world: World, practise: Practise) -> None:
    await practise(world.alice.id, *(NOW - DAY * back for back in range(800)))
    seen = text_of(await world.alice.slash(world.general, "progress"))
    assert "**Streak** 800 days in a row, the longest of the last year has 800 days\n" in seen


async def test_quiet_days_do_not_break_a_streak_nor_keep_it_for_ever(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW - DAY * 9, NOW - DAY * 6, NOW - DAY * 2, NOW)
    await world.store.people.keep(Person(world.alice.id, quiet_days=(0, 1, 2, 3, 4, 5, 6)))
    assert "**Streak** 4 days in a row" in text_of(await world.alice.slash(world.general, "progress"))
    await world.store.people.keep(Person(world.alice.id, quiet_days=(1, 5, 6)))
    seen = text_of(await world.alice.slash(world.general, "progress"))
    assert "**Streak** 2 days in a row, the longest of the last year has 2 days" in seen, "Friday was not quiet"


async def test_days_are_those_of_the_persons_time_zone(world: World, practise: Practise) -> None:
    await practise(world.alice.id, datetime(2026, 8, 10, 23, 30, tzinfo=UTC), datetime(2026, 8, 12, 9, tzinfo=UTC))
    assert "**Streak** 1 day in a row" in text_of(await world.alice.slash(world.general, "progress"))
    done = await world.alice.slash(world.general, "timezone", name="Berlin")
    assert done.ephemeral
    assert "Your time zone is now `Europe/Berlin`, where it is 11:30." in text_of(done)
    await world.restart()
    seen = text_of(await world.alice.slash(world.general, "progress"))
    assert "**Streak** 2 days in a row" in seen
    assert "midnight in `Europe/Berlin`" in seen


async def test_questions_that_are_gone_are_not_counted_among_those_that_are_there(world: World) -> None:
    await world.store.reviews.record(review_of(world.alice.id, "a-question-of-long-ago", NOW - DAY))
    seen = text_of(await world.alice.slash(world.general, "progress"))
    assert "**Reviews** 1 in all" in seen
    assert "**Questions** 0 of" in seen
    assert "what you have met: none" in seen


async def test_it_works_in_direct_messages(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW)
    seen = await world.alice.user.slash("progress")
    assert text_of(seen).startswith("### Your progress\n")


@pytest.mark.parametrize("status", [400, 403, 413])
async def test_where_the_picture_is_refused_the_words_are_there(world: World, practise: Practise, status: int) -> None:
    await practise(world.alice.id, NOW)
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=status, code=50013)
    seen = await world.alice.slash(world.general, "progress")
    assert "**Streak** 1 day in a row" in text_of(seen)
    assert not message_of(seen).attachments
    assert not [part for part in components(seen) if part["type"] == 12]


# ---------------------------------------------------------------------------------------------- of others


async def test_others_are_shown_only_when_they_joined_the_leaderboard_under_their_own_name(
    world: World, practise: Practise
) -> None:
    await practise(world.bob.id, NOW)
    hidden = text_of(await world.alice.slash(world.general, "progress", member=world.bob))
    assert hidden.startswith("### Not shown\n")

    await world.store.people.join_leaderboard(world.bob.id, pseudonym="Night Owl", account="bob", looks="nlghtowl")
    assert text_of(await world.alice.slash(world.general, "progress", member=world.bob)) == hidden, (
        "nothing tells that they are there under another name"
    )

    await world.store.people.join_leaderboard(world.bob.id, pseudonym=None, account="bob", looks="bob")
    seen = await world.alice.slash(world.general, "progress", member=world.bob)
    assert seen.ephemeral
    assert text_of(seen).startswith(f"### Progress of <@{world.bob.id}>\n")
    assert "**Reviews** 1 in all" in text_of(seen)
    assert "/timezone" not in text_of(seen)
    assert (await picture(seen)).size == (1200, 960)

    await world.store.people.leave_leaderboard(world.bob.id)
    assert text_of(await world.alice.slash(world.general, "progress", member=world.bob)) == hidden


async def test_somebody_listed_who_has_done_nothing(world: World) -> None:
    await world.store.people.join_leaderboard(world.bob.id, pseudonym=None, account="bob", looks="bob")
    seen = text_of(await world.alice.slash(world.general, "progress", member=world.bob))
    assert "They have not answered any question so far." in seen


async def test_asking_for_oneself_is_asking_without_a_name(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW)
    seen = text_of(await world.alice.slash(world.general, "progress", member=world.alice))
    assert seen.startswith("### Your progress\n")


# ---------------------------------------------------------------------------------------------- /timezone


async def test_zones_are_offered_while_typing_with_their_time(world: World) -> None:
    offered = await world.alice.autocomplete(world.general, "timezone", "name", "mumb")
    assert [(choice["name"], choice["value"]) for choice in offered] == [
        ("Asia/Kolkata · 15:00 now", "Asia/Kolkata"),
    ]
    assert len(await world.alice.autocomplete(world.general, "timezone", "name", "")) == 25
    assert await world.alice.autocomplete(world.general, "timezone", "name", "x" * 100) == []


@pytest.mark.parametrize("typed", ["Germany or so", "@everyone **bold**", "../../etc/passwd", "america", "🦊"])
async def test_what_is_no_zone_is_said_and_changes_nothing(world: World, typed: str) -> None:
    await world.store.people.set_time_zone(world.alice.id, "Asia/Tokyo")
    seen = text_of(await world.alice.slash(world.general, "timezone", name=typed))
    assert "I do not know which time zone" in seen
    assert "@everyone" not in seen
    assert (await world.store.people.get(world.alice.id)).time_zone == "Asia/Tokyo"


async def test_a_name_of_several_zones_gets_them_offered(world: World) -> None:
    seen = text_of(await world.alice.slash(world.general, "timezone", name="australia"))
    assert "Did you mean `Australia/Sydney`" in seen


async def test_a_zone_that_is_known_no_longer_counts_as_utc(world: World, practise: Practise) -> None:
    await practise(world.alice.id, NOW)
    await world.store.people.set_time_zone(world.alice.id, "Atlantis/Capital")
    assert "midnight in `UTC`" in text_of(await world.alice.slash(world.general, "progress"))
