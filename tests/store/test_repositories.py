"""What is kept comes back, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.store import GuildSettings, Snippet, Store, VoteCounts
from bot.store.snippets import KEPT, KEPT_EACH

pytestmark = pytest.mark.asyncio

NOON = datetime(2026, 8, 1, 12, 0, 0, 123456, tzinfo=UTC)
SNOWFLAKE = 2**63 - 1


async def test_a_person_has_one_vote_per_message(store: Store) -> None:
    await store.votes.cast(1, "autograd/leaf", 10, 1)
    await store.votes.cast(1, "autograd/leaf", 10, 1)
    assert await store.votes.count("autograd/leaf") == VoteCounts(up=1, down=0)
    await store.votes.cast(1, "autograd/leaf", 10, -1)
    assert await store.votes.count("autograd/leaf") == VoteCounts(up=0, down=1)


async def test_votes_of_others_and_on_other_messages_add_up(store: Store) -> None:
    await store.votes.cast(1, "leaf", 10, 1)
    await store.votes.cast(2, "leaf", 10, -1)
    await store.votes.cast(1, "leaf", 11, 1)
    await store.votes.cast(1, "views", 12, 1)
    assert await store.votes.count("leaf") == VoteCounts(up=2, down=1)
    assert await store.votes.count_message(10) == VoteCounts(up=1, down=1)
    assert await store.votes.count("never asked") == VoteCounts(up=0, down=0)


async def test_a_vote_follows_the_answer_that_the_message_now_shows(store: Store) -> None:
    await store.votes.cast(1, "first hit", 10, -1)
    await store.votes.cast(1, "second hit", 10, 1)
    assert await store.votes.count("first hit") == VoteCounts(up=0, down=0)
    assert await store.votes.count("second hit") == VoteCounts(up=1, down=0)


@pytest.mark.parametrize("value", [0, 2, -2])
async def test_a_vote_is_up_or_down(store: Store, value: int) -> None:
    with pytest.raises(ValueError, match="1 or -1"):
        await store.votes.cast(1, "leaf", 10, value)


async def test_a_server_without_settings_has_the_defaults(store: Store) -> None:
    assert await store.guilds.get(5) == GuildSettings(guild_id=5, ask_channels=(), keep_unanswered_text=False)


async def test_a_server_keeps_its_settings_apart_from_others(store: Store) -> None:
    await store.guilds.set_ask_channels(5, (SNOWFLAKE, 7))
    await store.guilds.set_keep_unanswered_text(5, True)
    await store.guilds.set_ask_channels(6, (8,))
    await store.guilds.set_ask_channels(6, ())
    assert await store.guilds.get(5) == GuildSettings(5, ask_channels=(SNOWFLAKE, 7), keep_unanswered_text=True)
    assert await store.guilds.get(6) == GuildSettings(6)


async def test_settings_that_two_moderators_change_at_once_are_both_kept(store: Store) -> None:
    await store.guilds.set_keep_unanswered_text(5, True)
    await asyncio.gather(store.guilds.set_keep_unanswered_text(5, False), store.guilds.set_ask_channels(5, (7,)))
    assert await store.guilds.get(5) == GuildSettings(5, ask_channels=(7,), keep_unanswered_text=False)


async def test_unanswered_questions_come_newest_first_in_pages(store: Store) -> None:
    for minute in range(5):
        await store.unanswered.add(5, f"question {minute}", "unknown", NOON + timedelta(minutes=minute))
    await store.unanswered.add(6, "of another server", "unknown", NOON)
    await store.unanswered.add(None, None, "suggest", NOON)

    first = await store.unanswered.latest(5, limit=2)
    second = await store.unanswered.latest(5, limit=9, before=first[-1].id)

    assert [kept.text for kept in first] == ["question 4", "question 3"]
    assert [kept.text for kept in second] == ["question 2", "question 1", "question 0"]
    assert first[0].when == NOON + timedelta(minutes=4)
    assert first[0].verdict == "unknown"
    assert await store.unanswered.count(5) == 5


async def test_without_consent_the_question_counts_but_has_no_text(store: Store) -> None:
    await store.unanswered.add(5, None, "unknown", NOON)
    (kept,) = await store.unanswered.latest(5)
    assert kept.text is None


async def test_a_closed_question_is_off_the_list_once(store: Store) -> None:
    number = await store.unanswered.add(5, "done with", "unknown", NOON)
    stays = await store.unanswered.add(5, "stays", "unknown", NOON)
    assert await store.unanswered.close(6, number) is False, "another server's moderators cannot"
    assert await store.unanswered.close(5, number) is True
    assert await store.unanswered.close(5, number) is False
    assert await store.unanswered.close(5, 12345) is False
    assert [kept.id for kept in await store.unanswered.latest(5)] == [stays]


@pytest.mark.parametrize(
    "text", ["", "x" * 4000, "\u0000null\u0000", "lone \ud800", "🦊" * 50, "'; DROP TABLE unanswered; --", "שלום\r\n"]
)
async def test_any_text_can_be_kept(store: Store, text: str) -> None:
    await store.unanswered.add(5, text, "unknown", NOON)
    await store.conversations.remember(10, 20, 30, text, None, NOON)
    expected = text.replace("\0", "").replace("\ud800", "?")
    assert [kept.text for kept in await store.unanswered.latest(5)] == [expected]
    recalled = await store.conversations.recall(10)
    assert recalled is not None
    assert recalled.asked == expected


async def test_a_message_recalls_what_it_answers(store: Store) -> None:
    await store.conversations.remember(SNOWFLAKE, 20, 30, "why zero_grad?", "autograd/zero-grad", NOON)
    kept = await store.conversations.recall(SNOWFLAKE)
    assert kept is not None
    assert (kept.channel_id, kept.user_id, kept.asked, kept.question_id, kept.when) == (
        20, 30, "why zero_grad?", "autograd/zero-grad", NOON,
    )  # fmt: skip
    assert await store.conversations.recall(99) is None


async def test_a_message_that_shows_another_hit_recalls_that_one(store: Store) -> None:
    await store.conversations.remember(10, 20, 30, "why?", "first", NOON)
    await store.conversations.remember(10, 20, 30, "why?", "second", NOON)
    kept = await store.conversations.recall(10)
    assert kept is not None
    assert kept.question_id == "second"


async def test_the_latest_conversation_is_this_persons_in_this_channel(store: Store) -> None:
    await store.conversations.remember(11, 20, 30, "newer", None, NOON)
    await store.conversations.remember(10, 20, 30, "older", None, NOON)
    await store.conversations.remember(12, 20, 31, "someone else", None, NOON)
    await store.conversations.remember(13, 21, 30, "elsewhere", None, NOON)
    latest = await store.conversations.latest(20, 30)
    assert latest is not None
    assert latest.asked == "newer"
    assert await store.conversations.latest(22, 30) is None


async def test_a_value_is_replaced(store: Store) -> None:
    assert await store.values.get("commands") is None
    await store.values.set("commands", "hash 1")
    await store.values.set("commands", "hash 2")
    assert await store.values.get("commands") == "hash 2"


async def test_a_moment_keeps_its_instant_whatever_its_zone(store: Store) -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    await store.unanswered.add(5, "from Tokyo", "unknown", tokyo)
    (kept,) = await store.unanswered.latest(5)
    assert kept.when == NOON
    assert kept.when.utcoffset() == timedelta(0)


async def test_many_writers_at_once_all_get_through(store: Store) -> None:
    await asyncio.gather(*(store.votes.cast(user, "leaf", 10, 1) for user in range(100)))
    assert await store.votes.count("leaf") == VoteCounts(up=100, down=0)


async def test_the_code_behind_a_card_is_kept_replaced_and_forgotten(store: Store) -> None:
    await store.snippets.keep(10, 1, "first\0", NOON)
    await store.snippets.keep(10, 1, "second \ud800", NOON)
    await store.snippets.keep(11, 2, "other", NOON)
    assert await store.snippets.get(10) == Snippet(10, 1, "second ?", NOON)
    await store.snippets.forget(10, 99)
    assert await store.snippets.get(10) is None
    assert await store.snippets.get(11) is not None


async def test_code_is_kept_for_30_days_and_100_of_each_person(store: Store) -> None:
    await store.snippets.keep(1, 1, "old", NOON - KEPT)
    await store.snippets.keep(2, 2, "of another person", NOON)
    assert await store.snippets.get(1) is not None
    for number in range(KEPT_EACH):
        await store.snippets.keep(10 + number, 1, "new", NOON)
    assert await store.snippets.get(1) is None
    assert await store.snippets.get(10) is not None
    await store.snippets.keep(SNOWFLAKE, 3, "newest", NOON + KEPT + timedelta(seconds=1))
    assert await store.snippets.get(2) is None
    assert await store.snippets.get(SNOWFLAKE) is not None


async def test_conversations_are_kept_for_90_days(store: Store) -> None:
    await store.conversations.remember(1, 10, 100, "an old question", "leaf-tensors", NOON - timedelta(days=91))
    await store.conversations.remember(2, 10, 100, "a new question", "leaf-tensors", NOON - timedelta(days=89))
    await store.conversations.remember(3, 10, 100, "the newest", "leaf-tensors", NOON)
    assert await store.conversations.recall(1) is None
    assert await store.conversations.recall(2) is not None


async def test_withdrawn_consent_forgets_the_words_of_that_server(store: Store) -> None:
    for guild_id in (1, 2):
        await store.guilds.set_keep_unanswered_text(guild_id, True)
        await store.unanswered.add(guild_id, "what somebody asked", "unknown", NOON)
    await store.guilds.set_keep_unanswered_text(1, False)
    assert [one.text for one in await store.unanswered.latest(1, 5)] == [None]
    assert [one.text for one in await store.unanswered.latest(2, 5)] == ["what somebody asked"]
