"""The bot as interviewer: what it says after it has read an answer, and how it reads one.

It asks about what was left out without giving it away, goes deeper where the answer is good, and says so where it
cannot tell. It reads what was typed, by the grader's key points; it never claims to have understood more than those.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from bot.study.interview.events import Deeper, Judge, Move, Onward, Probe
from bot.study.interview.material import Material
from bot.study.interview.state import MAIN, Reading, Talk
from knowledge.grading import Graded, GradedPoint
from knowledge.grading_text import content_keys

MOST_PROBES = 2
"""Of a question; a follow-up is asked about once more."""
LEAST_FOR_MORE = timedelta(seconds=75)
"""Less time than that is not enough for another answer."""
_QUOTED = 160
_LEADING_WORDS = 2
"""One word in common is chance."""
_SAME_QUESTION = 0.34
"""Share of the words of a prepared clarification that a question must have to be taken for it."""

UNCLEAR = (
    "I am not sure that I followed you. Could you say it in other words, or with an example?",
    "I cannot tell yet whether that is what I am listening for. Put it differently, please.",
)
JUDGE = "I cannot tell whether that was right, so I leave it to you: which of these points did you make?"
FURTHER = (
    "Go one step further: what happens inside?",
    "Why is that so, and when is it not?",
    "What would you see if you ran it?",
    "What does it cost, in time or in memory?",
)
GOOD = ("Good, that is clear.", "Yes. That is what I was listening for.", "Good.")
ENOUGH = ("Thank you. Let us leave it there.", "Thank you, let us go on.", "All right, thank you.")
IN_SENTENCES = "I can only follow whole sentences. Say it as you would say it to a colleague, please."
NOT_PREPARED = "I have nothing prepared on that. Assume what seems sensible to you, and say what you assume."
WARM = "Thank you. I do not judge the warm-up. Let us begin."
SOLVED = "All checks pass. Well done."
TIME = "We have to go on, because of the time."


def reading_of(ask: int, graded: Graded, *, narrow: bool = False) -> Reading:
    """What the grader said, as the interview keeps it.

    An answer to a `narrow` question makes but some of the points: one is enough, and with none nobody can tell.
    """
    covered = tuple(index for index, point in enumerate(graded.points) if point.state == "covered")
    against = tuple(index for index, point in enumerate(graded.points) if point.state == "contradicted")
    verdict, score = graded.verdict, graded.score
    if narrow and graded.guard is None:
        verdict, score = ("correct", 1.0) if covered and not against else ("unsure", score)
    return Reading(ask, verdict, score, covered, against, len(graded.points))


def judged(ask: int, covered: Sequence[int], points: int) -> Reading:
    """What a person said about an answer that the bot could not tell about."""
    return Reading(ask, "own", len(covered) / points if points else 0.0, tuple(sorted(covered)), (), points)


def respond(material: Material, graded: Graded, reading: Reading, talk: Talk, left: timedelta, seed: int) -> Move:
    """What comes after an answer that was graded; `left` is what the part still has of its time.

    The same seed says the same things.
    """
    chance = random.Random(f"{seed} {material.title} {talk.turn}")  # noqa: S311  not a secret
    if left < LEAST_FOR_MORE:
        return Judge(JUDGE, TIME) if reading.verdict == "unsure" else Onward(TIME)
    if material.kind == "design" and talk.ask == MAIN:
        return _about_design(material, graded, talk, left, chance)
    probes = MOST_PROBES if talk.ask == MAIN else 1
    if graded.guard in ("empty", "keywords", "no sentences", "repeats the question"):
        return Probe(IN_SENTENCES, talk.used) if talk.tries < probes else Onward(chance.choice(ENOUGH))
    if reading.verdict == "unsure":
        return Probe(chance.choice(UNCLEAR), talk.used) if not talk.tries else Judge(JUDGE)
    if reading.verdict == "correct" and not (talk.ask == MAIN and not talk.tries and _half_said(reading)):
        return _deeper(material, talk, left, chance.choice(GOOD))
    if talk.tries < probes:
        return _probe(material, graded, talk, chance)
    if reading.verdict == "partial" and talk.ask == MAIN:
        return _deeper(material, talk, left, chance.choice(ENOUGH), deepest=1)
    return Onward(chance.choice(ENOUGH))


def after_judging(material: Material, reading: Reading, talk: Talk, left: timedelta) -> Move:
    """What comes after somebody has judged themselves."""
    enough = 1 if material.is_narrow(talk.ask) else max(1, reading.points)
    if len(reading.covered) >= enough:
        return _deeper(material, talk, left, "Good.")
    return Onward(ENOUGH[0])


def after_solving(material: Material, talk: Talk, left: timedelta) -> Move:
    """What comes after the hidden check has passed."""
    return _deeper(material, talk, left, SOLVED)


def clarification(material: Material, asked: str) -> str:
    """The answer to what somebody asks back, as far as it was foreseen."""
    keys = content_keys([asked])

    def share(ask: str) -> float:
        prepared = content_keys([ask])
        return len(keys & prepared) / len(prepared) if prepared else 0.0

    best = max(material.clarify, key=lambda each: share(each.ask), default=None)
    return best.answer if best is not None and share(best.ask) >= _SAME_QUESTION else NOT_PREPARED


def _half_said(reading: Reading) -> bool:
    """Whether some points were made, nothing was wrong, and at least half is still to be said.

    The right answer in one sentence is right, but who interviews wants to hear the rest.
    """
    return bool(reading.covered) and not reading.contradicted and 2 * len(reading.covered) <= reading.points


def _deeper(material: Material, talk: Talk, left: timedelta, remark: str, deepest: int = 3) -> Move:
    """The next follow-up, if there is one and time for it; else the next question."""
    index = talk.ask + 1
    if index < len(material.follow_ups) and left >= LEAST_FOR_MORE and material.follow_ups[index].depth <= deepest:
        return Deeper(index, material.follow_ups[index].say, remark)
    return Onward(remark)


def _probe(material: Material, graded: Graded, talk: Talk, chance: random.Random) -> Probe:
    """Ask about what is missing or wrong, without saying what it should be."""
    wrong = next((point for point in graded.points if point.state == "contradicted" and point.said), None)
    if wrong is not None and wrong.said not in talk.used:
        return Probe("Would you stand by that? Why?", (*talk.used, wrong.said), f"You said: “{_short(wrong.said)}”")
    missing = [point for point in graded.points if point.state != "covered"]
    made = len(graded.points) - len(missing)
    count = f"I have heard {made} of the {len(graded.points)} points that I am listening for." if made else ""
    phrasing = _other_phrasing(material, missing, talk.used) if talk.ask == MAIN else None
    if phrasing is not None:
        return Probe(phrasing, (*talk.used, phrasing), f"{count} Let me put it in another way.".lstrip())
    further = chance.choice([each for each in FURTHER if each not in talk.used] or [*FURTHER])
    return Probe(further, (*talk.used, further), count)


def _other_phrasing(material: Material, missing: Sequence[GradedPoint], used: Sequence[str]) -> str | None:
    """The phrasing of the question that leads most directly to a missing point."""
    known = content_keys([material.title])
    wanted = content_keys([point.text for point in missing]) - known
    free = [ask for ask in material.asks if ask not in used]
    best = max(free, key=lambda ask: len(content_keys([ask]) & wanted), default=None)
    return best if best is not None and len(content_keys([best]) & wanted) >= _LEADING_WORDS else None


def _about_design(material: Material, graded: Graded, talk: Talk, left: timedelta, chance: random.Random) -> Move:
    """Walk through the areas that were not spoken of, then go deeper."""
    covered = {point.text for point in graded.points if point.state == "covered"}
    open_areas = [
        area.area for area in material.areas if area.area not in talk.used and not covered & {*area.key_points}
    ]
    if open_areas:
        return Probe(
            f"{open_areas[0]}: what do you plan?", (*talk.used, open_areas[0]), "Let us talk about one side of it."
        )
    if graded.verdict == "unsure":
        return Judge(JUDGE)
    return _deeper(material, talk, left, chance.choice(GOOD if graded.verdict == "correct" else ENOUGH))


def _short(said: str) -> str:
    words = " ".join(said.split())
    return words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1].rstrip()}…"
