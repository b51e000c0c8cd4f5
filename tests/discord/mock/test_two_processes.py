"""Two processes of the bot on one database serve the same interviews."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from itertools import count

import pytest
import pytest_asyncio

from bot.clock import Clock
from bot.cogs.interview_room import InterviewRoom
from bot.cogs.interviewing import Interviewing
from bot.library import Library
from bot.own_questions import OwnQuestions
from bot.store import Store
from bot.store.interviews import Elsewhere
from bot.study.interview import effects
from bot.study.interview import events as happened
from bot.study.interview.effects import Finish
from bot.study.interview.state import Interview, Options, Stage
from knowledge.tutor import Tutor
from tests.discord.mock.room import Hours
from tests.fakes.stage import EmptyStage
from tests.store.postgres import Postgres, postgres

PEOPLE = range(201, 207)
NUMBERS = count()


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


class Process:
    """What a process of the bot has of interviews, without Discord."""

    def __init__(self, store: Store, tutor: Tutor, hours: Hours) -> None:
        room = InterviewRoom(tutor, Library(tutor.corpus, OwnQuestions(store)), store)
        self.store = store
        self.stage = EmptyStage(room)
        self.clock = Clock(store.timers, hours.now)
        self.interviewing = Interviewing(store, self.clock, room, self.stage)


@pytest_asyncio.fixture
async def processes(server: Postgres, tutor: Tutor, hours: Hours) -> AsyncIterator[list[Process]]:
    url = server.create(f"mock{next(NUMBERS)}")
    stores = [await Store.open(url) for _ in range(2)]
    yield [Process(store, tutor, hours) for store in stores]
    for store in stores:
        await store.aclose()


async def load(process: Process, id: str) -> Interview:
    held = await process.store.interviews.get(id)
    assert held is not None
    return held.interview


async def do(processes: list[Process], id: str, *events: happened.Event) -> None:
    """Let events happen at the same time, in one process and the other in turn."""
    await asyncio.gather(
        *(
            processes[index % 2].interviewing.act_and_show(id, lambda _, event=event: event)  # type: ignore[misc]
            for index, event in enumerate(events)
        )
    )


async def until(processes: list[Process], stage: Stage) -> str:
    """An interview of six at a stage."""
    first = processes[0]
    id = await first.interviewing.open_lobby(1, 2, Options("concepts", minutes=20), PEOPLE[0], PEOPLE[1:])
    await do(processes, id, happened.Start(PEOPLE[0]))
    await do(processes, id, *(happened.Here(person) for person in PEOPLE[1:]))
    while (interview := await load(first, id)).stage != stage:
        interviewer = interview.running.interviewer
        assert interviewer is not None
        # Pressed twice, as people do.
        await do(processes, id, *[happened.Next(interviewer, interview.part)] * 2)
        assert (await load(first, id)).part == interview.part + 1
    return id


async def test_everybody_who_joins_at_once_is_in(processes: list[Process]) -> None:
    id = await processes[0].interviewing.open_lobby(1, 2, Options(), PEOPLE[0])
    await do(processes, id, *(happened.Join(person) for person in PEOPLE[1:]))
    assert {person.user_id for person in (await load(processes[1], id)).people} == {*PEOPLE}


async def test_one_person_gets_one_seat_of_two(processes: list[Process]) -> None:
    ids = [
        await process.interviewing.open_lobby(1, channel, Options(), host)
        for process, channel, host in zip(processes, (2, 3), PEOPLE, strict=False)
    ]
    joined = await asyncio.gather(
        *(
            process.interviewing.act_and_show(id, lambda _: happened.Join(999))
            for process, id in zip(processes, ids, strict=True)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Elsewhere) for each in joined) == 1


async def test_no_score_is_lost_and_one_scorecard_is_made(processes: list[Process]) -> None:
    id = await until(processes, "feedback")
    await do(processes, id, *(happened.Score(person, 1, (3, 4, 3, 4, 3)) for person in PEOPLE))
    assert (await load(processes[0], id)).stage == "between"
    assert {sheet.scorer for sheet in await processes[1].store.scorecards.sheets(id, 1)} == {*PEOPLE}
    shown = [effect for process in processes for effect in process.stage.shown]
    assert shown.count(Finish(1)) == 1


async def test_time_moves_it_on_once(processes: list[Process], hours: Hours) -> None:
    id = await until(processes, "question")
    before = await load(processes[0], id)
    hours.ahead += timedelta(minutes=4)
    await asyncio.gather(*(process.clock.run_due() for process in processes))
    await asyncio.gather(*(process.interviewing.resume() for process in processes))
    assert (await load(processes[0], id)).part == before.part + 1
    for process in processes:
        await process.interviewing.aclose()


async def test_what_one_process_did_not_get_to_show_the_other_shows(processes: list[Process], hours: Hours) -> None:
    one, other = processes
    id = await until(processes, "question")
    interview = await load(one, id)
    interviewer = interview.running.interviewer
    assert interviewer is not None
    # Stored, and then the process is gone.
    await one.interviewing.act(id, lambda _: happened.Next(interviewer, interview.part))
    other.stage.shown.clear()
    await other.clock.run_due()
    assert other.stage.shown == []
    hours.ahead += timedelta(seconds=10)
    await other.clock.run_due()
    assert effects.Post() in other.stage.shown
    other.stage.shown.clear()
    await other.clock.run_due()
    assert other.stage.shown == [], "once"
