"""What somebody wrote: what of it is the question, whether there is one, and whether it asks anything."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4000

_CUSTOM_EMOJI = re.compile(r"<a?:\w+:\d+>")
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|@(?:everyone|here)\b")
_URL = re.compile(r"https?://\S+")
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_SPACES = re.compile(r"[ \t\f\v\u00a0]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")
_QUESTION_MARKS = re.compile("[?\uff1f\u061f\u037e]")
_OPENERS = re.compile(
    r"(?:(?:hi|hey|hello|so|and|but|ok|okay|please|pls|quick question|question|q)[\s,:!-]+)*"
    r"(?:how|why|when|where|which|who|whose|what(?!\s+an?\b)|what's|whats|"
    r"is|are|was|were|do|does|did|can|could|should|would|will|has|have|am|"
    r"explain|describe|compare|define|tell\s+me|difference\s+between|the\s+difference\s+between|"
    r"anyone\s+know|does\s+anybody|i\s+don'?t\s+understand)\b",
    re.IGNORECASE,
)


def clean(text: str, me: int | None = None) -> str:
    """The question in `text`: without the bot's mention, other mentions, custom emoji and invisible characters.

    `me` is the bot's own id; its mention goes away whole. At most `LONGEST` characters.
    """
    if me is not None:
        text = re.sub(rf"<@!?{me}>", " ", text)
    text = _MENTION.sub(" ", _CUSTOM_EMOJI.sub(" ", text))
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Cn", "Co"})
    text = _SPACES.sub(" ", "".join(kept))
    return _BLANK_LINES.sub("\n\n", text).strip()[:LONGEST]


def has_words(text: str) -> bool:
    """Whether there is anything to look up: at least two letters or digits in some script."""
    return sum(c.isalnum() for c in text) >= 2


def is_question(text: str) -> bool:
    """Whether a message in an ask channel asks something, as opposed to chatting, thanking or pasting code.

    `text` is cleaned. A question has two words or more outside of code and links, and either a question mark or an
    opening such as *how*, *why*, *what is*, *explain*, *difference between*.
    """
    prose = _URL.sub(" ", _FENCED.sub(" ", text)).strip()
    if len(re.findall(r"\w+", prose)) < 2 and not re.search(r"[^\x00-\u024f]{3,}", prose):
        return False
    return bool(_QUESTION_MARKS.search(prose) or _OPENERS.match(prose))
