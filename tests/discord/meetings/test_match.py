"""/mock match: what one looks for, who is found, and what the two say to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.study.meeting import Meeting
from bot.study.proposal import ANSWER_WITHIN, Proposal
from tests.discord.meetings.helpers import DAY, HOUR, Meetup
from tests.discord.world import components, labels, message_of, text_of

EVENINGS = [f"{day}-evening" for day in range(7)]
FIRST = datetime(2026, 1, 1, 16, tzinfo=UTC)
"""The first evening in Berlin, from 17:00."""


async def panel(meetup: Meetup, who: MemberActor, **options: str) -> InteractionResult:
    """`/mock match`."""
    result = await who.slash(meetup.general, "mock match", **options)
    await meetup.run()
    return result


async def choose(meetup: Meetup, who: MemberActor, shown: InteractionResult, field: str, *values: object) -> None:
    custom_id = "match:avoid" if field == "avoid" else f"match:set:{field}"
    await who.select(message_of(shown), list(values), custom_id=custom_id)
    await meetup.run()


async def looks(meetup: Meetup, who: MemberActor, *avoided: MemberActor, **fields: str) -> InteractionResult:
    """Somebody with free evenings looks for a partner."""
    await meetup.live_in("Europe/Berlin", who)
    shown = await panel(meetup, who)
    await choose(meetup, who, shown, "hours", *EVENINGS)
    for field, value in fields.items():
        await choose(meetup, who, shown, field, value)
    if avoided:
        await choose(meetup, who, shown, "avoid", *avoided)
    await meetup.world.press(who, shown, "Look for a partner")
    await meetup.run()
    return shown


async def proposed(meetup: Meetup, who: MemberActor) -> Proposal:
    """The open proposal that somebody is part of."""
    wish = await meetup.store.partners.wish(meetup.world.guild.id, who.id)
    assert wish
    proposal = await meetup.store.partners.proposal(wish.proposal or "")
    assert proposal, "nothing was proposed"
    return proposal


async def met(meetup: Meetup) -> Meeting:
    """The only meeting to come."""
    (meeting,) = await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    return meeting


async def test_the_panel_is_private_and_keeps_what_is_chosen(meetup: Meetup) -> None:
    shown = await panel(meetup, meetup.alice, timezone="berlin")
    assert shown.ephemeral
    assert "You are not looking for a partner yet" in text_of(shown)
    await choose(meetup, meetup.alice, shown, "level", "senior")
    await choose(meetup, meetup.alice, shown, "topics", "autograd")
    await choose(meetup, meetup.alice, shown, "hours", "0-evening", "5-morning")
    await choose(meetup, meetup.alice, shown, "language", "de")
    await choose(meetup, meetup.alice, shown, "avoid", meetup.bob)
    await meetup.world.restart()
    again = await panel(meetup, meetup.alice)
    assert "Free hours** (Europe/Berlin): Mon 17:00–22:00; Sat 08:00–12:00" in text_of(again)
    offered = [option for part in components(again) if part["type"] == 3 for option in part["options"]]
    chosen = {option["value"] for option in offered if option.get("default")}
    assert chosen == {"senior", "autograd", "0-evening", "5-morning", "de"}
    (avoided,) = [part for part in components(again) if part["type"] == 5]
    assert [int(value["id"]) for value in avoided["default_values"]] == [meetup.bob.id]
    await choose(meetup, meetup.alice, again, "language", "any")
    await choose(meetup, meetup.alice, again, "topics")
    wish = await meetup.store.partners.wish(meetup.world.guild.id, meetup.alice.id)
    assert wish
    assert (wish.language, wish.topics, wish.level, wish.avoids) == ("", (), "senior", (meetup.bob.id,))


async def test_exact_hours_and_the_time_zone_are_typed(meetup: Meetup) -> None:
    shown = await panel(meetup, meetup.alice)
    assert "time zone not known" in text_of(shown)
    box = await meetup.world.press(meetup.alice, shown, "Time zone")
    await meetup.world.restart()
    await meetup.alice.submit_modal(box, {"typed": "new york"})
    assert "(America/New_York): none yet" in text_of(shown)
    box = await meetup.world.press(meetup.alice, shown, "Exact hours")
    await meetup.alice.submit_modal(box, {"typed": "mon-fri 18-21, sat 10-12:30"})
    assert "Mon–Fri 18:00–21:00; Sat 10:00–12:30" in text_of(shown)
    box = await meetup.world.press(meetup.alice, shown, "Exact hours")
    await meetup.alice.submit_modal(box, {"typed": "@everyone whenever"})
    assert "I did not understand those hours" in text_of(shown)
    assert "Mon–Fri 18:00–21:00" in text_of(shown), "what was there stays"
    box = await meetup.world.press(meetup.alice, shown, "Time zone")
    await meetup.alice.submit_modal(box, {"typed": "atlantis"})
    assert "I know no place of that name" in text_of(shown)


async def test_a_search_needs_hours_and_a_zone(meetup: Meetup) -> None:
    shown = await panel(meetup, meetup.alice)
    await meetup.world.press(meetup.alice, shown, "Look for a partner")
    assert "First tell me your time zone" in text_of(shown)
    await meetup.live_in("Europe/Berlin")
    await meetup.world.press(meetup.alice, shown, "Look for a partner")
    assert "First pick the hours" in text_of(shown)
    assert await meetup.store.partners.looking(meetup.world.guild.id) == 0


async def test_two_who_look_are_proposed_the_first_common_time_and_meet(meetup: Meetup) -> None:
    first = await looks(meetup, meetup.alice, topics="autograd", level="senior")
    assert "I look for somebody" in text_of(first)
    second = await looks(meetup, meetup.bob, topics="autograd")
    assert "I have found somebody" in text_of(second)
    for person, partner in ((meetup.alice, meetup.bob), (meetup.bob, meetup.alice)):
        told = meetup.told(person)
        assert f"A partner for you\n{partner.mention} · mid · 60 minutes · autograd" in told
        assert f"<t:{int(FIRST.timestamp())}:F>" in told
        assert labels(meetup.letters(person)[-1]) == ["Accept", "Other time", "Decline"]
    assert "as soon as your partner has answered" in text_of(await meetup.answer(meetup.alice, "Accept"))
    assert await meetup.store.meetings.upcoming(meetup.world.guild.id, 10) == []
    await meetup.world.restart()
    assert "It is settled" in text_of(await meetup.answer(meetup.bob, "Accept"))
    meeting = await met(meetup)
    assert (meeting.starts_at, meeting.plan.minutes, meeting.plan.seats) == (FIRST, 60, 2)
    card = await meetup.card(meeting)
    assert "Mock interview for two" in text_of(card)
    assert labels(card) == ["Leave", "Add to calendar", "Move", "Cancel"]
    assert f"You meet {meetup.bob.mention}" in meetup.told(meetup.alice)
    assert meeting.event_id in meetup.events()
    await meetup.reach(FIRST)
    assert meetup.lobby.invited[meeting.id] == [
        meeting.host_id,
        *({meetup.alice.id, meetup.bob.id} - {meeting.host_id}),
    ]


async def test_who_is_avoided_is_never_proposed_and_never_knows(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice, meetup.bob)
    shown = await looks(meetup, meetup.bob)
    assert "One other looks" in text_of(shown)
    assert meetup.letters(meetup.alice) == meetup.letters(meetup.bob) == []
    await looks(meetup, meetup.carol)
    partners = set((await proposed(meetup, meetup.carol)).people)
    assert partners in ({meetup.alice.id, meetup.carol.id}, {meetup.bob.id, meetup.carol.id})
    for channel in (meetup.general, *(person.user.dm_channel for person in (meetup.bob, meetup.carol))):
        assert not any("avoid" in text_of(message) for message in channel.history() if message.components)


async def test_to_avoid_who_was_proposed_ends_the_proposal(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    shown = await panel(meetup, meetup.alice)
    assert "I have proposed a partner to you" in text_of(shown)
    await choose(meetup, meetup.alice, shown, "avoid", meetup.bob)
    assert "Looking for a partner since" in text_of(shown)
    assert "This one did not come about" in meetup.told(meetup.bob)
    assert meetup.alice.mention not in meetup.told(meetup.bob)


async def test_a_decline_puts_both_back_without_blame(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    declined = await meetup.answer(meetup.bob, "Decline")
    assert "your partner learns only that it did not come about" in text_of(declined)
    assert "This one did not come about" in meetup.told(meetup.alice)
    assert meetup.bob.mention not in meetup.told(meetup.alice)
    await meetup.wait(2 * HOUR)
    assert len(meetup.letters(meetup.alice)) == 2, "the same two are not proposed to each other again"
    await looks(meetup, meetup.carol)
    assert meetup.carol.id in (await proposed(meetup, meetup.carol)).people
    over = await meetup.alice.user.click(meetup.letters(meetup.alice)[0], label="Accept")
    assert "This proposal is over already" in text_of(over)


async def test_another_time_is_proposed_to_the_other(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    await meetup.answer(meetup.alice, "Accept")
    times = await meetup.answer(meetup.bob, "Other time")
    assert times.ephemeral
    options = next(part["options"] for part in components(times) if part["type"] == 3)
    assert 1 < len(options) <= 25
    assert options[0]["label"].endswith("Europe/Berlin")
    await meetup.world.restart()
    await meetup.bob.user.select(message_of(times), [options[3]["value"]])
    await meetup.run()
    assert "as soon as your partner has answered" in text_of(times)
    assert "Your partner would rather meet at another time" in meetup.told(meetup.alice)
    assert f"<t:{options[3]['value']}:F>" in meetup.told(meetup.alice)
    assert "It is settled" in text_of(await meetup.answer(meetup.alice, "Accept"))
    assert int((await met(meetup)).starts_at.timestamp()) == int(options[3]["value"])


async def test_a_time_that_is_no_longer_possible_is_not_taken(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    times = await meetup.answer(meetup.bob, "Other time")
    options = next(part["options"] for part in components(times) if part["type"] == 3)
    shown = await panel(meetup, meetup.alice)
    await choose(meetup, meetup.alice, shown, "hours", "6-morning")
    await meetup.bob.user.select(message_of(times), [options[0]["value"]])
    assert "There is no other time in the next seven days" in text_of(times)
    assert (await proposed(meetup, meetup.bob)).starts_at == FIRST


async def test_who_does_not_answer_looks_no_longer(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    proposal = await proposed(meetup, meetup.bob)
    assert proposal.until < meetup.now() + ANSWER_WITHIN
    await meetup.answer(meetup.bob, "Accept")
    await meetup.reach(proposal.until)
    assert f"{meetup.alice.mention} has not answered in time. I keep looking" in meetup.told(meetup.bob)
    assert "I have not heard from you, so I look no longer" in meetup.told(meetup.alice)
    assert await meetup.store.partners.looking(meetup.world.guild.id) == 1


async def test_who_takes_no_letters_is_asked_in_the_channel(meetup: Meetup) -> None:
    meetup.close_letters(meetup.alice)
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    said = meetup.world.said()
    assert text_of(said).startswith(meetup.alice.mention)
    assert meetup.pinged() == [meetup.alice.id]
    others = await meetup.world.press(meetup.carol, said, "Accept")
    assert others.ephemeral
    assert "proposed to somebody else" in text_of(others)
    accepted = await meetup.world.press(meetup.alice, said, "Accept")
    assert accepted.ephemeral
    assert "as soon as your partner has answered" in text_of(accepted)
    await meetup.answer(meetup.bob, "Accept")
    assert (await met(meetup)).pair


async def test_not_the_same_partner_twice_in_a_row_unless_both_want_that(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    for person in (meetup.alice, meetup.bob):
        await meetup.answer(person, "Accept")
    await meetup.reach(FIRST + DAY)
    panels = [await looks(meetup, person) for person in (meetup.alice, meetup.bob)]
    await meetup.wait(2 * HOUR)
    wish = await meetup.store.partners.wish(meetup.world.guild.id, meetup.alice.id)
    assert wish
    assert (wish.looking, wish.proposal, wish.last_partner) == (True, None, meetup.bob.id)
    for person, shown in zip((meetup.alice, meetup.bob), panels, strict=True):
        await meetup.world.press(person, shown, "Same partner again: no")
        assert "Same partner again: yes" in labels(shown)
        await meetup.run()
    assert set((await proposed(meetup, meetup.alice)).people) == {meetup.alice.id, meetup.bob.id}


async def test_the_search_is_stopped_from_the_panel_and_from_a_letter(meetup: Meetup) -> None:
    shown = await looks(meetup, meetup.alice)
    await meetup.world.press(meetup.alice, shown, "Stop looking")
    assert "I look no longer" in text_of(shown)
    assert await meetup.store.partners.looking(meetup.world.guild.id) == 0
    await meetup.world.press(meetup.alice, shown, "Look for a partner")
    await looks(meetup, meetup.bob)
    await meetup.world.press(meetup.alice, await panel(meetup, meetup.alice), "Stop looking")
    await meetup.run()
    assert "This one did not come about" in meetup.told(meetup.bob)
    assert "I look no longer" in text_of(await meetup.answer(meetup.bob, "Stop looking"))
    assert await meetup.store.partners.looking(meetup.world.guild.id) == 0


async def test_pairs_are_looked_for_every_hour(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await meetup.wait(HOUR)
    # As another process would add them without saying so to this one.
    await looks(meetup, meetup.bob, meetup.alice)
    wish = await meetup.store.partners.wish(meetup.world.guild.id, meetup.bob.id)
    assert wish
    await meetup.store.partners.set(wish, avoids=())
    assert meetup.letters(meetup.bob) == []
    await meetup.wait(HOUR + timedelta(minutes=1))
    assert "A partner for you" in meetup.told(meetup.bob)


async def test_when_one_of_two_leaves_the_other_is_told(meetup: Meetup) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    for person in (meetup.alice, meetup.bob):
        await meetup.answer(person, "Accept")
    meeting = await met(meetup)
    await meetup.press(meetup.bob, "Leave", meeting)
    assert "It is cancelled" in meetup.told(meetup.alice)
    assert "`/mock match`" in meetup.told(meetup.alice)
    assert (await meetup.again(meeting)).status == "cancelled"


@pytest.mark.parametrize("label", ["Accept", "Other time", "Decline"])
async def test_buttons_of_a_proposal_that_is_forgotten_say_so(meetup: Meetup, label: str) -> None:
    await looks(meetup, meetup.alice)
    await looks(meetup, meetup.bob)
    meetup.env.backend.advance_clock((60 * DAY).total_seconds())
    await meetup.store.partners.propose([], meetup.now())
    assert "I no longer have it" in text_of(await meetup.answer(meetup.alice, label))
