"""/review reminder, and what the clock sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import discord
import pytest

from bot.store import Person, Timer
from bot.study.memory import Rating
from bot.study.reminders import MOST_REFUSED
from tests.discord.review.helpers import DAY, HOUR, MINUTE, Learning, about
from tests.discord.world import labels, message_of, text_of

GOOD = Rating.GOOD
DM = "/channels/*/messages"


async def remind(learning: Learning, **options: str) -> str:
    """`/review reminder`, and what it says."""
    shown = await learning.alice.slash(learning.world.general, "review reminder", **options)
    assert shown.ephemeral
    return text_of(shown)


def received(learning: Learning) -> list[discord.Message]:
    """Alice's direct messages."""
    return learning.alice.user.dm_channel.history()


def refuse(learning: Learning, times: int) -> None:
    """Have Discord refuse the next direct messages."""
    learning.world.env.inject_error("POST", DM, status=403, code=50007, message="Cannot send", times=times)


async def planned(learning: Learning) -> datetime | None:
    return await learning.store.timers.next_due()


async def test_a_reminder_comes_at_the_persons_own_time_every_day_that_something_is_due(learning: Learning) -> None:
    await learning.met(GOOD, number=0)
    await learning.met(GOOD, number=1)
    said = await remind(learning, time="8:30", timezone="Europe/Berlin")
    assert "at 08:30 in Europe/Berlin" in said
    assert received(learning) == []
    await learning.time.reach(7, 29)
    assert received(learning) == []
    await learning.time.reach(7, 31)
    (message,) = received(learning)
    assert "2 questions due" in text_of(message)
    assert labels(message) == ["Review now", "Turn off"]
    for day in range(2, 4):
        await learning.time.pass_(DAY)
        assert len(received(learning)) == day


async def test_nothing_due_is_no_reason_to_write(learning: Learning) -> None:
    await learning.met(GOOD, ago=timedelta(0))
    await remind(learning, time="08:30", timezone="UTC")
    await learning.time.reach(8, 31)
    assert received(learning) == []
    await learning.time.pass_(DAY)
    assert received(learning) == []
    await learning.time.pass_(DAY)
    assert len(received(learning)) == 1, "two days later it is due"


async def test_local_time_stays_when_clocks_change(learning: Learning) -> None:
    await learning.met(GOOD)
    berlin = ZoneInfo("Europe/Berlin")
    await learning.time.pass_(datetime(2026, 3, 28, 12, tzinfo=berlin) - learning.time.now())
    await remind(learning, time="08:30", timezone="Europe/Berlin")
    for expected in ("2026-03-29T08:30:00+02:00", "2026-03-30T08:30:00+02:00"):
        due = await planned(learning)
        assert due is not None
        assert due.astimezone(berlin).isoformat() == expected
        await learning.time.pass_(due - learning.time.now())
    assert len(received(learning)) == 2


async def test_the_reminders_button_begins_the_review_right_there(learning: Learning) -> None:
    question = await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    await learning.time.reach(8, 31)
    await learning.world.restart()
    user = learning.alice.user
    (message,) = received(learning)
    await user.click(message, label="Review now")
    (message,) = received(learning)
    assert about(message, question)
    await user.click(message, label="Show answer")
    await user.click(
        received(learning)[0], label=next(each for each in labels(received(learning)[0]) if "Good" in each)
    )
    assert (await learning.card(question)).reviews == 2
    assert "Done for now" in text_of(received(learning)[0])
    assert len(received(learning)) == 1


async def test_the_reminders_button_turns_it_off(learning: Learning) -> None:
    await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    await learning.time.reach(8, 31)
    await learning.alice.user.click(received(learning)[0], label="Turn off")
    assert "Reminders are off" in text_of(received(learning)[0])
    assert await planned(learning) is None
    await learning.time.pass_(2 * DAY)
    assert len(received(learning)) == 1


async def test_quiet_days_have_no_reminder(learning: Learning) -> None:
    await learning.met(GOOD)
    # 1 January 2026 was a Thursday.
    said = await remind(learning, time="08:30", timezone="UTC", quiet_days="fri, sat")
    assert "but not on Friday and Saturday" in said
    counts = []
    await learning.time.reach(8, 31)
    for _ in range(5):
        counts.append(len(received(learning)))
        await learning.time.pass_(DAY)
    assert counts == [1, 1, 1, 2, 3]


async def test_what_is_left_out_stays_as_it_was(learning: Learning) -> None:
    assert "Which time zone are you in?" in await remind(learning, time="08:30")
    assert "You have no reminder" in await remind(learning)
    await learning.store.people.keep(Person(learning.alice.id, "Asia/Tokyo", on_leaderboard=True, pseudonym="Al"))
    assert "at 08:30 in Asia/Tokyo" in await remind(learning, time="08:30")
    assert "at 08:30 in Asia/Tokyo, but not on Sunday" in await remind(learning, quiet_days="sun")
    assert "at 20:00 in Asia/Tokyo, but not on Sunday" in await remind(learning, time="8 pm")
    assert "at 20:00 in Europe/Paris, but not on Sunday" in await remind(learning, timezone="Toulouse")
    assert "at 20:00 in Europe/Paris, but not on Sunday" in await remind(learning)
    person = await learning.store.people.get(learning.alice.id)
    assert person == Person(learning.alice.id, "Europe/Paris", 1200, (6,), True, "Al")
    assert "Reminders are off" in await remind(learning, time="off")
    assert await planned(learning) is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time": "25:00", "timezone": "UTC"}, "I cannot read that time"),
        ({"time": "08:30", "timezone": "Atlantis"}, "I know no such time zone"),
        ({"time": "08:30", "timezone": "UTC", "quiet_days": "someday"}, "I cannot read those days"),
    ],
)
async def test_what_cannot_be_read_is_said_and_changes_nothing(
    learning: Learning, options: dict[str, str], said: str
) -> None:
    assert said in await remind(learning, **options)
    assert await planned(learning) is None
    assert await learning.store.people.get(learning.alice.id) == Person(learning.alice.id)


