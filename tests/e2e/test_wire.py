"""The bot's process and Discord, with only the wire between them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import TypeVar

import aiohttp
import pytest
import pytest_asyncio

from knowledge.questions import Question, load_corpus
from tests.discord import wire as openapi
from tests.e2e.process import Process, started
from tests.fakes.discord_server import MESSAGE_CONTENT, TOKEN, DiscordServer

PATIENCE_S = 30.0
# A start that has to build the index takes longest.
START_S = 240.0

T = TypeVar("T")


async def within(awaitable: Awaitable[T], seconds: float = PATIENCE_S) -> T:
    async with asyncio.timeout(seconds):
        return await awaitable


@pytest_asyncio.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    async with server.running():
        yield server
    assert server.unknown == []
    for request in server.requests:
        openapi.check(request.method, request.path, request.body)


@pytest.fixture
def settings(data_folder: Path) -> dict[str, str]:
    return {
        "DISCORD_TOKEN": TOKEN,
        "TUTOR_DATA_DIR": str(data_folder),
        "TUTOR_HTTP_LISTEN": "127.0.0.1:0",
        # No worker of its own, whose start is heavy and has nothing to do with the wire.
        "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock",
    }


@pytest.fixture(scope="session")
def question() -> Question:
    """A question that the tutor certainly knows."""
    return next(question for question in load_corpus().questions if question.follow_ups)


def bot(server_url: str, settings: dict[str, str]) -> AbstractAsyncContextManager[Process]:
    return started(["-m", "tests.e2e.on_wire", server_url, "bot"], settings)


async def connected(server: DiscordServer, process: Process) -> dict[str, object]:
    """Wait until the bot has identified itself; returns what it said."""
    identified = asyncio.ensure_future(server.identified.get())
    ended = asyncio.ensure_future(process.ended(START_S))
    await asyncio.wait({identified, ended}, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    assert identified.done(), f"the bot did not connect:\n{process.output}"
    said: dict[str, object] = identified.result()
    return said


def texts(component: object) -> str:
    """All text in a message's components."""
    if isinstance(component, list):
        return "\n".join(texts(each) for each in component)
    if isinstance(component, dict):
        own = component.get("content")
        return (own if isinstance(own, str) else "") + "\n".join(texts(each) for each in component.values())
    return ""


def plain(text: str) -> str:
    """Text without the backslashes that keep it from being Markdown."""
    return text.replace("\\", "")


async def answer_of(server: DiscordServer, question: Question) -> str:
    """Ask as a person does; returns what they read in the end."""
    asked = await server.slash("ask", question=question.question)
    deferred = await within(asked.callback)
    assert deferred["type"] == 5
    return plain(texts((await within(asked.edited.get()))["components"]))


async def test_a_question_is_deferred_then_answered_and_the_process_ends_when_told(
    discord_server: DiscordServer, settings: dict[str, str], question: Question
) -> None:
    async with bot(discord_server.url, settings) as process:
        identified = await connected(discord_server, process)
        assert question.question in await answer_of(discord_server, question)
        await discord_server.say(question.question)
        reply = await within(discord_server.posted.get())
        assert question.question in plain(texts(reply["components"]))
        assert await process.stop() == 0, process.output
    assert await within(discord_server.closed.get()) == 1000
    assert isinstance(identified["intents"], int)
    assert not identified["intents"] & MESSAGE_CONTENT
    assert TOKEN not in process.output
    assert "Traceback" not in process.output
    # One expired token on these routes would count against the whole bot.
    for request in discord_server.requests:
        if request.path.startswith(("/interactions/", "/webhooks/")):
            assert request.authorization is None
    assert reply["allowed_mentions"]["parse"] == []


