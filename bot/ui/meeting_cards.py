"""What planned meetings look like: the card in the channel, one's own place, news, and the list of what is to come."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import ui

from bot.study.calendar_file import Words
from bot.study.meeting import IDLE_WEEKS, SHOW_UP, Meeting, Outcome, SignUp, What
from bot.study.when import WEEKDAYS
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, UNKNOWN, Item, layout, small
from bot.ui.failure import notice
from bot.ui.meeting_items import Action, MeetingButton

LISTED = 10
CALENDAR_FILE = "mock-interview.ics"

GONE = "That meeting is long over, and I no longer have it. Plan a new one with `/mock schedule`."
NOT_YOURS = "Only who planned it, or people who may manage events here, can do that."
OUTCOMES: dict[Outcome, str] = {
    "in": "You are in.",
    "waiting": "You are on the waiting list: I tell you as soon as a seat is free.",
    "already": "You have signed up already.",
    "left": "You are no longer signed up.",
    "none": "You are not signed up.",
    "here": "Good that you are here.",
    "taken": "Your seat went to somebody who waited for it.",
    "over": "It is too late for that.",
    "closed": "These two were matched with each other. `/mock match` finds a partner for you too.",
    "full": "The waiting list is full as well. Plan another one with `/mock schedule`.",
    "early": "It is not time yet: I ask you again when it is.",
    "done": "Done.",
}
REASONS = {
    "person": "You have planned as many meetings here as one person may. Cancel one: `/mock meetings` lists them.",
    "server": "This server has as many meetings to come as I can keep. Join one of them: `/mock meetings`.",
}
NO_EVENT = "I may not make events in this server, so there is none in its list; everything else works."
NOBODY = "There are no meetings to come. Plan one with `/mock schedule`, or let `/mock match` find a partner for you."


def title(meeting: Meeting) -> str:
    """What it is called, in plain words."""
    return "Mock interview for two" if meeting.pair else f"Mock interview: {meeting.plan.kind}"


def about(meeting: Meeting) -> str:
    """Level, length and topic."""
    plan = meeting.plan
    topic = f" · {text.topic_name(plan.topic)}" if plan.topic else ""
    return f"{plan.level} · {plan.minutes} minutes{topic}"


def repeats(meeting: Meeting) -> str:
    """How it repeats."""
    return f"every {WEEKDAYS[meeting.wall.weekday()]} at {meeting.wall:%H:%M} ({meeting.zone})"


def link(meeting: Meeting) -> str:
    """The address of the card, or of its channel while there is none."""
    channel = f"https://discord.com/channels/{meeting.guild_id}/{meeting.channel_id}"
    return f"{channel}/{meeting.message_id}" if meeting.message_id else channel


def event_link(meeting: Meeting) -> str:
    """The address of the event in Discord."""
    return f"https://discord.com/events/{meeting.guild_id}/{meeting.event_id}"


def words(meeting: Meeting, channel: str) -> Words:
    """What a calendar's entry and the event in Discord say."""
    said = f"{about(meeting)}. Sign up, leave or see who comes: {link(meeting)}"
    return Words(title(meeting), said[0].upper() + said[1:], channel, link(meeting))


# ---------------------------------------------------------------------------------- the card in the channel


def card(meeting: Meeting) -> ui.LayoutView:
    """The meeting as its channel sees it."""
    colour = {"cancelled": UNKNOWN, "short": SUGGEST, "missed": SUGGEST, "gathering": ANSWER, "started": ANSWER}
    items: list[Item] = [ui.TextDisplay(_head(meeting)), ui.Separator(), ui.TextDisplay(_people(meeting))]
    if said := _small_print(meeting):
        items.append(ui.TextDisplay(small(said)))
    if buttons := _buttons(meeting):
        items.append(ui.ActionRow(*buttons))
    return layout(colour.get(meeting.status, PANEL), *items)


def _head(meeting: Meeting) -> str:
    heading = f"### {title(meeting)}"
    when = f"{_at(meeting, 'F')} ({_at(meeting, 'R')})\n{about(meeting)}"
    if meeting.weekly:
        when += f"\nRepeats {repeats(meeting)}"
        if meeting.moved:
            when += ". This one was moved; the next is at the usual time again"
    if meeting.status == "gathering":
        until = discord.utils.format_dt(meeting.starts_at + SHOW_UP, "t")
        kept = "" if meeting.checked else f" Seats are kept until {until}."
        return f"### It is time · {title(meeting)}\n{about(meeting)}\nThe lobby is open. Press *I'm here*.{kept}"
    if meeting.status == "cancelled":
        by = f"by <@{meeting.cancelled_by}>" if meeting.cancelled_by else "with its event or channel in Discord"
        return f"### Cancelled · {title(meeting)}\nIt was cancelled {by}. It would have been:\n{when}"
    if meeting.status == "short":
        return f"{heading}\n{_at(meeting, 'F')}\n{_too_few(meeting)}"
    if meeting.status == "missed":
        return f"{heading}\n{when}\nI was away at the time, for which I am sorry. Move it, or begin with `/mock start`."
    if meeting.status == "started":
        return f"### Under way · {title(meeting)}\nBegan {_at(meeting, 'R')}\n{about(meeting)}"
    return f"{heading}\n{when}"


