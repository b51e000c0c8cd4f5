"""The tables, one module a feature. Importing this package makes all of them known to the migrations."""

from bot.store.tables import daily, decks, interviews, meetings, quizzes, reviews
from bot.store.tables.asking import ConversationRow, GuildRow, SnippetRow, UnansweredRow, ValueRow, VoteRow
from bot.store.tables.base import Base

__all__ = [
    "Base",
    "ConversationRow",
    "GuildRow",
    "SnippetRow",
    "UnansweredRow",
    "ValueRow",
    "VoteRow",
    "daily",
    "decks",
    "interviews",
    "meetings",
    "quizzes",
    "reviews",
]
