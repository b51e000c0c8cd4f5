"""What comes of a run is shown whole, in words, and without any power over Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.wire import RunFile, RunResult
from bot.study.hits import key_of
from bot.worker import Worker
from knowledge.tutor import Tutor
from tests.discord.run.helpers import AMBER, GREEN, RED, attached, run
from tests.discord.world import World, accent, components, labels, text_of
from tests.fakes.worker import FixedWorker

RestartWith = Callable[[Worker], Awaitable[None]]


async def test_an_error_is_named_and_shows_the_lines_of_the_code(world: World) -> None:
    result = await run(world, world.alice, "import torch\nprint('before')\ntorch.ones(2, 3) @ torch.ones(2, 3)")
    seen = text_of(result)
    assert seen.startswith("### ❌ Stopped by `RuntimeError`\n")
    assert "**Output**\n```\nbefore\n```" in seen
    assert "line 3, in <module>" in seen
    assert "mat1 and mat2 shapes cannot be multiplied" in seen
    assert accent(result) == RED


async def test_a_syntax_error_is_one_too(world: World) -> None:
    seen = text_of(await run(world, world.alice, "def f(:\n    pass"))
    assert seen.startswith("### ❌ Stopped by `SyntaxError`\n")


async def test_an_exit_code_is_told(world: World) -> None:
    seen = text_of(await run(world, world.alice, "import sys; sys.exit(3)"))
    assert seen.startswith("### ❌ Ended with exit code 3\n")


async def test_code_without_end_is_stopped_and_keeps_what_it_printed(world: World) -> None:
    result = await run(world, world.alice, "print('so far', flush=True)\nwhile True: pass")
    seen = text_of(result)
    assert "### ⏱️ Stopped: still running after 6 s" in seen
    assert "so far" in seen
    assert accent(result) == AMBER
    assert "**Value**\n```py\n2\n```" in text_of(await run(world, world.alice, "1 + 1")), "the next run is unaffected"


async def test_too_much_memory_is_told(world: World) -> None:
    result = await run(world, world.alice, "kept = bytearray(3 << 30)")
    assert "### 🧱 Stopped: it needs more than 512 MB of memory" in text_of(result)
    assert accent(result) == AMBER


async def test_a_flood_of_output_is_stopped_and_its_beginning_comes_as_a_file(world: World) -> None:
    result = await run(world, world.alice, "for i in range(10**9): print('line', i)")
    seen = text_of(result)
    assert "### 📜 Stopped: it printed more than 19 KiB" in seen
    assert "line 0\nline 1\n" in seen
    assert "more lines\n```" in seen
    assert "What came after the limit of output or files was not kept." in seen
    (file,) = attached(result)
    assert file.filename == "output.txt"
    printed = (await file.read()).decode()
    assert printed.startswith("line 0\nline 1\n")
    assert 19_000 < len(printed) <= 20_000


async def test_a_crash_is_told_with_its_signal(world: World) -> None:
    result = await run(world, world.alice, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert "### 💥 Stopped: its process was ended by SIGSEGV" in text_of(result)


async def test_long_output_is_cut_at_a_line_and_whole_in_a_file(world: World) -> None:
    result = await run(world, world.alice, "for i in range(600): print('number', i)\n'v' * 5000")
    seen = text_of(result)
    assert "number 0\nnumber 1\n" in seen
    assert "more lines\n```" in seen
    assert "number 24\n… 575 more lines\n```" in seen, "a conversation is not pushed out of sight"
    (file,) = attached(result)
    whole = (await file.read()).decode()
    assert "number 599\n" in whole
    assert "v" * 5000 in whole
    assert any(part["type"] == 13 and part["file"]["url"].endswith("output.txt") for part in components(result))


async def test_of_a_long_traceback_the_end_is_shown(world: World) -> None:
    code = (
        "def f(n):\n    if n == 0: raise ValueError('the reason')\n    return [f(n - 1)][0] # " + "x" * 200 + "\nf(30)"
    )
    seen = text_of(await run(world, world.alice, code))
    assert "ValueError: the reason\n```" in seen


async def test_figures_are_shown_and_files_attached(world: World) -> None:
    code = (
        "import matplotlib.pyplot as plt, torch, os\n"
        "plt.plot([1, 2]); plt.figure(); plt.plot([2, 1])\n"
        "torch.save(torch.ones(2), 'ones.pt'); open('notes.txt', 'w').write('hi')\n"
        "os.mkdir('out'); open('out/page.html', 'w').write('<script>'); open('out/tool.exe', 'wb').write(b'MZ\\xff')\n"
        "open('empty.txt', 'w').close()\n"
    )
    result = await run(world, world.alice, code)
    (gallery,) = [part for part in components(result) if part["type"] == 12]
    assert len(gallery["items"]) == 2
    assert all(item["media"]["url"].endswith(".png") for item in gallery["items"])
    files = {file.filename: await file.read() for file in attached(result)}
    assert set(files) == {"figure_1.png", "figure_2.png", "notes.txt", "ones.pt", "out_page.html.txt"}
    assert files["notes.txt"] == b"hi"
    assert files["figure_1.png"].startswith(b"\x89PNG")
    seen = text_of(result)
    assert "out/tool.exe (not a kind of file that I pass on)".replace("(", "\\(").replace(")", "\\)") in seen
    assert "empty.txt \\(empty\\)" in seen


async def test_what_does_not_fit_into_a_message_is_named(world: World, restart_with: RestartWith) -> None:
    many = tuple(RunFile(f"part{number:02}.txt", b"x") for number in range(14))
    await restart_with(FixedWorker(RunResult("ok", files=many)))
    result = await run(world, world.alice, "1")
    assert len(attached(result)) == 10
    assert "part10.txt \\(a message holds 10 files\\)" in text_of(result)
    assert "and 1 more" in text_of(result)
    large = (RunFile("a.pt", b"x" * (6 << 20)), RunFile("b.pt", b"x" * (6 << 20)), RunFile("c.pt", b"x"))
    await restart_with(FixedWorker(RunResult("ok", files=large)))
    result = await run(world, world.alice, "1")
    assert [file.filename for file in attached(result)] == ["a.pt", "c.pt"]
    assert "b.pt \\(a message holds 10 MiB\\)" in text_of(result)


NASTY = {
    "fence": "```\n@everyone out of the block ```` ``` `",
    "backticks": "`" * 3000,
    "mentions": "@everyone @here <@123456789012345678> <@&123456789012345678>",
    "emoji": "🔥" * 3000,
    "one long line": "x" * 9000,
    "escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J\x1b[H \x9b31m \x1bc done",
    "right to left": "\u202eevil\u2066",
    "controls": "".join(map(chr, range(32))) + "\x7f\x80",
    "zalgo": "w" + "\u0301" * 3000,
    "surrogate": "half \ud800",
}


@pytest.mark.parametrize("printed", NASTY.values(), ids=NASTY.keys())
async def test_whatever_is_printed_stays_in_its_block(world: World, restart_with: RestartWith, printed: str) -> None:
    # The fixture fails this test for any request that Discord would refuse or that could ping.
    name = printed.replace("\0", "")[:60] + ".txt"
    result = RunResult("error", printed, printed, value=printed, files=(RunFile(name, b"x"),), explanation=printed)
    await restart_with(FixedWorker(result))
    card = await run(world, world.alice, printed[:1000] or "1")
    for part in components(card):
        for chunk in part.get("content", "").split("```")[::2]:
            assert "@everyone" not in chunk
            assert "<@1" not in chunk
    seen = text_of(card)
    assert seen.count("```") % 2 == 0
    assert "\x1b" not in seen
    results = seen.split("```", 2)[2]
    assert "[31m" not in results, "an escape goes whole"


@pytest.mark.parametrize("character", ["`", "🔥", "x"])
async def test_a_cut_uses_the_room_there_is(world: World, restart_with: RestartWith, character: str) -> None:
    await restart_with(FixedWorker(RunResult("error", character * 9000, character * 9000)))
    seen = text_of(await run(world, world.alice, "1"))
    assert seen.count(character) > 1200


async def test_a_program_really_printing_such_things_changes_nothing(world: World) -> None:
    code = "print('\\x1b[31mred\\x1b[0m', chr(96) * 3, '@every' + 'one')\nfor i in range(3): print('\\r', i, end='')"
    seen = text_of(await run(world, world.alice, code))
    assert "**Output**\n```\nred `\u200b`\u200b`" in seen
    assert "@everyone\n 2\n```" in seen, "of a progress bar the last state stays"


async def test_an_error_that_the_corpus_treats_leads_there(
    world: World, restart_with: RestartWith, tutor: Tutor
) -> None:
    question = tutor.corpus.questions[0]
    failed = RunResult("error", stderr="Traceback …\nRuntimeError: x", explanation="It is *so*.", question=question.id)
    await restart_with(FixedWorker(failed))
    result = await run(world, world.alice, "1")
    assert "💡 It is \\*so\\*." in text_of(result)
    assert labels(result) == ["Edit and run again", "About this error", "Delete"]
    assert any(part.get("custom_id") == f"run:about:{key_of(question.id)}" for part in components(result))
    await world.restart()
    about = await world.press(world.bob, result, "About this error")
    assert about.ephemeral
    assert question.answer[:100] in text_of(about)


async def test_a_question_that_the_corpus_does_not_have_gets_no_button(world: World, restart_with: RestartWith) -> None:
    await restart_with(FixedWorker(RunResult("error", explanation="Hm.", question="no-such-question")))
    assert labels(await run(world, world.alice, "1")) == ["Edit and run again", "Delete"]


async def test_the_result_of_warnings_is_green_and_shows_them(world: World) -> None:
    result = await run(world, world.alice, "import warnings; warnings.warn('careful')")
    assert "**Standard error**\n" in text_of(result)
    assert "careful" in text_of(result)
    assert accent(result) == GREEN