def _too_few(meeting: Meeting) -> str:
    came = len(meeting.at("seat"))
    who = "Nobody came" if not came else "Only one person came, and nobody can interview alone"
    said = f"{who}. Practise with me in `/mock solo`, or move it."
    if meeting.idle >= IDLE_WEEKS:
        said += f"\nThat was so for {IDLE_WEEKS} weeks in a row, so I have stopped repeating it."
    return said


def _people(meeting: Meeting) -> str:
    seated, offered, waiting = meeting.at("seat"), meeting.at("offered"), meeting.at("waiting")
    lines = [f"**In ({len(seated)} of {meeting.plan.seats})**"]
    lines += [f"{number}. {_name(meeting, sign_up)}" for number, sign_up in enumerate(seated, start=1)]
    if not seated:
        lines.append("Nobody yet")
    if offered:
        lines.append("**A seat is kept for**")
        lines += [f"- <@{sign_up.user_id}>, until {_until(sign_up)}" for sign_up in offered]
    if waiting:
        lines.append("**Waiting list**")
        lines += [f"{number}. <@{sign_up.user_id}>" for number, sign_up in enumerate(waiting, start=1)]
    if absent := meeting.at("absent"):
        lines.append(f"**Did not come**\n{', '.join(f'<@{sign_up.user_id}>' for sign_up in absent)}")
    return "\n".join(lines)


def _name(meeting: Meeting, sign_up: SignUp) -> str:
    notes = ["host"] if sign_up.user_id == meeting.host_id and not meeting.pair else []
    if meeting.status == "gathering":
        notes.append("here" if sign_up.here else "not here yet")
    elif meeting.weekly and sign_up.every_week:
        notes.append("every week")
    return " · ".join([f"<@{sign_up.user_id}>", *notes])


def _until(sign_up: SignUp) -> str:
    return discord.utils.format_dt(sign_up.until, "t") if sign_up.until else ""


def _small_print(meeting: Meeting) -> str:
    if meeting.status not in ("planned", "gathering"):
        return ""
    if meeting.event_id:
        return f"[The event in Discord]({event_link(meeting)})"
    return "" if meeting.may_make_event else NO_EVENT


def _buttons(meeting: Meeting) -> list[Item]:
    actions: dict[str, tuple[Action, ...]] = {
        "planned": ("join", "leave", "calendar", "move", "cancel"),
        "gathering": ("here", "join", "leave"),
        "cancelled": ("restore",),
        "short": ("move",),
        "missed": ("move",),
    }
    # Once the next week's meeting is made, it is too late to restore this one.
    shown = () if meeting.status == "cancelled" and meeting.followed else actions.get(meeting.status, ())
    buttons: list[Item] = [
        MeetingButton(action, meeting.id) for action in shown if action != "join" or not meeting.pair
    ]
    if meeting.status == "cancelled" and meeting.weekly and not meeting.followed:
        buttons.append(MeetingButton("cancel-all", meeting.id, "Stop repeating"))
    return buttons


# ------------------------------------------------------------------------------------------- for one person


def mine(meeting: Meeting, user_id: int, said: str) -> ui.LayoutView:
    """What somebody did, and their own place with what they can change about it."""
    known = meeting.sign_up(user_id)
    lines = [said, f"{_at(meeting, 'F')} ({_at(meeting, 'R')}) · [the card]({link(meeting)})"]
    buttons: list[Item] = []
    if known and meeting.status == "planned":
        if known.place == "waiting":
            lines.append(f"You are number {meeting.at('waiting').index(known) + 1} on the waiting list.")
        told = "an hour and ten minutes before" if known.reminders else "only if something changes"
        lines.append(small(f"I write to you {told}. {_regular(meeting, known)}".rstrip()))
        buttons.append(MeetingButton("quiet" if known.reminders else "remind", meeting.id))
        if meeting.weekly:
            buttons.append(MeetingButton("once" if known.every_week else "weekly", meeting.id))
        buttons.append(MeetingButton("calendar", meeting.id))
    items: list[Item] = [ui.TextDisplay("\n".join(lines))]
    return layout(PANEL, *items, *([ui.ActionRow(*buttons)] if buttons else []))


def _regular(meeting: Meeting, known: SignUp) -> str:
    if not meeting.weekly:
        return ""
    return "You are signed up every week." if known.every_week else "You are signed up for this one only."


