"""The playground, used as a person uses it: with a browser."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from bot.playground import PORT
from bot.store import Store, VoteCounts, sqlite_url
from knowledge.questions import Question, load_corpus
from tests.e2e.process import ROOT, Process, started

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PICTURE = ROOT / "docs" / "images" / "playground.png"
PICTURED = "gradient-accumulation"
# Set to make the picture in the README anew.
RENEW_PICTURE = "RENEW_PLAYGROUND_PICTURE"
START_S = 240.0
PATIENCE_MS = 20_000.0


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Chromium is missing, which the browser tests need: apt-get install -y chromium")
    async with async_playwright() as playwright:
        started_browser = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield started_browser
        await started_browser.close()


@pytest.fixture
def settings(data_folder: Path) -> dict[str, str]:
    # No worker of its own, whose start is heavy and has nothing to do with the page.
    return {"TUTOR_DATA_DIR": str(data_folder), "TUTOR_WORKER_URL": "unix:/nonexistent/worker.sock"}


@pytest.fixture(scope="session")
def question() -> Question:
    """A question that the tutor certainly knows, with a proof that fits into the picture."""
    questions = [question for question in load_corpus().questions if question.misconceptions and question.follow_ups]
    return next((question for question in questions if question.id == PICTURED), questions[0])


@asynccontextmanager
async def playground(settings: dict[str, str]) -> AsyncIterator[tuple[Process, str]]:
    async with started(["-m", "bot", "playground"], settings) as process:
        address = await process.said(r"The playground is ready: (http://127\.0\.0\.1:\d+/#\S+)", START_S)
        yield process, address[1]


async def visit(browser: Browser, address: str) -> Page:
    """Open the page as Sam, its first member."""
    context = await browser.new_context(
        viewport={"width": 900, "height": 1150}, device_scale_factor=1.5, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(address)
    await expect(page.get_by_label("Message", exact=True)).to_be_editable(timeout=PATIENCE_MS)
    await expect(messages(page)).to_contain_text("Welcome!", timeout=PATIENCE_MS)
    # The page first tells the server its size, and takes no key strokes meanwhile.
    await expect(page.locator("#action-status")).to_have_text("Viewport updated", timeout=PATIENCE_MS)
    return page


async def visit_as_maya(browser: Browser, address: str) -> Page:
    """Open the page and switch to Maya, who wrote the welcome and may therefore edit it."""
    page = await visit(browser, address)
    await page.get_by_label("Viewing as").select_option(label="Maya")
    await expect(messages(page).get_by_role("button", name="Edit")).to_have_count(1, timeout=PATIENCE_MS)
    return page


def messages(page: Page) -> Locator:
    return page.locator("#channel-message-list")


async def ask(page: Page, words: str) -> None:
    """Pick /ask and send it with `words`."""
    await page.get_by_label("Message", exact=True).click()
    await page.keyboard.type("/")
    commands = page.get_by_role("listbox", name="Application commands")
    await commands.get_by_role("option", name="/ask").click()
    await page.keyboard.type(words)
    # The list of matching questions is left alone: the words go as they are.
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


async def test_a_person_asks_sees_the_answer_and_presses_its_buttons(
    browser: Browser, settings: dict[str, str], question: Question, tmp_path: Path
) -> None:
    async with playground(settings) as (process, address):
        page = await visit(browser, address)
        await ask(page, question.question)
        seen = messages(page)
        await expect(seen).to_contain_text(f"Proof · ran on torch {question.torch}", timeout=PATIENCE_MS)
        await expect(seen).to_contain_text("Sam used /ask")
        await expect(seen).to_contain_text(question.question)
        await take_picture(page, picture_path(tmp_path))
        await page.get_by_role("button", name="👍").click()
        await expect(seen).to_contain_text("👍 Noted", timeout=PATIENCE_MS)
        await page.get_by_role("button", name="Sources").first.click()
        await expect(seen).to_contain_text(question.misconceptions[0].wrong[:40], timeout=PATIENCE_MS)
        assert await process.stop() == 0, process.output
    assert "DISCORD_TOKEN" in process.output
    assert "Traceback" not in process.output
    store = await Store.open(sqlite_url(Path(settings["TUTOR_DATA_DIR"]) / "tutor.db"))
    assert await store.votes.count(question.id) == VoteCounts(up=1, down=0)
    await store.aclose()


async def take_picture(page: Page, path: Path) -> None:
    """The channel with its last message from the top, and without the list beside it."""
    toggle = page.get_by_role("button", name="Messages", exact=True)
    if await toggle.get_attribute("aria-expanded") == "true":
        await toggle.click()
    await messages(page).get_by_text("used /ask").evaluate("line => line.scrollIntoView({block: 'start'})")
    await page.screenshot(path=path)


def picture_path(elsewhere: Path) -> Path:
    """Where the picture goes: into the README when asked for or missing."""
    if PICTURE.exists() and not os.environ.get(RENEW_PICTURE):
        return elsewhere / PICTURE.name
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    return PICTURE


async def test_others_see_a_question_and_its_answer_appear_by_themselves(
    browser: Browser, settings: dict[str, str], question: Question
) -> None:
    async with playground(settings) as (process, address):
        maya = await visit_as_maya(browser, address)
        sam = await visit(browser, address)
        await sam.get_by_label("Message", exact=True).fill(f"@Torch Tutor {question.question}")
        await sam.keyboard.press("Enter")
        await expect(messages(sam)).to_contain_text("ran on torch", timeout=PATIENCE_MS)
        await expect(messages(maya)).to_contain_text("ran on torch", timeout=PATIENCE_MS)
        # The simulation's own clock began at new year; what people see is now.
        now = datetime.now(UTC)
        days = {f"{day:%B} {day.day}, {day.year}" for day in (now, now - timedelta(minutes=10))}
        shown = await messages(maya).inner_text()
        assert any(day in shown for day in days)
        assert await process.stop(signal.SIGINT) == 0, process.output


async def test_a_taken_port_is_said_and_the_page_can_end_the_playground(
    browser: Browser, settings: dict[str, str]
) -> None:
    with socket.socket() as taken:
        # Connections that the last test has just closed do not count.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Another program may have it already, which is just as well.
        with suppress(OSError):
            taken.bind(("127.0.0.1", PORT))
            taken.listen()
        async with playground(settings) as (process, address):
            assert f"Port {PORT} is taken" in process.output
            assert f":{PORT}/" not in address
            page = await visit(browser, address)
            await page.get_by_text("More", exact=True).click()
            await page.get_by_role("button", name="End preview session").click()
            assert await process.ended() == 0, process.output