async def test_commands_are_registered_once(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    for _ in range(2):
        async with bot(discord_server.url, settings) as process:
            await connected(discord_server, process)
            assert await process.stop() == 0
    puts = [request for request in discord_server.requests if request.method == "PUT"]
    assert len(puts) == 1
    assert "ask" in [command["name"] for command in discord_server.commands]


@pytest.mark.parametrize(
    "token", ["refused-token", "tö ken\twith anything", "MTIz.abc.def-and-so-on-and-on-and-on-and-on-and-on"]
)
async def test_a_wrong_token_ends_with_a_sentence(
    token: str, discord_server: DiscordServer, settings: dict[str, str]
) -> None:
    async with bot(discord_server.url, {**settings, "DISCORD_TOKEN": token}) as process:
        assert await process.ended(START_S) == 1
    assert "Discord does not accept this DISCORD_TOKEN" in process.output
    assert "Traceback" not in process.output
    assert token not in process.output


async def test_a_token_that_was_withdrawn_while_running_ends_with_a_sentence(
    discord_server: DiscordServer, settings: dict[str, str]
) -> None:
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        await discord_server.withdraw_token()
        assert await process.ended() == 1
    assert "Discord does not accept this DISCORD_TOKEN" in process.output


async def test_too_few_shards_are_said(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    discord_server.identify_close = 4011
    async with bot(discord_server.url, settings) as process:
        assert await process.ended(START_S) == 1
    assert "raise TUTOR_SHARD_COUNT" in process.output


async def test_a_closed_socket_is_resumed_and_nothing_is_missed(
    discord_server: DiscordServer, settings: dict[str, str], question: Question
) -> None:
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        await discord_server.drop(4000)
        # Asked while nobody listens: Discord keeps it for the session.
        assert question.question in await answer_of(discord_server, question)
        await within(discord_server.resumed.get())
        await discord_server.reconnect()
        await within(discord_server.resumed.get())
        assert question.question in await answer_of(discord_server, question)
        assert await process.stop() == 0
    assert discord_server.identified.empty()


async def test_answers_survive_rate_limits_and_server_errors(
    discord_server: DiscordServer, settings: dict[str, str], question: Question
) -> None:
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        discord_server.rate_limit("PATCH", "/webhooks/", 0.2)
        discord_server.fail("PATCH", "/webhooks/", 500, times=2)
        assert question.question in await answer_of(discord_server, question)
        discord_server.rate_limit("POST", "/channels/.*/messages", 0.2)
        discord_server.fail("POST", "/channels/.*/messages", 502)
        await discord_server.say(question.question)
        assert question.question in plain(texts((await within(discord_server.posted.get()))["components"]))
        assert await process.stop() == 0


async def test_an_outage_at_the_start_is_waited_out(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    discord_server.fail("GET", "/users/@me", 503)
    discord_server.fail("GET", "/users/@me", 429, headers={"Retry-After": "1"})
    discord_server.fail("GET", "/gateway/bot", 503)
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        assert await process.stop() == 0
    assert process.output.count("Not connected to Discord") == 3
    assert "Traceback" not in process.output


async def test_a_refused_first_connection_is_tried_again(settings: dict[str, str]) -> None:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    server = DiscordServer()
    async with bot(f"http://127.0.0.1:{port}", settings) as process:
        await process.said("Not connected to Discord: .*Trying again in", START_S)
        async with server.running(port):
            await connected(server, process)
            assert await process.stop() == 0


async def test_without_a_network_it_ends_when_told(settings: dict[str, str]) -> None:
    async with bot("http://127.0.0.1:9", settings) as process:
        await process.said("Not connected to Discord", START_S)
        assert await process.stop(signal.SIGINT) == 0


async def test_it_ends_when_told_while_it_still_starts(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    async with bot(discord_server.url, settings) as process:
        await process.said("Health is served")
        assert await process.stop() == 0
    assert "Traceback" not in process.output


async def test_without_the_privileged_intent_it_says_so_and_goes_on(
    settings: dict[str, str], question: Question
) -> None:
    server = DiscordServer(message_content_allowed=False)
    async with server.running(), bot(server.url, {**settings, "TUTOR_MESSAGE_CONTENT": "true"}) as process:
        first = last = await connected(server, process)
        # A refusal may get lost with its socket: then discord.py asks for the same once more before it believes it.
        while last["intents"] == first["intents"]:
            last = await connected(server, process)
        assert question.question in await answer_of(server, question)
        assert await process.stop() == 0
    assert "Discord refuses the message-content intent" in process.output
    assert isinstance(first["intents"], int)
    assert last["intents"] == first["intents"] & ~MESSAGE_CONTENT
    assert first["intents"] & MESSAGE_CONTENT


async def test_an_answer_under_way_is_finished_before_the_end(
    discord_server: DiscordServer, settings: dict[str, str], question: Question
) -> None:
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        # The first attempt to show the answer fails, and the next comes a second later.
        discord_server.fail("PATCH", "/webhooks/", 500)
        asked = await discord_server.slash("ask", question=question.question)
        await within(asked.callback)
        assert await process.stop() == 0
    assert question.question in plain(texts((await within(asked.edited.get()))["components"]))


async def test_a_worker_of_its_own_ends_with_it(
    discord_server: DiscordServer, settings: dict[str, str], tmp_path: Path
) -> None:
    del settings["TUTOR_WORKER_URL"]
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        await process.said("The worker is ready to run code|Code cannot be run", START_S)
        assert await process.stop() == 0
    assert processes_that_know(tmp_path) == []


def processes_that_know(folder: Path) -> list[str]:
    """The processes that were started with `folder` in their environment, and still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        # Some are gone by now, others are not ours.
        with suppress(OSError):
            if str(folder) in path.read_text(errors="replace"):
                found.append(path.parent.name)
    return found


async def test_a_button_works_in_the_next_process(
    discord_server: DiscordServer, settings: dict[str, str], question: Question
) -> None:
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        asked = await discord_server.slash("ask", question=question.question)
        answer = await within(asked.edited.get())
        process.kill()
        await process.ended()
    sources = next(found for found in buttons(answer["components"]) if found.get("label") == "Sources")
    async with bot(discord_server.url, settings) as process:
        await connected(discord_server, process)
        pressed = await discord_server.press(str(sources["custom_id"]), answer)
        await within(pressed.callback)
        shown = texts((await within(pressed.edited.get()))["components"])
        assert await process.stop() == 0
    assert question.sources[0] in shown


def buttons(component: object) -> list[dict[str, object]]:
    if isinstance(component, list):
        return [found for each in component for found in buttons(each)]
    if isinstance(component, dict):
        own = [component] if component.get("type") == 2 else []
        return own + [found for each in component.values() for found in buttons(each)]
    return []


async def test_health_tells_alive_from_ready(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    async with (
        bot(discord_server.url, {**settings, "TUTOR_LOG_FORMAT": "json"}) as process,
        aiohttp.ClientSession() as http,
    ):
        address = "http://" + (await process.said(r"Health is served on ([\d.:]+\d)"))[1]
        async with http.get(f"{address}/healthz") as alive:
            assert alive.status == 200
        async with http.get(f"{address}/readyz") as starting:
            assert starting.status == 503
        await connected(discord_server, process)
        asked = await discord_server.slash("help")
        await within(asked.callback)
        await _until_ready(http, address)
        async with http.get(f"{address}/metrics") as metrics:
            figures = await metrics.text()
        assert await process.stop() == 0
    assert "tutor_connected 1.0" in figures
    assert "tutor_guilds 1.0" in figures
    assert 'tutor_interactions_total{kind="application_command"} 1.0' in figures
    assert "process_resident_memory_bytes" in figures
    assert all("message" in json.loads(line) for line in process.output.splitlines())


async def _until_ready(http: aiohttp.ClientSession, address: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with http.get(f"{address}/readyz") as ready:
                if ready.status == 200:
                    assert await ready.json() == {"ready": True, "problems": []}
                    return
            await asyncio.sleep(0.1)


async def test_a_taken_health_port_costs_only_health(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        async with bot(discord_server.url, {**settings, "TUTOR_HTTP_LISTEN": listen}) as process:
            await connected(discord_server, process)
            assert await process.stop() == 0
    assert f"TUTOR_HTTP_LISTEN={listen}" in process.output


@pytest.mark.parametrize("trouble", ["file", "size=64k", "ro"])
async def test_a_data_folder_that_cannot_be_used_is_said_at_the_start(
    trouble: str, discord_server: DiscordServer, settings: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "trouble"
    arguments = ["-m", "tests.e2e.on_wire", discord_server.url, "bot"]
    if trouble == "file":
        folder.write_text("not a folder")
        wrapper: list[str] = []
    else:
        folder.mkdir()
        wrapper = [*own_mounts(), "sh", "-c", f'mount -t tmpfs -o {trouble} tutor "{folder}" && exec "$@"', "sh"]
    async with started(arguments, {**settings, "TUTOR_DATA_DIR": str(folder)}, wrapper) as process:
        assert await process.ended() == 1
    assert f"The data folder {folder} cannot be written" in process.output
    assert "Traceback" not in process.output


def own_mounts() -> list[str]:
    """The command before one that may mount what it likes without anybody else seeing it."""
    command = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small file system in a namespace of its own")
    return command


async def test_without_a_token_there_is_a_sentence(discord_server: DiscordServer, settings: dict[str, str]) -> None:
    async with bot(discord_server.url, {**settings, "DISCORD_TOKEN": ""}) as process:
        assert await process.ended() == 1
    assert "DISCORD_TOKEN is not set" in process.output
    assert "tutor playground" in process.output