def cancel_how(meeting: Meeting) -> ui.LayoutView:
    """Asks whether one week is meant, or all."""
    return layout(
        PANEL,
        ui.TextDisplay(f"This meeting repeats: {repeats(meeting)}. What should be cancelled?"),
        ui.ActionRow(MeetingButton("cancel-one", meeting.id), MeetingButton("cancel-all", meeting.id)),
    )


def calendar_card() -> ui.LayoutView:
    """Around the calendar file, which must be sent along."""
    return layout(
        PANEL,
        ui.TextDisplay("Open this file, and your calendar takes it in. If the meeting moves, get it again."),
        ui.File(f"attachment://{CALENDAR_FILE}"),
    )


def listing(meetings: Sequence[Meeting], user_id: int) -> ui.LayoutView:
    """What is to come in a server."""
    if not meetings:
        return notice(NOBODY, PANEL)
    items: list[Item] = [ui.TextDisplay("### Meetings to come")]
    for meeting in meetings[:LISTED]:
        free = f"{len(meeting.at('seat'))} of {meeting.plan.seats} seats taken"
        known = meeting.sign_up(user_id)
        own = {"seat": " · you are in", "waiting": " · you are on the waiting list"}.get(
            known.place if known else "", ""
        )
        items.append(
            ui.TextDisplay(
                f"**{_at(meeting, 'F')}** · <#{meeting.channel_id}>\n"
                f"[{title(meeting)}]({link(meeting)}) · {about(meeting)}\n"
                + small(f"{free}{own}{f' · {repeats(meeting)}' if meeting.weekly else ''}")
            )
        )
    return layout(PANEL, *items)


# ---------------------------------------------------------------------------------------------------- news

_NEWS: dict[What, tuple[str, str, tuple[Action, ...]]] = {
    "hour": ("In about an hour", "", ("quiet", "leave")),
    "soon": ("In a few minutes", "Have paper at hand, or an editor.", ("quiet", "leave")),
    "now": ("It is time", "The lobby is open. Say that you are here, or your seat goes on.", ("here", "leave")),
    "offer": ("A seat is free for you", "Somebody did not come.", ("here", "leave")),
    "seat": ("You are in", "A seat became free, and you were next.", ("leave", "calendar")),
    "moved": ("It was moved", "You are still signed up.", ("leave", "calendar")),
    "cancelled": ("It is cancelled", "", ()),
    "restored": ("It takes place after all", "You are still signed up.", ("leave",)),
    "short": ("Nobody else came", "Practise with me in `/mock solo`, or move it.", ("move",)),
    "host": ("You host it now", "Who planned it cannot come, so you may move or cancel it.", ("move", "leave")),
}


def news(meeting: Meeting, what: What, user_id: int) -> ui.LayoutView:
    """What one person is told in a direct message."""
    heading, said, actions = _NEWS[what]
    known = meeting.sign_up(user_id)
    lines = [f"### {heading}", f"**{title(meeting)}** · {about(meeting)}"]
    lines.append(f"{_at(meeting, 'F')} ({_at(meeting, 'R')}) in <#{meeting.channel_id}> · [the card]({link(meeting)})")
    if what == "cancelled" and meeting.cancelled_by:
        said = f"By <@{meeting.cancelled_by}>."
        if meeting.pair:
            said += " Find another partner with `/mock match`."
    if what == "cancelled" and meeting.weekly:
        said += " It repeats, and next week's stays as it is."
    if known and known.place == "waiting":
        said += " You are on the waiting list so far."
    if known and what in ("now", "offer"):
        until = known.until or meeting.starts_at + SHOW_UP
        said += f" You have until {discord.utils.format_dt(until, 't')}."
    if said:
        lines.append(said.strip())
    buttons: list[Item] = [
        MeetingButton(action, meeting.id, "Take the seat" if (what, action) == ("offer", "here") else "")
        for action in actions
    ]
    items: list[Item] = [ui.TextDisplay("\n".join(lines))]
    return layout(UNKNOWN if what == "cancelled" else PANEL, *items, *([ui.ActionRow(*buttons)] if buttons else []))


def call(meeting: Meeting, what: What, user_ids: Sequence[int]) -> ui.LayoutView:
    """Those whom no direct message reaches are told in the channel."""
    names = ", ".join(f"<@{user_id}>" for user_id in user_ids)
    said = {
        "soon": f"your mock interview begins {_at(meeting, 'R')}.",
        "now": "it is time for your mock interview: press *I'm here* on the card.",
        "offer": "a seat is free for you: press *I'm here* on the card.",
    }.get(what, "nobody else came. Practise with me in `/mock solo`, or move it.")
    return notice(f"{names}: {said} [The card]({link(meeting)})\n{small('I cannot write to you directly.')}", PANEL)


def _at(meeting: Meeting, style: discord.utils.TimestampStyle) -> str:
    return discord.utils.format_dt(meeting.starts_at, style)
