"""A mock interview alone in the playground, from the first question to the scorecard, with a browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from bot.store import Store, sqlite_url
from bot.ui import scorecard_picture
from knowledge.interviews import AXES
from knowledge.questions import Question, load_corpus
from tests.e2e.process import ROOT
from tests.e2e.test_playground import PATIENCE_MS, RENEW_PICTURE, browser, messages, playground, settings, visit

__all__ = ["browser", "settings"]

PICTURES = ROOT / "docs" / "images"


async def command(page: Page, name: str) -> None:
    """Pick a command without options, and send it."""
    await page.get_by_label("Message", exact=True).click()
    await page.keyboard.type("/mock")
    commands = page.get_by_role("listbox", name="Application commands")
    await commands.get_by_role("option", name=name).click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


async def press(page: Page, label: str) -> None:
    """Press the last button of that name."""
    await page.get_by_role("button", name=label, exact=True).last.click()


async def send(page: Page, box: Locator) -> None:
    await box.get_by_role("button", name="Submit").click()
    await expect(box).to_have_count(0, timeout=PATIENCE_MS)


async def answer(page: Page, words: str) -> None:
    """Type an answer into its box."""
    await press(page, "Answer")
    box = page.get_by_role("dialog")
    await box.locator("textarea").fill(words)
    await send(page, box)


async def take_picture(page: Page, name: str, elsewhere: Path, above: str) -> None:
    """The channel from the card that says `above` on: into the docs when asked for or missing."""
    path = PICTURES / name
    if path.exists() and not os.environ.get(RENEW_PICTURE):
        path = elsewhere / name
    toggle = page.get_by_role("button", name="Messages", exact=True)
    if await toggle.get_attribute("aria-expanded") == "true":
        await toggle.click()
    await messages(page).get_by_text(above).last.evaluate("line => line.scrollIntoView({block: 'start'})")
    await page.screenshot(path=path)


def asked_in(seen: str) -> Question:
    """The question of the corpus that a card asks."""
    plain = re.sub(r"\s+", " ", seen)
    return next(question for question in load_corpus().questions if question.question.replace("`", "") in plain)


async def test_an_interview_alone_ends_with_a_scorecard(
    browser: Browser,
    settings: dict[str, str],
    tmp_path: Path,
) -> None:
    async with playground(settings) as (process, address):
        page = await visit(browser, address)
        await command(page, "/mock solo")
        seen = messages(page)
        await expect(seen).to_contain_text("I interview you now", timeout=PATIENCE_MS)
        await answer(page, "I wrote the training loop of a segmentation model, and its labels were the hardest part.")
        await expect(seen).to_contain_text("Question 1 of 3", timeout=PATIENCE_MS)
        question = asked_in(await seen.inner_text())
        await answer(page, "\n".join(question.key_points))
        await expect(seen).not_to_contain_text("Hint (3 left)", timeout=PATIENCE_MS)
        await take_picture(page, "mock-solo.png", tmp_path, "Question 1 of 3")
        for label, heading in (("Go on", "Question 2 of 3"), ("Pass", "Question 3 of 3"), ("Pass", "Feedback")):
            await press(page, label)
            await expect(seen).to_contain_text(heading, timeout=PATIENCE_MS)
        await press(page, "Score myself")
        box = page.get_by_role("dialog")
        for axis, score in zip(AXES, (4, 3, 4, 3, 5), strict=True):
            await box.locator(f"input[name='{axis}'][value='{score}']").check()
        await send(page, box)
        await expect(seen).to_contain_text("Your scorecard", timeout=PATIENCE_MS)
        await expect(seen).to_contain_text("own score 4 · the bot reads 2")
        drawn = seen.get_by_role("img", name="The scores on five axes")
        await expect(drawn).to_have_js_property("naturalWidth", scorecard_picture.WIDTH, timeout=PATIENCE_MS)
        await take_picture(page, "mock-scorecard.png", tmp_path, "Your scorecard")
        assert await process.stop() == 0, process.output
    assert "Traceback" not in process.output
    store = await Store.open(sqlite_url(Path(settings["TUTOR_DATA_DIR"]) / "tutor.db"))
    assert await store.interviews.live() == []
    await store.aclose()
