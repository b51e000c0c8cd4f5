"""The code in what somebody sent: in the blocks of a message, typed into a box, or in a file."""

from __future__ import annotations

import re
import textwrap

LARGEST_FILE = 1 << 20
TOO_LARGE = "That file is larger than 1 MiB. Send a shorter one."
NOT_TEXT = "That file is not text in UTF-8. Save it as UTF-8 and send it again."
BOX = 4000
"""What fits into the text field of a Discord form, in UTF-16 units."""

_BLOCK = re.compile(r"```(?:(?P<language>[\w+#.-]+)[ \t]*\n)?(?P<code>.*?)```", re.DOTALL)
_INLINE = re.compile(r"(`{1,2})([^`\n]+)\1")
_PYTHON = frozenset({"py", "python", "python3", "py3", "pycon", "ipython", "pytorch"})
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")
_RUN_THIS = re.compile(r"(?:please\s+)?run(?:\s+(?:it|this|that))?\s*[.!]*", re.IGNORECASE)
_COMMENT = re.compile(r"#[^\n]*")
_KEYBOARD = re.compile(r"(?<![\w.])input[ \t]*\(|\bsys\.stdin\b|\bfrom[ \t]+sys[ \t]+import[^\n]*\bstdin\b")
_OWN_INPUT = re.compile(r"\bdef[ \t]+input\b|(?<![\w.])input[ \t]*=[^=]|\bas[ \t]+input\b")


def code_in(message: str, *, inline: bool = False) -> str | None:
    """The code of a message's fenced blocks, joined in order; None when it has none.

    Blocks that are labelled as Python count; where there are none, those without a label. An output or a shell
    session that somebody pasted along stays out. With `inline`, a message that is nothing but `code` counts too.
    """
    blocks = [(found["language"] or "", _tidy(found["code"])) for found in _BLOCK.finditer(message)]
    blocks = [(language.lower(), code) for language, code in blocks if code.strip()]
    python = [code for language, code in blocks if language in _PYTHON]
    chosen = python or [code for language, code in blocks if not language]
    if chosen:
        return "\n\n".join(chosen)
    whole = _INLINE.fullmatch(message.strip()) if inline else None
    return whole[2].strip() if whole else None


def typed(text: str) -> str:
    """What was typed into a box, without the fence that people paste along with code."""
    text = text.replace("\r\n", "\n")
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```") and bare.count("```") == 2:
        found = _BLOCK.fullmatch(bare)
        return _tidy(found["code"]) if found else text
    return text


def asks_to_run(words: str) -> bool:
    """Whether the words beside a mention ask to run what they reply to."""
    return _RUN_THIS.fullmatch(words.strip()) is not None


def decoded(data: bytes) -> str:
    """The code in an uploaded file. Raises UnicodeDecodeError for anything but UTF-8 text."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def fits_box(code: str) -> bool:
    """Whether the code can be edited in Discord's form."""
    return len(code.encode("utf-16-le", "surrogatepass")) // 2 <= BOX


def reads_keyboard(code: str) -> bool:
    """Whether the code seems to wait for input that nobody can type.

    A guess from its words, linear in their number: parsing a stranger's code in this process would be a risk.
    """
    bare = _COMMENT.sub("", code)
    return _KEYBOARD.search(bare) is not None and _OWN_INPUT.search(bare) is None


def _tidy(code: str) -> str:
    """A block's code, dedented, and without prompts where it was copied from a Python session."""
    lines = textwrap.dedent(code.strip("\n")).rstrip().split("\n")
    if lines[0].startswith(">>>"):
        lines = [_PROMPT.sub("", line) for line in lines if _PROMPT.match(line)]
    return "\n".join(lines)
