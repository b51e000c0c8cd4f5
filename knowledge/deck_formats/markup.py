"""Between the HTML of an Anki field and the Markdown of an answer."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from knowledge.deck_formats.fences import FENCE

_BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav "
    "ol section table tbody tfoot thead tr ul".split()
)
_UNSEEN = frozenset("script style head title template iframe object embed noscript svg math canvas audio video".split())
_VOID = frozenset("br hr img wbr embed".split())
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`"}
_WHITE = re.compile(r"[ \t\r\n\f]+")
_SPACES = re.compile(r"(?<= ) |^ ", re.MULTILINE)
# What is never closed is a comment to the end; the parser would look for the end again at every mark.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SOUND = re.compile(r"\[sound:[^\]\n]*\]")
_CLOZE = re.compile(r"\{\{c\d+::(.*?)(?:::(.*?))?\}\}", re.DOTALL)
_INLINE = re.compile(r"`(?P<code>[^`\n]+)`|\*\*(?P<bold>[^*`\n]+)\*\*")


def to_markdown(field: str) -> tuple[str, bool]:
    """The text of an Anki field, with code and bold kept, and whether a picture or a sound was left out of it."""
    reader = _Reader()
    reader.feed(_COMMENT.sub("", _SOUND.sub("", field)))
    reader.close()
    text = "\n".join(line.rstrip() for line in "".join(reader.parts).split("\n")).strip("\n")
    return text, reader.lost_media or _SOUND.search(field) is not None


def cloze(text: str) -> tuple[str, str] | None:
    """The question and the answer in a text with gaps, `{{c1::so}}`; None where it has none."""
    if not _CLOZE.search(text):
        return None
    asked = _CLOZE.sub(lambda gap: f"[{gap[2] or '…'}]", text)
    return asked, _CLOZE.sub(lambda gap: gap[1], text)


def to_html(text: str) -> str:
    """An Anki field that shows the text, and from which `to_markdown` reads exactly that text."""
    shown = _with_code(text)
    return shown if to_markdown(shown)[0] == text else _plain(text)


def _with_code(text: str) -> str:
    parts = []
    end = 0
    for fence in FENCE.finditer(text):
        before = text[end : fence.start()].removesuffix("\n")
        parts += [_inline(before), _pre(fence)] if before or end else [_pre(fence)]
        end = fence.end() + 1
    parts.append(_inline(text[end:]))
    return "".join(parts)


def _pre(fence: re.Match[str]) -> str:
    kind = f' class="language-{fence["language"]}"' if fence["language"] else ""
    return f"<pre{kind}>{_escaped(fence['code'])}</pre>"


def _inline(text: str) -> str:
    parts = []
    end = 0
    for mark in _INLINE.finditer(text):
        tag = "code" if mark["code"] else "b"
        parts += [_plain(text[end : mark.start()]), f"<{tag}>{_plain(mark['code'] or mark['bold'])}</{tag}>"]
        end = mark.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    return _SPACES.sub("&nbsp;", _escaped(text)).replace("\n", "<br>")


def _escaped(text: str) -> str:
    # Anki would play what is written like one of its sounds.
    return html.escape(text, quote=False).replace("\t", "&#9;").replace("[sound:", "[&#115;ound:")


class _Reader(HTMLParser):
    """Collects what a reader would see; scripts, styles and media are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.lost_media = False
        self._unseen = 0
        self._pre = 0
        self._soft = True
        """Whether what was written last is a space that a further one melts into, or the start of a line."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"img", "audio", "video"}:
            self.lost_media = True
        if tag in _UNSEEN:
            self._unseen += tag not in _VOID
        elif self._unseen:
            return
        elif tag == "br":
            self._write("\n")
        elif tag == "pre":
            self._begin_line()
            kind = next((value or "" for name, value in attrs if name == "class"), "")
            language = kind.removeprefix("language-") if kind.startswith("language-") else ""
            self._write(f"```{language if re.fullmatch(r'[A-Za-z0-9_]*', language) else ''}\n")
            self._pre += 1
        elif tag == "p":
            self._begin_line(blank=True)
        elif tag in _BLOCKS:
            self._begin_line()
            if tag == "li":
                self._write("- ")
        elif tag in {"td", "th"}:
            self._write(" ")
        elif tag in _MARKS and not self._pre:
            self._write(_MARKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif self._unseen:
            return
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self._begin_line()
            self._write("```\n")
        elif tag == "p":
            self._begin_line(blank=True)
        elif tag in _BLOCKS:
            self._begin_line()
        elif tag in _MARKS and not self._pre:
            self._write(_MARKS[tag])

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._pre:
            self._write(data.replace("\r\n", "\n"))
            return
        data = _WHITE.sub(" ", data)
        if self._soft:
            data = data.lstrip(" ")
        if data:
            self._write(data)
            self._soft = data.endswith(" ")

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name};")

    def _reference(self, reference: str) -> None:
        if not self._unseen:
            self._write(html.unescape(reference).replace("\u00a0", " "))

    def _write(self, text: str) -> None:
        self.parts.append(text)
        self._soft = text.endswith("\n")

    def _begin_line(self, *, blank: bool = False) -> None:
        """Start a new line unless one was just begun, with a blank one before it."""
        tail = "".join(self.parts[-2:])[-2:]
        if tail and not tail.endswith("\n"):
            self._write("\n")
            tail = "\n"
        if blank and tail and tail != "\n\n":
            self._write("\n")
        self._soft = True
