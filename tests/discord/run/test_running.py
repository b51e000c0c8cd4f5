"""Every way to run code gets a result card."""

from __future__ import annotations

import pytest

from tests.discord.probes import Probes
from tests.discord.run.helpers import GREEN, boxed, run
from tests.discord.world import World, accent, labels, message_of, text_of

UTF_16 = "print('ä')".encode("utf-16")


async def test_run_opens_a_box_and_shows_what_its_code_does(world: World) -> None:
    result = await run(world, world.alice, "import torch\nprint('hello')\ntorch.ones(2) + 1")
    seen = text_of(result)
    assert seen.startswith("### ✅ Ran\n-# 0.")
    assert " of 6 s · " in seen
    assert " of 512 MB" in seen
    assert "```py\nimport torch\nprint('hello')\ntorch.ones(2) + 1\n```" in seen, "others see what ran"
    assert "**Output**\n```\nhello\n```" in seen
    assert "**Value**\n```py\ntensor([2., 2.])\n```" in seen
    assert labels(result) == ["Edit and run again", "Delete"]
    assert accent(result) == GREEN
    assert not result.ephemeral


async def test_the_box_is_empty_and_the_work_comes_after_a_first_word(world: World) -> None:
    shown = await world.alice.slash(world.general, "run")
    assert boxed(shown) == ""
    await world.alice.submit_modal(shown, {"code": "1"})
    callbacks = [request.json or {} for request in world.env.http_requests if request.path.endswith("/callback")]
    assert [body["type"] for body in callbacks] == [9, 5]


async def test_a_box_works_after_a_restart(world: World) -> None:
    shown = await world.alice.slash(world.general, "run")
    await world.restart()
    assert "```py\n42\n```" in text_of(await world.alice.submit_modal(shown, {"code": "6 * 7"}))


async def test_private_results_are_for_who_ran_it_alone(world: World) -> None:
    assert (await run(world, world.alice, "1", private=True)).ephemeral
    file = await world.alice.slash(world.general, "run", attachment=("a.py", b"1"), private=True)
    assert file.ephemeral


async def test_a_fence_that_was_pasted_along_does_not_matter(world: World) -> None:
    assert "**Value**\n```py\n2\n```" in text_of(await run(world, world.alice, "```py\n1 + 1\n```"))


async def test_code_that_shows_nothing_says_how_to_show_something(world: World) -> None:
    seen = text_of(await run(world, world.alice, "x = 1"))
    assert "It printed nothing, and its last line has no value." in seen


async def test_a_file_is_run(world: World) -> None:
    code = "\ufeffprint('from a file', 'äöü')\r\n" + "# padding\n" * 2000
    result = await world.alice.slash(world.general, "run", attachment=("model.py", code.encode()))
    seen = text_of(result)
    assert "from a file äöü" in seen
    assert "```py\nprint('from a file', 'äöü')" in seen
    assert "Too long for Discord's box: change your file and send it again." in seen
    assert labels(result) == ["Delete"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("big.py", b"#" * (1 << 20) + b"!", "larger than 1 MiB"),
        ("other.py", UTF_16, "not text in UTF-8"),
        ("image.png", b"\x89PNG\r\n\x1a\n\xff", "not text in UTF-8"),
    ],
)
async def test_other_files_are_told_what_to_send(world: World, name: str, data: bytes, words: str) -> None:
    result = await world.alice.slash(world.general, "run", attachment=(name, data))
    assert words in text_of(result)
    assert not world.env.errors


@pytest.mark.parametrize("data", [b"", b"print(1)\0", b"#" * (1 << 20)], ids=["empty", "null byte", "exactly 1 MiB"])
async def test_odd_files_get_a_card(world: World, data: bytes) -> None:
    seen = text_of(await world.alice.slash(world.general, "run", attachment=("a.py", data)))
    assert seen.startswith("### ")
    assert "Something went wrong" not in seen


async def test_run_code_takes_the_blocks_of_a_message_in_order(world: World) -> None:
    said = "first\n```py\nx = 20\n```\nthen\n```python\nx += 1\nprint(x * 2)\n```\nit prints\n```\n42!\n```"
    asked = await world.bob.send(world.general, said)
    result = await world.alice.context_menu(world.general, "Run code", asked)
    seen = text_of(result)
    assert "**Output**\n```\n42\n```" in seen
    assert f"Running the code of [this message]({asked.jump_url})" in seen
    assert "x = 20" not in seen, "who can see the result can see the message"


