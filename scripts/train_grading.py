"""Learn knowledge/grading.json anew: after written answers were added, or when the model changed."""

from __future__ import annotations

import sys
import time

from bot.settings import load_settings
from knowledge.encoder import choose_device, find_model, open_encoder
from knowledge.grading_evaluation import TUNE, read_written
from knowledge.grading_model import FILE
from knowledge.grading_training import learn
from knowledge.questions import load_corpus


def main() -> int:
    """Train, write, and say what to run next."""
    begun = time.perf_counter()
    settings = load_settings()
    encoder = open_encoder(
        find_model(settings.embedding_model), choose_device(settings.device), settings.data_dir / "models"
    )
    learn(load_corpus(), encoder, read_written(TUNE)).save()
    print(f"{FILE.name} learned in {time.perf_counter() - begun:.0f} s. Now run scripts/evaluate grading.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
