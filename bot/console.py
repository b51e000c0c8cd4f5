"""Answers in a terminal: highlighted code, and a conversation with history and completion."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax

from knowledge.conversation import with_context
from knowledge.questions import Question
from knowledge.search import Found
from knowledge.tutor import Tutor

REMEMBERED = 8
"""Earlier questions that a follow-up can lean on."""


def show(found: Found, console: Console | None = None) -> None:
    """Print what was found: the answer with its proof, the closest questions, or that nothing is known."""
    console = console or Console()
    if found.verdict == "answer":
        _show_answer(found.hits[0].question, found.hits[0].score, console)
    elif found.verdict == "suggest":
        console.print("I am not sure what you mean. The closest questions that I can answer:\n")
        for hit in found.hits[:3]:
            console.print(f"  • {escape(hit.question.question)} [dim]({hit.score:.0%})[/dim]", highlight=False)
        console.print("\n[dim]Ask one of them, or say more.[/dim]")
    else:
        console.print("I don't know that one. Try other words, or name the API that you mean.")


def _show_answer(question: Question, score: float, console: Console) -> None:
    subtitle = f"{question.topic} · {question.level} · {score:.0%} sure"
    # Otherwise Rich takes the [idx] of x[idx] for a colour and leaves it out.
    title = f"[bold]{escape(question.question)}[/bold]"
    console.print(Panel(Markdown(question.answer), title=title, subtitle=subtitle))
    for proof in question.proofs:
        console.print(Syntax(proof.code.rstrip(), "python", theme="ansi_dark", background_color="default"))
        console.print("[dim]prints[/dim]")
        console.print(proof.output.rstrip(), style="green", highlight=False, markup=False)
    for source in question.sources:
        console.print(f"[dim]{escape(source)}[/dim]", highlight=False)


class _Questions(Completer):
    """Completes a whole line to a question of the corpus."""

    def __init__(self, tutor: Tutor) -> None:
        self._tutor = tutor

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor
        if len(typed) > 2:
            for question in self._tutor.complete(typed, limit=8):
                yield Completion(question.question, start_position=-len(typed), display_meta=question.topic)


def converse(tutor: Tutor, history: Path) -> int:
    """Ask and answer until the person leaves with Ctrl-D; follow-ups use what went before."""
    console = Console()
    history.parent.mkdir(parents=True, exist_ok=True)
    session: PromptSession[str] = PromptSession(
        "ask › ",
        history=FileHistory(str(history)),
        auto_suggest=AutoSuggestFromHistory(),
        completer=_Questions(tutor),
        complete_while_typing=False,
    )
    console.print(f"{len(tutor.corpus.questions)} questions. Tab completes, ↑ goes back, Ctrl-D leaves.", style="dim")
    earlier: list[str] = []
    while True:
        try:
            typed = session.prompt().strip()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        if typed:
            show(tutor.ask_now(with_context(typed, earlier)), console)
            earlier = [*earlier, typed][-REMEMBERED:]
