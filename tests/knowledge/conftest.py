"""Parts that the tests of the knowledge room share."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.encoder import TokenEncoder, find_model, open_encoder
from knowledge.questions import Question, parse_question

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The data folder that `scripts/test` has prepared: the exported model is there already."""
    return CHECKOUT / ".data"


@pytest.fixture(scope="session")
def encoder(data_dir: Path) -> TokenEncoder:
    return open_encoder(find_model(None), "cpu", data_dir / "models")


def question_text(question_id: str = "sum-of-ones", folder: str = "sums", **replaced: str) -> str:
    """A valid question file; each keyword replaces a whole line or the body by what is given."""
    lines = {
        "id": f"id: {question_id}",
        "question": f"question: What does {question_id.replace('-', ' ')} give?",
        "topic": f"topic: {folder}",
        "level": "level: junior",
        "asks": f"asks: [how much is {question_id}, total of {question_id}]",
        "key_points": "key_points: [It gives three., It adds all elements.]",
        "misconceptions": "misconceptions:\n"
        "  - {wrong: It gives one., right: It gives three.}\n"
        "  - {wrong: It gives a list., right: It gives a tensor.}",
        "follow_ups": "follow_ups: []",
        "sources": "sources: [https://docs.pytorch.org/docs/2.13/generated/torch.sum.html]",
        "torch": 'torch: "2.13.0"',
    }
    body = replaced.pop("body", BODY)
    lines.update(replaced)
    return "---\n" + "\n".join(line for line in lines.values() if line) + "\n---\n" + body


ANSWER = "The sum of three ones is three, because sum adds up all elements of the tensor. " * 5
PROOF = '```python\nimport torch\n\nprint("sum:", torch.ones(3).sum().item())\n```\n```output\nsum: 3.0\n```\n'
BODY = f"{ANSWER}\n\n{PROOF}"


def make_question(question_id: str = "sum-of-ones", folder: str = "sums", **replaced: str) -> Question:
    """A parsed question, as `question_text` describes it."""
    question, faults = parse_question(
        question_text(question_id, folder, **replaced), Path(folder) / f"{question_id}.md"
    )
    assert question is not None, faults
    return question


def write_question(corpus: Path, question_id: str = "sum-of-ones", folder: str = "sums", **replaced: str) -> Path:
    """A question file in a corpus."""
    path = corpus / folder / f"{question_id}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(question_text(question_id, folder, **replaced), encoding="utf-8")
    return path
