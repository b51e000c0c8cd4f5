"""Learn knowledge/ranking.json and ranking_lean.json: after many questions were added, or when the model changed."""

from __future__ import annotations

import sys
import time

from bot.settings import load_settings
from knowledge.encoder import choose_device, find_model, language_words, open_encoder
from knowledge.evaluation import TUNE, read_set
from knowledge.questions import load_corpus
from knowledge.ranking import FILE, LEAN_FILE, Ranking
from knowledge.training import learn
from knowledge.training_lean import learn_lean


def main() -> int:
    """Train, write, and say what to run next."""
    begun = time.perf_counter()
    settings = load_settings()
    encoder = open_encoder(
        find_model(settings.embedding_model), choose_device(settings.device), settings.data_dir / "models"
    )
    corpus, tune, language = load_corpus(), read_set(TUNE), language_words()
    learned = learn(corpus, encoder, tune, Ranking.load(), language)
    learned.save()
    learn_lean(corpus, encoder, tune, learned, language).save()
    took = time.perf_counter() - begun
    print(f"{FILE.name} and {LEAN_FILE.name} learned in {took:.0f} s. Now run scripts/evaluate.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
