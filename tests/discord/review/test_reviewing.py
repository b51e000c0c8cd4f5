"""/review start and /review forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.client import TutorBot
from bot.cogs import patience
from bot.sandbox.wire import RunResult
from bot.settings import Settings
from bot.store import Person, Store
from bot.study.exercise import Form
from bot.study.exercises import compose, forms_of
from bot.study.memory import LEECH_LAPSES, Rating, previews
from bot.study.review_session import LEECH_FORMS, MOST_NEW, interval
from bot.ui.review_cards import LEECH
from knowledge.questions import Question
from knowledge.tutor import Tutor
from tests.discord.review.helpers import DAY, HOUR, MINUTE, Learning, Time, about, fill_in, plain, styled
from tests.discord.world import labels, message_of, text_of
from tests.fakes.store import SlowReviews
from tests.fakes.tutor import OtherTutor
from tests.fakes.worker import FixedWorker

AGAIN, HARD, GOOD, EASY = Rating
SLIPS = [GOOD, AGAIN] * LEECH_LAPSES


async def leech(learning: Learning, form: Form) -> Question:
    """A question that Alice forgot again and again, and that now comes up in a form."""
    able = (number for number, each in enumerate(learning.questions) if set(forms_of(each)) >= set(LEECH_FORMS))
    more = (LEECH_FORMS.index(form) - len(SLIPS)) % len(LEECH_FORMS)
    return await learning.met(*SLIPS, *[AGAIN] * more, number=next(able))


# ------------------------------------------------------------------------------------------------- one session


async def test_without_cards_a_few_new_questions_begin(learning: Learning) -> None:
    seen = await learning.start()
    assert seen.ephemeral
    assert "Nothing to review yet" in text_of(seen)
    assert "`/quiz`" in text_of(seen)
    met = set()
    await learning.press(seen, "Begin with 5 questions")
    for number in range(1, MOST_NEW + 1):
        assert f"Extra · {number} of {MOST_NEW}" in text_of(seen)
        await learning.press(seen, "Show answer")
        await learning.press(seen, "Good · 2 d")
        met |= {held.question_id for held in await learning.store.reviews.cards(learning.alice.id)}
        assert len(met) == number
    assert "Done for now" in text_of(seen)
    assert "5 questions reviewed, 5 of them known at once" in text_of(seen)
    assert "Streak: 1 day." in text_of(seen)


async def test_what_is_due_comes_longest_overdue_first_until_none_is_left(learning: Learning) -> None:
    late = await learning.met(GOOD, number=0, ago=20 * DAY)
    later = await learning.met(GOOD, number=1, ago=30 * DAY)
    await learning.met(EASY, number=2, ago=DAY)
    seen = await learning.start()
    assert "1 of 2 due" in text_of(seen)
    assert about(seen, later)
    card = await learning.card(later)
    waits = previews(card, learning.time.now())
    await learning.press(seen, "Show answer")
    assert plain(later.answer)[:200] in plain(text_of(seen))
    assert labels(seen)[:4] == [f"{each.name.capitalize()} · {interval(wait)}" for each, wait in waits.items()]
    await learning.press(seen, "Good")
    after = await learning.card(later)
    assert (after.reviews, after.due - after.last_review) == (2, waits[GOOD])
    assert "2 of 2 due" in text_of(seen)
    assert about(seen, late)
    await learning.press(seen, "Show answer")
    await learning.press(seen, "Again")
    assert "Done for now" in text_of(seen)
    assert "2 questions reviewed, 1 of them known at once" in text_of(seen)
    kept = await learning.logged(late, 1)
    assert kept is not None
    assert (kept.rating, kept.score, kept.form, kept.source, kept.guild_id) == (AGAIN, 0.0, "text", "review", None)
    await learning.time.pass_(11 * MINUTE)
    again = await learning.start()
    assert "1 of 1 due" in text_of(again), "what was not known comes back soon"


async def test_nothing_due_says_when_something_is(learning: Learning) -> None:
    await learning.met(GOOD, ago=DAY)
    seen = await learning.start()
    assert "Nothing is due" in text_of(seen)
    assert "The next one is due <t:" in text_of(seen)
    await learning.press(seen, "More")
    assert f"Extra · 1 of {MOST_NEW}" in text_of(seen)


async def test_an_answer_in_words_is_marked_kept_and_corrected(learning: Learning) -> None:
    question = await learning.met(GOOD)
    seen = await learning.start()
    points = " ".join(question.key_points)
    await fill_in(learning.world, learning.alice, seen, "Answer in words", points)
    assert "✅" in text_of(seen)
    assert f"You answered: {points[:40]}"[:50] in plain(text_of(seen))
    assert "I rate this *Good*" in text_of(seen)
    assert [label.split(" ·")[0] for label in styled(seen, 3)] == ["Good"]
    assert [label.split(" ·")[0] for label in labels(seen)[:4]] == ["Again", "Hard", "Good", "Easy"]
    kept = await learning.logged(question, 1)
    assert kept is not None
    assert kept.rating is GOOD, "nothing is lost if she leaves now"
    assert kept.score > 0.8
    waits = [label.split("· ")[1] for label in labels(seen)[:4]]
    await learning.world.restart()
    await learning.press(seen, "Easy")
    kept = await learning.logged(question, 1)
    assert kept is not None
    assert (kept.rating, (await learning.card(question)).reviews) == (EASY, 2)
    card = await learning.card(question)
    assert interval(card.due - card.last_review) == waits[3], "the button said so"
    assert "Done for now" in text_of(seen)


async def test_a_wrong_answer_in_words_comes_with_what_was_missing(learning: Learning) -> None:
    question = await learning.met(GOOD)
    seen = await learning.start()
    await fill_in(
        learning.world, learning.alice, seen, "Answer in words", "I think it is about tensors. @everyone <@1>"
    )
    assert "@everyone" not in text_of(seen)
    assert "Not mentioned" in text_of(seen)
    assert [label.split(" ·")[0] for label in styled(seen, 3)] == ["Again"]
    assert plain(question.key_points[0])[:60] in plain(text_of(seen))


# ------------------------------------------------------------------------------------------------------ leeches


async def test_a_leech_comes_as_a_choice_and_is_marked(learning: Learning) -> None:
    question = await leech(learning, "choice")
    seen = await learning.start()
    assert LEECH in text_of(seen)
    assert labels(seen)[:4] == ["A", "B", "C", "D"]
    card = await learning.card(question)
    exercise = compose(question, "choice", card.reviews, {each.id: each for each in learning.questions})
    await learning.world.restart()
    await learning.press(seen, exercise.expected[0])
    assert f"✅ **Right.** {exercise.expected[0]} is right" in plain(text_of(seen))
    kept = await learning.logged(question, card.reviews)
    assert kept is not None
    assert (kept.form, kept.rating, kept.score) == ("choice", GOOD, 1.0)
    await learning.press(seen, "Hard")
    kept = await learning.logged(question, card.reviews)
    assert kept is not None
    assert kept.rating is HARD


async def test_a_leech_as_true_or_false_can_be_wrong(learning: Learning) -> None:
    question = await leech(learning, "true-false")
    seen = await learning.start()
    card = await learning.card(question)
    exercise = compose(question, "true-false", card.reviews, {})
    wrong = next(option for option in ("True", "False") if option != exercise.expected[0])
    await learning.press(seen, wrong)
    assert "❌ **Not right.**" in text_of(seen)
    assert f"You answered: {wrong}" in text_of(seen)
    assert [label.split(" ·")[0] for label in styled(seen, 3)] == ["Again"]


async def test_a_leech_as_a_gap_in_output_is_filled_in(learning: Learning) -> None:
    question = await leech(learning, "output")
    seen = await learning.start()
    card = await learning.card(question)
    exercise = compose(question, "output", card.reviews, {})
    assert "①" in text_of(seen)
    await fill_in(learning.world, learning.alice, seen, "Fill in", *exercise.expected)
    assert "✅ **Right.** It printed" in plain(text_of(seen))


async def test_a_leech_as_a_gap_in_code_runs(
    learning: Learning, settings: Settings, store: Store, tutor: Tutor, time: Time
) -> None:
    question = await leech(learning, "code")
    card = await learning.card(question)
    exercise = compose(question, "code", card.reviews, {})
    worker = FixedWorker(RunResult("ok", stdout=exercise.printed))
    await learning.world.env.restart_bot(TutorBot(settings, store, tutor, worker, now=time.now))
    seen = await learning.start()
    assert "____" in text_of(seen)
    await fill_in(learning.world, learning.alice, seen, "Fill in", "torch.ones(3)")
    assert worker.requests[0].code == exercise.program(("torch.ones(3)",))
    assert "Your program printed exactly that" in text_of(seen)


async def test_without_a_worker_only_the_person_can_tell_of_code(learning: Learning) -> None:
    question = await leech(learning, "code")
    card = await learning.card(question)
    seen = await learning.start()
    await fill_in(learning.world, learning.alice, seen, "Fill in", "torch.ones(3)")
    assert "Hard to tell" in text_of(seen)
    assert styled(seen, 3) == [], "no rating is the bot's"
    assert await learning.logged(question, card.reviews) is None
    await learning.press(seen, "Good")
    kept = await learning.logged(question, card.reviews)
    assert kept is not None
    assert (kept.form, kept.rating, kept.score) == ("code", GOOD, 1.0)


async def test_a_leech_can_just_be_looked_at(learning: Learning) -> None:
    question = await leech(learning, "choice")
    seen = await learning.start()
    await learning.press(seen, "Show answer")
    assert plain(question.answer)[:100] in plain(text_of(seen))
    await learning.press(seen, "Good")
    assert "Done for now" in text_of(seen)


# --------------------------------------------------------------------------------------------- what goes wrong


async def test_a_double_press_counts_once_and_says_nothing(learning: Learning) -> None:
    question = await learning.met(GOOD, number=0, ago=30 * DAY)
    other = await learning.met(GOOD, number=1, ago=20 * DAY)
    # Two messages at the same question are to the bot what two presses in one message are.
    first, second = await learning.start(), await learning.start()
    for seen in (first, second):
        await learning.press(seen, "Show answer")
    await learning.press(first, "Good")
    await learning.press(second, "Again")
    assert (await learning.card(question)).reviews == 2
    kept = await learning.logged(question, 1)
    assert kept is not None
    assert kept.rating is GOOD
    assert about(second, other)
    assert "already" not in text_of(second)


async def test_a_button_that_was_used_elsewhere_goes_on_with_a_word(learning: Learning) -> None:
    question = await learning.met(GOOD, number=0, ago=30 * DAY)
    other = await learning.met(GOOD, number=1, ago=20 * DAY)
    copies = [await learning.start() for _ in range(3)]
    for seen in copies[:2]:
        await learning.press(seen, "Show answer")
    await learning.press(copies[0], "Good")
    await learning.time.pass_(HOUR)
    await learning.world.restart()
    for seen, label in ((copies[1], "Easy"), (copies[2], "Answer in words")):
        pressed = await learning.press(seen, label)
        assert pressed.modal is None
        assert "You have rated that one already" in text_of(seen)
        assert about(seen, other)
    assert (await learning.card(question)).reviews == 2


async def test_a_question_answered_in_a_quiz_meanwhile_is_not_rated_twice(learning: Learning) -> None:
    question = await learning.met(GOOD, ago=30 * DAY)
    seen = await learning.start()
    await learning.press(seen, "Show answer")
    await learning.met(GOOD, number=0, ago=timedelta(0))
    await learning.press(seen, "Good")
    assert (await learning.card(question)).reviews == 2
    assert "You have rated that one already" in text_of(seen)


async def test_a_correction_of_something_older_changes_nothing(learning: Learning) -> None:
    question = await learning.met(GOOD, ago=30 * DAY)
    seen = await learning.start()
    await fill_in(learning.world, learning.alice, seen, "Answer in words", "I do not know this at all, sorry.")
    await learning.met(GOOD, number=0, ago=timedelta(0))
    await learning.time.pass_(MINUTE)
    await learning.press(seen, "Easy")
    assert "You have rated that one already" in text_of(seen)
    kept = await learning.logged(question, 1)
    assert kept is not None
    assert kept.rating is AGAIN


async def test_a_question_that_is_gone_is_passed_over(
    learning: Learning, settings: Settings, store: Store, tutor: Tutor, time: Time
) -> None:
    gone = await learning.met(GOOD, number=0, ago=30 * DAY)
    stays = await learning.met(GOOD, number=1, ago=20 * DAY)
    seen = await learning.start()
    assert "1 of 2 due" in text_of(seen)
    assert about(seen, gone)
    others = OtherTutor(tutor, [each for each in learning.questions if each.id != gone.id])
    await learning.world.env.restart_bot(TutorBot(settings, store, others, now=time.now))
    await learning.press(seen, "Show answer")
    assert "no longer in my collection" in text_of(seen)
    assert about(seen, stays)
    assert "1 of 1 due" in text_of(seen)


async def test_a_question_that_was_rewritten_is_asked_anew(
    learning: Learning, settings: Settings, store: Store, tutor: Tutor, time: Time
) -> None:
    question = await leech(learning, "choice")
    seen = await learning.start()
    changed = replace(question, question="Is this another question?")
    questions = [changed if each.id == question.id else each for each in learning.questions]
    await learning.world.env.restart_bot(TutorBot(settings, store, OtherTutor(tutor, questions), now=time.now))
    before = await learning.card(question)
    await learning.press(seen, "A")
    assert "was rewritten meanwhile" in text_of(seen)
    assert labels(seen)[:4] == ["A", "B", "C", "D"]
    assert await learning.card(question) == before


async def test_a_slow_database_does_not_leave_a_box_unanswered(learning: Learning) -> None:
    await learning.met(GOOD)
    seen = await learning.start()
    learning.store.reviews = SlowReviews(10 * patience.LOOK_UP_S)
    pressed = await learning.press(seen, "Answer in words")
    await learning.world.env.advance_time(patience.LOOK_UP_S + 0.5)
    assert pressed.ephemeral
    assert "My database is slow right now" in text_of(pressed)


# ---------------------------------------------------------------------------------------------- putting aside


async def test_a_skipped_question_comes_last(learning: Learning) -> None:
    first = await learning.met(GOOD, number=0, ago=30 * DAY)
    second = await learning.met(GOOD, number=1, ago=20 * DAY)
    seen = await learning.start()
    await learning.press(seen, "Skip")
    assert about(seen, second)
    assert "1 of 2 due" in text_of(seen)
    await learning.press(seen, "Skip")
    assert about(seen, first)
    await learning.press(seen, "Show answer")
    await learning.press(seen, "Good")
    assert about(seen, second)
    await learning.press(seen, "Skip")
    assert about(seen, second)
    assert "This is the only one left" in text_of(seen)


async def test_a_buried_question_comes_back_the_next_day_where_the_person_lives(learning: Learning) -> None:
    question = await learning.met(GOOD)
    await learning.store.people.keep(Person(learning.alice.id, "Asia/Tokyo"))
    seen = await learning.start()
    await learning.press(seen, "Bury for today")
    assert "Put away until tomorrow" in text_of(seen)
    assert "Nothing is due" in text_of(seen)
    await learning.time.reach(14, 59)
    assert "Nothing is due" in text_of(await learning.start())
    await learning.time.reach(15, 1)  # midnight in Tokyo
    assert about(await learning.start(), question)


async def test_a_suspended_question_stays_away_until_it_is_brought_back(learning: Learning) -> None:
    question = await learning.met(GOOD)
    seen = await learning.start()
    await learning.press(seen, "Suspend")
    assert "`/review forecast` can bring it back" in text_of(seen)
    await learning.time.pass_(60 * DAY)
    assert "Nothing is due" in text_of(await learning.start())
    coming = await learning.alice.slash(learning.world.general, "review forecast")
    assert "1 question suspended" in text_of(coming)
    assert "0 questions due now" in text_of(coming)
    await learning.world.restart()
    await learning.press(coming, "Bring them back")
    assert "suspended" not in text_of(coming)
    await learning.press(coming, "Review now")
    assert about(coming, question)


async def test_looking_it_up_shows_the_whole_answer_beside_the_card(learning: Learning) -> None:
    question = await learning.met(GOOD)
    seen = await learning.start()
    looked = await learning.press(seen, "Look it up")
    assert looked.ephemeral
    assert question.proofs[0].code.splitlines()[0] in text_of(looked)
    assert "Show answer" in labels(seen), "the card stays"


# ------------------------------------------------------------------------------------------------------ others


async def test_more_is_weak_or_new_and_never_what_was_just_met(learning: Learning) -> None:
    just = await learning.met(GOOD, number=0, ago=HOUR)
    seen = await learning.start()
    met = {just.id}
    for _ in range(3):
        await learning.press(seen, "More")
        for number in range(MOST_NEW):
            assert f"Extra · {number + 1} of {MOST_NEW}" in text_of(seen)
            (question,) = [each for each in learning.questions if about(seen, each)]
            assert question.id not in met
            met.add(question.id)
            await learning.press(seen, "Skip")
            (other,) = [each for each in learning.questions if about(seen, each)]
            assert other.id != question.id
            await learning.press(seen, "Show answer")
            await learning.press(seen, "Good")
            met.add(other.id)
        assert "Done for now" in text_of(seen)
    assert "15 questions reviewed" in text_of(seen)


async def test_reviews_work_in_a_direct_message(learning: Learning) -> None:
    question = await learning.met(GOOD)
    user = learning.alice.user
    seen = await user.slash("review start")
    assert about(seen, question)
    await user.click(message_of(seen), label="Show answer")
    good = next(label for label in labels(seen) if label.startswith("Good"))
    await user.click(message_of(seen), label=good)
    assert (await learning.card(question)).reviews == 2


async def test_everybody_has_their_own(learning: Learning) -> None:
    await learning.met(GOOD)
    theirs = await learning.world.bob.slash(learning.world.general, "review start")
    assert "Nothing to review yet" in text_of(theirs)


async def test_the_forecast_counts_days_where_the_person_lives(learning: Learning) -> None:
    await learning.store.people.keep(Person(learning.alice.id, "America/New_York"))
    await learning.met(AGAIN, number=0, ago=DAY)
    await learning.met(GOOD, number=1, ago=DAY)
    await learning.met(*SLIPS, number=2, ago=40 * DAY)
    seen = await learning.alice.slash(learning.world.general, "review forecast")
    assert seen.ephemeral
    assert "Days in America/New_York · 2 questions due now" in text_of(seen)
    assert "2 learning · 1 young · 0 mature · 1 leech" in text_of(seen)
    bars = text_of(seen).split("```")[1].strip().splitlines()
    assert len(bars) == 14
    assert bars[0].startswith("Today")
    assert bars[0].endswith(" 2")
    assert [line[-1] for line in bars[1:3]] == ["1", "·"]
    empty = await learning.world.bob.slash(learning.world.general, "review forecast")
    assert "Nothing to review yet" in text_of(empty)
