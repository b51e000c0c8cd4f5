"""A planned meeting: seats, waiting list, reminders, who came, and the same again next week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.study import meeting as meetings
from bot.study.meeting import (
    IDLE_WEEKS,
    MOST_SIGN_UPS,
    OFFER,
    SHOW_UP,
    TOO_LATE,
    Meeting,
    News,
    Plan,
    Step,
    cancel,
    every_week,
    follow_event,
    here,
    join,
    leave,
    move,
    remind,
    restore,
)
from bot.study.meeting_clock import next_due, still_true, tick
from bot.study.when import at_wall
from bot.study.zones import zone_of

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
START = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOST, BOB, CAROL, DAVE = 1, 2, 3, 4


def planned(*others: int, seats: int = 3, now: datetime = NOW, **changes: Any) -> Meeting:  # noqa: ANN401
    fresh = Meeting(
        id="m0",
        guild_id=10,
        channel_id=20,
        host_id=HOST,
        plan=Plan(seats=seats),
        starts_at=START,
        wall=datetime.fromisoformat("2026-11-27 19:30"),
        zone="Europe/Berlin",
    )
    made = meetings.plan(replace(fresh, **changes), [HOST], now)
    for user_id in others:
        made = join(made, user_id).meeting
    return made


def tells(step: Step) -> dict[int, str]:
    return {news.user_id: news.what for news in step.news}


def seats(meeting: Meeting) -> list[int]:
    return [sign_up.user_id for sign_up in meeting.at("seat")]


def waiting(meeting: Meeting) -> list[int]:
    return [sign_up.user_id for sign_up in meeting.at("waiting")]


def ticked(meeting: Meeting, now: datetime) -> Step:
    return tick(meeting, now, "m1")


def gathering(*others: int, present: tuple[int, ...] = (), **changes: Any) -> Meeting:  # noqa: ANN401
    """At the time, with these people there."""
    meeting = ticked(replace(planned(*others, **changes), reminded=2), START).meeting
    for user_id in present:
        meeting = here(meeting, user_id).meeting
    return meeting


# --------------------------------------------------------------------------------- before the time


def test_the_first_have_seats_and_the_others_wait_in_their_order() -> None:
    meeting = planned(BOB, CAROL, DAVE, 5)
    assert (seats(meeting), waiting(meeting)) == ([HOST, BOB, CAROL], [DAVE, 5])
    assert join(meeting, 6).outcome == "waiting"
    assert join(planned(BOB), CAROL).outcome == "in"
    assert join(meeting, BOB) == Step(meeting, "already")
    assert join(meeting, DAVE) == Step(meeting, "already")


def test_a_waiting_list_is_as_long_as_a_card_has_room_for() -> None:
    meeting = planned(*range(2, MOST_SIGN_UPS + 1))
    assert join(meeting, 99) == Step(meeting, "full")
    assert join(leave(meeting, 7, NOW).meeting, 99).outcome == "waiting"


def test_who_waits_longest_gets_a_seat_that_becomes_free() -> None:
    step = leave(planned(BOB, CAROL, DAVE, 5), BOB, NOW)
    assert step.outcome == "left"
    assert (seats(step.meeting), waiting(step.meeting)) == ([HOST, CAROL, DAVE], [5])
    assert tells(step) == {DAVE: "seat"}


def test_who_leaves_the_waiting_list_moves_nobody() -> None:
    step = leave(planned(BOB, CAROL, DAVE, 5), DAVE, NOW)
    assert (seats(step.meeting), waiting(step.meeting)) == ([HOST, BOB, CAROL], [5])
    assert not step.news
    assert leave(step.meeting, DAVE, NOW).outcome == "none"


def test_when_the_host_leaves_who_came_next_hosts() -> None:
    step = leave(planned(BOB, CAROL), HOST, NOW)
    assert step.meeting.host_id == BOB
    assert tells(step) == {BOB: "host"}


def test_when_everybody_leaves_the_meeting_stays_open_until_its_time() -> None:
    step = leave(planned(), HOST, NOW)
    assert (step.meeting.sign_ups, step.meeting.status, step.meeting.host_id) == ((), "planned", HOST)
    assert join(step.meeting, CAROL).outcome == "in"
    assert ticked(replace(step.meeting, reminded=2), START).meeting.status == "short"


def test_people_are_reminded_twice_and_only_if_they_want_it() -> None:
    meeting = remind(planned(BOB, CAROL), BOB, False).meeting
    assert next_due(meeting) == START - 60 * MINUTE
    assert ticked(meeting, START - 61 * MINUTE) == Step(meeting)
    hour = ticked(meeting, START - 60 * MINUTE)
    assert tells(hour) == {HOST: "hour", CAROL: "hour"}
    assert next_due(hour.meeting) == START - 10 * MINUTE
    assert ticked(hour.meeting, START - 50 * MINUTE) == Step(hour.meeting)
    meeting = remind(hour.meeting, BOB, True).meeting
    soon = ticked(meeting, START - 10 * MINUTE)
    assert tells(soon) == {HOST: "soon", BOB: "soon", CAROL: "soon"}
    assert next_due(soon.meeting) == START
    assert remind(meeting, 99, False).outcome == "none"


def test_a_bot_that_was_away_reminds_once_and_of_what_is_next() -> None:
    late = ticked(planned(BOB), START - 5 * MINUTE)
    assert tells(late) == {HOST: "soon", BOB: "soon"}
    assert next_due(late.meeting) == START


def test_reminders_that_came_too_late_to_be_of_use_are_left_out() -> None:
    assert next_due(planned(now=START - 30 * MINUTE)) == START - 10 * MINUTE
    assert next_due(planned(now=START - 10 * MINUTE)) == START


def test_a_cancelled_meeting_can_be_restored_with_everybody() -> None:
    step = cancel(planned(BOB), HOST)
    assert (step.meeting.status, step.meeting.cancelled_by, step.event) == ("cancelled", HOST, True)
    assert tells(step) == {BOB: "cancelled"}
    assert join(step.meeting, CAROL).outcome == "over"
    assert next_due(step.meeting) is None
    back = restore(step.meeting, HOST, NOW)
    assert (back.meeting.status, seats(back.meeting), back.event) == ("planned", [HOST, BOB], True)
    assert tells(back) == {BOB: "restored"}
    assert restore(step.meeting, HOST, START).outcome == "over"
    assert restore(back.meeting, HOST, NOW).outcome == "over"


def test_an_event_that_is_deleted_in_discord_cancels_and_is_not_deleted_again() -> None:
    step = cancel(planned(BOB, event_id=77), None, event_gone=True)
    assert (step.meeting.status, step.meeting.event_id, step.event) == ("cancelled", None, False)
    assert tells(step) == {HOST: "cancelled", BOB: "cancelled"}
    assert cancel(planned(event_id=77), HOST).meeting.event_id == 77


def test_a_meeting_that_moves_takes_everybody_along() -> None:
    meeting = replace(planned(BOB, CAROL, DAVE), reminded=2)
    there = START + timedelta(days=1)
    step = move(meeting, there, HOST, NOW)
    assert (step.meeting.starts_at, step.meeting.reminded, step.meeting.moves) == (there, 0, 1)
    assert tells(step) == {BOB: "moved", CAROL: "moved", DAVE: "moved"}
    assert step.event
    assert step.meeting.moved
    assert move(step.meeting, there, None, NOW).outcome == "already"
    assert move(meeting, NOW, HOST, NOW).outcome == "over"
    assert tells(move(meeting, there, None, NOW)) == {HOST: "moved", BOB: "moved", CAROL: "moved", DAVE: "moved"}


def test_an_event_is_followed_only_where_people_moved_it() -> None:
    meeting = planned(BOB, event_id=7, event_at=START)
    there = START + timedelta(hours=3)
    step = follow_event(meeting, there, NOW)
    assert (step.meeting.starts_at, step.meeting.event_at) == (there, there)
    assert tells(step) == {HOST: "moved", BOB: "moved"}
    # Moved here, while the event in Discord has not caught up: somebody who edits its description moves nothing.
    ahead = move(meeting, there, HOST, NOW).meeting
    assert follow_event(ahead, START, NOW) == Step(ahead, "already")
    assert follow_event(meeting, NOW, NOW).meeting.starts_at == START


# ------------------------------------------------------------------------------------- at the time


def test_at_the_time_the_lobby_opens_for_those_with_seats() -> None:
    step = ticked(replace(planned(BOB, CAROL, DAVE), reminded=2), START)
    assert step.meeting.status == "gathering"
    assert step.lobby
    assert tells(step) == {HOST: "now", BOB: "now", CAROL: "now"}
    assert next_due(step.meeting) == START + SHOW_UP


def test_a_seat_that_somebody_left_by_having_everything_deleted_is_filled() -> None:
    meeting = planned(BOB, CAROL, DAVE)
    gone = replace(meeting, sign_ups=meeting.sign_ups[1:], reminded=2)
    assert seats(ticked(gone, START).meeting) == [BOB, CAROL, DAVE]


def test_all_there_and_it_has_started() -> None:
    step = ticked(gathering(BOB, CAROL, DAVE, present=(HOST, BOB, CAROL)), START + SHOW_UP)
    assert (step.meeting.status, seats(step.meeting), waiting(step.meeting)) == ("started", [HOST, BOB, CAROL], [DAVE])
    assert next_due(step.meeting) is None
    assert here(step.meeting, DAVE).outcome == "over"


def test_seats_of_the_absent_are_offered_in_the_order_of_the_waiting_list() -> None:
    meeting = gathering(BOB, CAROL, DAVE, 5, 6, present=(HOST,))
    step = ticked(meeting, START + SHOW_UP)
    assert tells(step) == {DAVE: "offer", 5: "offer"}
    assert seats(step.meeting) == [HOST]
    assert waiting(step.meeting) == [6]
    assert next_due(step.meeting) == START + SHOW_UP + OFFER
    taken = here(step.meeting, 5)
    assert (taken.outcome, taken.lobby, seats(taken.meeting)) == ("here", True, [HOST, 5])
    passed = ticked(taken.meeting, START + SHOW_UP + OFFER)
    assert tells(passed) == {6: "offer"}
    done = ticked(passed.meeting, START + SHOW_UP + 2 * OFFER)
    assert (done.meeting.status, seats(done.meeting)) == ("started", [HOST, 5])


def test_who_is_late_gets_the_seat_back_while_nobody_has_it() -> None:
    meeting = ticked(gathering(BOB, CAROL, DAVE, present=(HOST, BOB)), START + SHOW_UP).meeting
    assert here(meeting, CAROL).outcome == "taken"
    assert here(meeting, DAVE).outcome == "here"
    meeting = ticked(gathering(BOB, CAROL, DAVE, 5, present=(HOST,)), START + SHOW_UP).meeting
    assert len(meeting.at("offered")) == 2
    freed = leave(leave(meeting, DAVE, START + SHOW_UP).meeting, 5, START + SHOW_UP).meeting
    back = here(freed, BOB)
    assert (back.outcome, back.lobby, seats(back.meeting)) == ("here", True, [HOST, BOB])


def test_a_seat_that_is_left_while_people_gather_is_offered_at_once() -> None:
    step = leave(gathering(BOB, CAROL, DAVE, present=(HOST, BOB)), CAROL, START + MINUTE)
    assert tells(step) == {DAVE: "offer"}
    # Nobody is hurried: the offer stands for its full time, and the others' five minutes stay as they are.
    assert next_due(step.meeting) == START + SHOW_UP
    assert here(step.meeting, DAVE).outcome == "here"


def test_somebody_who_comes_by_takes_a_free_seat() -> None:
    step = join(gathering(BOB), 9)
    assert (step.outcome, step.lobby, step.meeting.sign_ups[-1].here) == ("in", True, True)
    assert join(gathering(BOB, CAROL), 9).outcome == "waiting"


def test_here_means_nothing_to_others_and_at_other_times() -> None:
    meeting = gathering(BOB, CAROL, DAVE)
    assert here(meeting, DAVE).outcome == "waiting"
    assert here(meeting, 9).outcome == "none"
    assert here(planned(BOB), BOB).outcome == "early"
    assert here(here(meeting, BOB).meeting, BOB).outcome == "here"


def test_too_few_is_told_to_those_who_came() -> None:
    alone = ticked(replace(planned(), reminded=2), START)
    assert (alone.meeting.status, tells(alone), alone.lobby) == ("short", {HOST: "short"}, False)
    assert alone.event
    left = ticked(gathering(BOB, CAROL, present=(BOB,)), START + SHOW_UP)
    assert (left.meeting.status, tells(left)) == ("short", {BOB: "short"})
    again = move(left.meeting, START + timedelta(hours=2), BOB, START + SHOW_UP)
    assert (again.meeting.status, seats(again.meeting)) == ("planned", [HOST, BOB, CAROL])
    assert not any(sign_up.here for sign_up in again.meeting.sign_ups)


def test_a_bot_that_was_away_for_long_calls_nobody_together() -> None:
    step = ticked(replace(planned(BOB), reminded=2), START + TOO_LATE + MINUTE)
    assert (step.meeting.status, step.news, step.lobby) == ("missed", (), False)
    assert move(step.meeting, START + timedelta(days=1), HOST, START + timedelta(hours=1)).meeting.status == "planned"


# ---------------------------------------------------------------------------------------- two alone


def test_nobody_joins_two_who_were_matched() -> None:
    meeting = meetings.plan(replace(planned(seats=2), pair=True), [HOST, BOB], NOW)
    assert join(meeting, CAROL).outcome == "closed"
    step = leave(meeting, BOB, NOW)
    assert (step.outcome, step.meeting.status, tells(step)) == ("left", "cancelled", {HOST: "cancelled"})


# --------------------------------------------------------------------------------------- every week


def weekly(*others: int, **changes: Any) -> Meeting:  # noqa: ANN401
    return planned(*others, weekly=True, **changes)


def test_next_weeks_meeting_is_made_when_this_one_has_begun() -> None:
    meeting = every_week(gathering(BOB, CAROL, weekly=True, present=(HOST, BOB, CAROL)), CAROL, True).meeting
    step = ticked(meeting, START + SHOW_UP)
    following = step.following
    assert following
    assert (following.id, following.series, following.number) == ("m1", "m0", 1)
    assert following.starts_at == START + timedelta(weeks=1)
    assert seats(following) == [HOST, CAROL], "whoever comes every week, and the host of a weekly meeting does"
    assert all(not sign_up.here and sign_up.every_week for sign_up in following.sign_ups)
    assert (following.message_id, following.event_id, following.status) == (None, None, "planned")
    assert step.meeting.followed
    assert ticked(step.meeting, START + timedelta(days=1)) == Step(step.meeting)


def test_next_week_is_as_late_on_the_clocks_when_those_change() -> None:
    wall = datetime.fromisoformat("2027-03-26 19:30")
    start = at_wall(wall, "Europe/Berlin").at
    meeting = replace(weekly(BOB), wall=wall, starts_at=start, reminded=2)
    begun = here(here(ticked(meeting, start).meeting, HOST).meeting, BOB).meeting
    following = ticked(begun, start + SHOW_UP).following
    assert following
    assert following.starts_at - start == timedelta(weeks=1) - timedelta(hours=1)
    assert f"{following.starts_at.astimezone(zone_of('Europe/Berlin')):%a %H:%M}" == "Fri 19:30"


def test_one_week_that_was_moved_leaves_the_next_where_it_was() -> None:
    moved = move(weekly(BOB), START + timedelta(hours=20), HOST, NOW).meeting
    short = ticked(replace(leave(moved, BOB, NOW).meeting, reminded=2), moved.starts_at)
    assert short.following
    assert short.following.starts_at == START + timedelta(weeks=1)
    assert not short.following.moved


def test_a_cancelled_week_is_followed_at_its_time() -> None:
    off = cancel(weekly(BOB), HOST).meeting
    assert next_due(off) == START
    step = ticked(off, START)
    assert step.following
    assert step.following.status == "planned"
    assert next_due(step.meeting) is None


def test_a_cancelled_series_is_not_followed() -> None:
    assert next_due(cancel(weekly(BOB), HOST, series=True).meeting) is None
    off = cancel(weekly(BOB), None).meeting
    assert next_due(cancel(off, HOST, series=True).meeting) is None


def test_weeks_that_passed_while_the_bot_was_away_are_left_out() -> None:
    step = ticked(replace(weekly(BOB), reminded=2), START + timedelta(days=15))
    assert step.following
    assert step.following.starts_at == START + timedelta(weeks=3)
    assert step.following.number == 3


def test_three_idle_weeks_end_the_series() -> None:
    meeting: Meeting | None = weekly()
    for week in range(IDLE_WEEKS):
        assert meeting, f"week {week}"
        step = ticked(replace(meeting, reminded=2), meeting.starts_at)
        assert step.meeting.status == "short"
        meeting = step.following
    assert meeting is None
    assert not step.meeting.weekly


# --------------------------------------------------------------------------------------------- news


def test_news_that_are_out_of_date_are_not_told() -> None:
    meeting = planned(BOB)
    assert still_true(meeting, News(BOB, "soon"), START - MINUTE)
    assert not still_true(meeting, News(BOB, "soon"), START)
    assert not still_true(remind(meeting, BOB, False).meeting, News(BOB, "soon"), START - MINUTE)
    assert not still_true(leave(meeting, BOB, NOW).meeting, News(BOB, "hour"), NOW)
    assert still_true(cancel(meeting, HOST).meeting, News(BOB, "cancelled"), NOW)
    assert not still_true(restore(cancel(meeting, HOST).meeting, HOST, NOW).meeting, News(BOB, "cancelled"), NOW)
    assert not still_true(cancel(meeting, HOST).meeting, News(BOB, "moved"), NOW)
    assert still_true(gathering(BOB), News(BOB, "now"), START)
    assert not still_true(gathering(BOB, present=(BOB,)), News(BOB, "now"), START)
    assert not still_true(gathering(BOB), News(BOB, "offer"), START)


# --------------------------------------------------------------------------------------- properties

PEOPLE = st.integers(1, 8)
THINGS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["join", "leave", "here", "every week"]), PEOPLE),
        st.tuples(st.just("wait"), st.integers(1, 120)),
        st.tuples(st.sampled_from(["cancel", "restore", "move"]), PEOPLE),
    ),
    max_size=30,
)


@given(things=THINGS, seats=st.integers(2, 4), repeats=st.booleans())
def test_whatever_happens_seats_are_never_given_twice(things: list[tuple[str, int]], seats: int, repeats: bool) -> None:
    now = START - 100 * MINUTE
    meeting = planned(seats=seats, weekly=repeats, now=now)
    for what, who in things:
        step = {
            "join": lambda: join(meeting, who),  # noqa: B023
            "leave": lambda: leave(meeting, who, now),  # noqa: B023
            "here": lambda: here(meeting, who),  # noqa: B023
            "every week": lambda: every_week(meeting, who, True),  # noqa: B023
            "cancel": lambda: cancel(meeting, who),  # noqa: B023
            "restore": lambda: restore(meeting, who, now),  # noqa: B023
            "move": lambda: move(meeting, now + 30 * MINUTE, who, now),  # noqa: B023
            "wait": lambda: Step(meeting),  # noqa: B023
        }[what]()
        if what == "wait":
            now += who * MINUTE
            while (due := next_due(step.meeting)) and due <= now:
                before = step.meeting
                step = ticked(before, now)
                assert step.meeting != before, "what is due is done, or it would be due for ever"
        meeting = step.meeting
        assert len(meeting.at("seat", "offered")) <= seats
        assert len({sign_up.user_id for sign_up in meeting.sign_ups}) == len(meeting.sign_ups)
        assert not (meeting.at("waiting") and meeting.free), "nobody waits beside a free seat"
        assert all((sign_up.place == "offered") == (sign_up.until is not None) for sign_up in meeting.sign_ups)
        if meeting.status == "started":
            assert len(meeting.at("seat")) >= 2
