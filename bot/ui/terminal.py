"""What a program printed, as a terminal would leave it: without colours, cursor jumps and overwritten progress bars."""

from __future__ import annotations

import re

# ECMA-48: CSI sequences, then strings such as window titles up to their end, then what is left of two characters.
_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)


def settled(printed: str) -> str:
    """The text that stays: of a line that was written over (`tqdm` does that), its last writing."""
    lines = _ESCAPES.sub("", printed).split("\n")
    return "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in lines)