async def test_lists_come_up_while_somebody_types(learning: Learning) -> None:
    async def offered(option: str, typed: str) -> list[str]:
        choices = await learning.alice.autocomplete(learning.world.general, "review reminder", option, typed)
        return [str(choice["value"]) for choice in choices]

    assert await offered("timezone", "mumb") == ["Asia/Kolkata"]
    assert "Europe/Berlin" in await offered("timezone", "")
    assert await offered("time", "8 pm") == ["20:00"]
    assert "off" in await offered("time", "")
    assert await offered("quiet_days", "sat,sun") == ["Saturday and Sunday"]
    assert "none" in await offered("quiet_days", "")


async def test_after_hours_of_absence_one_reminder_is_sent(learning: Learning) -> None:
    await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    await learning.time.pass_(timedelta(hours=14))
    assert len(received(learning)) == 1, "5 h 30 late"
    await learning.time.pass_(5 * DAY)
    assert len(received(learning)) == 2, "several were missed"
    await learning.time.reach(8, 29)
    assert len(received(learning)) == 2
    await learning.time.pass_(7 * HOUR)
    assert len(received(learning)) == 2, "more than six hours late: the next one comes tomorrow"
    due = await planned(learning)
    assert due is not None
    assert (due.hour, due.minute, due - learning.time.now() < DAY) == (8, 30, True)


async def test_who_moves_is_reminded_by_the_new_clocks(learning: Learning) -> None:
    await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    person = await learning.store.people.get(learning.alice.id)
    await learning.store.people.keep(Person(person.user_id, "America/New_York", person.reminder_minute))
    await learning.time.reach(8, 31)
    assert received(learning) == [], "it is the middle of the night there"
    await learning.time.reach(13, 31)
    assert len(received(learning)) == 1


async def test_closed_direct_messages_turn_it_off_and_are_told_at_the_next_review(learning: Learning) -> None:
    question = await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    refuse(learning, MOST_REFUSED)
    await learning.time.reach(8, 31)
    for _ in range(MOST_REFUSED - 1):
        assert (await learning.store.people.get(learning.alice.id)).reminder_minute is not None
        assert "reminders are off" not in text_of(await learning.start())
        await learning.time.pass_(DAY)
    assert (await learning.store.people.get(learning.alice.id)).reminder_minute is None
    assert await planned(learning) is None
    assert received(learning) == []
    seen = await learning.start()
    assert "Your reminders are off: Discord refused my direct messages" in text_of(seen)
    assert about(seen, question)
    assert "reminders are off" not in text_of(await learning.start()), "once is enough"


async def test_an_open_door_in_between_begins_the_count_anew(learning: Learning) -> None:
    await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    for _ in range(2):
        learning.world.env.inject_error(
            "POST", DM, status=403, code=50007, message="Cannot send", times=MOST_REFUSED - 1
        )
        await learning.time.reach(8, 31)
        for _ in range(MOST_REFUSED - 1):
            await learning.time.pass_(DAY)
        await learning.time.reach(8, 0)
    assert len(received(learning)) == 2
    assert (await learning.store.people.get(learning.alice.id)).reminder_minute is not None


async def test_discord_failing_for_a_while_delays_it(learning: Learning) -> None:
    await learning.met(GOOD)
    await remind(learning, time="08:30", timezone="UTC")
    learning.world.env.inject_error("POST", DM, status=400, code=1, message="strange", times=2)
    await learning.time.reach(8, 30)
    assert received(learning) == []
    for _ in range(3):
        await learning.time.pass_(MINUTE)
    assert len(received(learning)) == 1


async def test_a_timer_that_runs_twice_after_it_was_turned_off_writes_nothing(learning: Learning) -> None:
    await learning.met(GOOD)
    now = learning.time.now()
    timer = Timer("reminder", str(learning.alice.id), now, {}, "lease", 2)
    await learning.world.env.bot.reminding.fire(timer)  # type: ignore[attr-defined]
    assert received(learning) == []
    assert await planned(learning) is None


async def test_the_streak_is_in_the_reminder(learning: Learning) -> None:
    await learning.met(GOOD, number=0)
    await learning.met(GOOD, number=1, ago=DAY)
    await learning.met(GOOD, number=2, ago=2 * DAY)
    await remind(learning, time="08:30", timezone="UTC")
    await learning.time.reach(8, 31)
    assert "practised 2 days in a row" in text_of(message_of(received(learning)[0]))
