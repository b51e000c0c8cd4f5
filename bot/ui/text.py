"""Text that Discord shows as it was meant: escaped, cut to size, never able to ping or to break out of its block."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from knowledge.deck_formats.draft import shows

ELLIPSIS = "…"
# Characters with a meaning in Discord's Markdown, timestamps, emoji or automatic links. A backslash before any
# character that is neither a letter, a digit nor a space makes it plain.
_MARKDOWN = re.compile(r"([\\*_~`|>#\-\[\]()<:+=])")
# As little as makes a title plain: `x[0](1)` is read often, and so is `#` in the middle of a line.
_IN_TITLES = re.compile(r"([\\*_~|<`]|\](?=\()|(?<=\])\(|:(?=//))")
_BEGINNING = re.compile(r"^[#>+-]")
_LINKED = re.compile(r"\]\((?=\s*<?\w+:\S)")
_EVERYBODY = re.compile(r"@(?=everyone|here)")
_HOME = ("docs.pytorch.org", "pytorch.org")
_LIST_ITEM = re.compile(r"^(\d+)\.")
_INLINE_CODE = re.compile(r"(`[^`\n]+`)")
_FENCE = re.compile(r"`(?=`)|`$")

# The same questions are shown again and again. Only short texts of questions are kept: people's code and what it
# printed are long, and must not outlive their deletion.
_once = lru_cache(maxsize=4096)


def visible(text: str) -> str:
    """`text` without control, direction-changing and unassigned characters; new lines and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co"})


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, ending in an ellipsis where something was taken away."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def quote(text: str, limit: int = 200) -> str:
    """A stranger's words on one line: no formatting, link, mention or emoji code in them works."""
    line = _MARKDOWN.sub(r"\\\1", cut(" ".join(visible(text).split()), limit))
    # Not even the letters of a mention: an invisible character follows each @.
    return _LIST_ITEM.sub(r"\1\\.", line).replace("@", "@\u200b")


def passage(text: str, limit: int = 1500) -> str:
    """A stranger's words as a quotation that keeps its lines; nothing in them works or breaks out of it."""
    lines = [line.rstrip() for line in cut(visible(text).strip(), limit).split("\n")]
    safe = [_LIST_ITEM.sub(r"\1\\.", _MARKDOWN.sub(r"\\\1", line)).replace("@", "@\u200b") for line in lines]
    return "\n".join(f"> {line}" for line in safe)


@_once
def title(text: str) -> str:
    """A question, an option or a key point: `__init__` stays `__init__`, and code in backticks stays code.

    Its author may be a stranger: beside that code nothing in it formats, links or looks like a mention.
    """
    first, *others = _INLINE_CODE.split(" ".join(text.split()))
    parts = [_BEGINNING.sub(r"\\\g<0>", _LIST_ITEM.sub(r"\1\\.", _plain(first)))]
    # Every second part is code. A link may begin before it, so that not even in code it may go on.
    parts += [_plain(part) if index % 2 else _LINKED.sub("]\u200b(", part) for index, part in enumerate(others)]
    return "".join(parts)


def _plain(text: str) -> str:
    return _EVERYBODY.sub("@\u200b", _IN_TITLES.sub(r"\\\1", text))


@_once
def label(text: str, limit: int) -> str:
    """A question or a name where Discord shows no Markdown: buttons, options, choices. Never empty."""
    line = " ".join(text.replace("`", "").split())
    return cut(line, limit) if shows(line) else ELLIPSIS


def code_block(code: str, language: str = "", limit: int = 1000) -> str:
    """A fenced block of at most `limit` characters that nothing in `code` can close.

    What does not fit is cut at a line's end, and a last line says how much is missing. `limit` must leave room for
    the fences (about 50 characters).
    """
    # An invisible character between backticks keeps three of them from ending the block.
    safe = _FENCE.sub("`\u200b", visible(code).strip("\n")) or " "
    opening, closing = f"```{language}\n", "\n```"
    room = limit - len(opening) - len(closing)
    if len(safe) <= room:
        return f"{opening}{safe}{closing}"
    lines = safe.split("\n")
    shown: list[str] = []
    size = len(note := f"{ELLIPSIS} {len(lines)} more lines")
    for line in lines:
        if size + len(line) + 1 > room:
            break
        shown.append(line)
        size += len(line) + 1
    if not shown:
        return f"{opening}{cut(safe, room)}{closing}"
    missing = len(lines) - len(shown)
    note = f"{ELLIPSIS} {missing} more line{'s' if missing > 1 else ''}"
    return opening + "\n".join([*shown, note]) + closing


def cut_markdown(text: str, limit: int) -> str:
    """At most `limit` characters of an answer, cut between paragraphs or sentences, with code left closed."""
    if len(text) <= limit:
        return text
    head = text[: limit - 5]
    end = max(head.rfind("\n\n"), head.rfind(". "), head.rfind("\n"))
    head = head[: end + 1] if end > limit // 2 else head
    head = head.rstrip()
    if head.count("```") % 2:
        return f"{head}\n```"
    return head + ("`" if head.count("`") % 2 else "") + f" {ELLIPSIS}"


def sureness(score: float) -> str:
    """A calibrated probability in words and percent."""
    words = (
        "very sure"
        if score >= 0.9
        else "sure"
        if score >= 0.75
        else "fairly sure"
        if score >= 0.5
        else "not sure"
        if score >= 0.25
        else "a long shot"
    )
    return f"{words} · {min(99, max(1, round(score * 100)))} %"


def topic_name(topic: str) -> str:
    """A topic's folder name as people write it."""
    return topic.replace("-", " ")


@_once
def link(url: str) -> str:
    """A link with a short name: the documented thing's, with the site where it is not PyTorch's documentation."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    page = re.sub(r"\.(html?|md|py|rst)$", "", unquote(parts.path.rstrip("/").rsplit("/", 1)[-1]))
    anchor = unquote(parts.fragment)
    if "." in anchor:
        name = anchor
    elif anchor and page:
        name = f"{page}: {anchor.replace('-', ' ')}"
    else:
        name = page or host
    if host not in _HOME and name != host:
        name = f"{name} ({host})"
    # What stands escaped in an address may be anything, new lines among it.
    name = re.sub(r"[\[\]`*~|<>\\]", "", " ".join(visible(name).split()))
    shown = _EVERYBODY.sub("@\u200b", cut(name, 60)) or host
    return f"[{shown}]({url.replace('(', '%28').replace(')', '%29')})"
