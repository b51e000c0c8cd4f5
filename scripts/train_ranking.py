"""Learn knowledge/ranking.json anew: after many questions were added, or when the model changed."""

from __future__ import annotations

import sys
import time

from bot.settings import load_settings
from knowledge.encoder import choose_device, find_model, language_words, open_encoder
from knowledge.evaluation import TUNE, read_set
from knowledge.questions import load_corpus
from knowledge.ranking import FILE, Ranking
from knowledge.training import learn


def main() -> int:
    """Train, write, and say what to run next."""
    begun = time.perf_counter()
    settings = load_settings()
    encoder = open_encoder(
        find_model(settings.embedding_model), choose_device(settings.device), settings.data_dir / "models"
    )
    learned = learn(load_corpus(), encoder, read_set(TUNE), Ranking.load(), language_words())
    learned.save()
    print(f"{FILE.name} learned in {time.perf_counter() - begun:.0f} s. Now run scripts/evaluate.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