async def test_run_code_takes_a_session_and_a_message_of_nothing_but_code(world: World) -> None:
    session = await world.bob.send(world.general, "```pycon\n>>> for i in range(2):\n...     print(i)\n0\n1\n```")
    assert "0\n1" in text_of(await world.alice.context_menu(world.general, "Run code", session))
    inline = await world.bob.send(world.general, "`1 + 1`")
    assert "**Value**\n```py\n2\n```" in text_of(await world.alice.context_menu(world.general, "Run code", inline))


@pytest.mark.parametrize("said", ["no code here", "```bash\nrm -rf /\n```", "```py\n\n```", "``` unclosed", "a `b` c"])
async def test_run_code_without_code_says_how_to_write_some(world: World, said: str) -> None:
    asked = await world.bob.send(world.general, said)
    result = await world.alice.context_menu(world.general, "Run code", asked)
    assert result.ephemeral
    assert "There is no code block in that message." in text_of(result)


async def test_a_mention_with_a_code_block_runs_it(world: World) -> None:
    asked = await world.alice.send(world.general, f"{world.me} what does this give?\n```py\nsum(range(5))\n```")
    said = world.said()
    assert "**Value**\n```py\n10\n```" in text_of(said)
    assert said.reference is not None
    assert said.reference.message_id == asked.id
    assert labels(said) == ["Edit and run again", "Delete"]


async def test_a_mention_under_somebodys_code_runs_that(world: World) -> None:
    asked = await world.bob.send(world.general, "```py\n'bob' * 2\n```")
    for words in ("", "run this", "please run it!"):
        await world.alice.send(world.general, f"{world.me} {words}", reply_to=asked)
        assert "'bobbob'" in text_of(world.said())


async def test_a_direct_message_with_a_code_block_runs_it(world: World) -> None:
    await world.alice.send_dm("```py\n2 ** 10\n```")
    assert "1024" in text_of(world.said(world.alice.user.dm_channel))
    result = await world.alice.user.slash("run", attachment=("a.py", b"2 ** 11"))
    assert "2048" in text_of(result)


async def test_a_mention_without_a_code_block_stays_a_question(world: World, probes: Probes) -> None:
    question = probes.answered.question
    await world.alice.send(world.general, f"{world.me} {question}")
    assert probes.answered.answer[:100] in text_of(world.said())
    await world.alice.send(world.general, f"{world.me} {question}\n```bash\nls\n```")
    assert "Ran" not in text_of(world.said())
    asked = await world.bob.send(world.general, question)
    await world.alice.send(world.general, f"{world.me} run this", reply_to=asked)
    assert "Ran" not in text_of(world.said())


async def test_code_in_other_messages_is_left_alone(world: World) -> None:
    sent = await world.alice.send(world.general, "```py\nprint(1)\n```")
    assert world.last_id(world.general) == sent.id


async def test_a_proof_runs_for_who_presses(world: World, probes: Probes) -> None:
    answer = await world.ask(world.alice, probes.answered.question)
    await world.restart()
    result = await world.press(world.bob, answer, "Run it")
    assert result.ephemeral
    seen = text_of(result)
    assert seen.startswith("### ✅ Ran")
    for line in probes.answered.proofs[0].output.strip().splitlines():
        assert line in seen
    assert probes.answered.answer[:100] in text_of(answer), "the answer stays"
    changed = await world.press(world.bob, result, "Edit and run again")
    assert boxed(changed).strip() == probes.answered.proofs[0].code.strip()


async def test_help_says_how_to_run_code_and_what_is_kept(world: World) -> None:
    seen = text_of(await world.alice.slash(world.general, "help"))
    for words in ("/run", "Run code", "Run it", "the code you ran", "30 days"):
        assert words in seen


async def test_the_code_shows_above_the_result_of_a_private_run_too(world: World) -> None:
    result = await run(world, world.alice, "'secret'", private=True)
    assert message_of(result).flags.ephemeral
    assert "```py\n'secret'\n```" in text_of(result)
