"""What the bot remembers, in SQLite or PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.conversations import Conversation, Conversations
from bot.store.daily import Daily, DailyQuestions, Post
from bot.store.database import Database, sqlite_url
from bot.store.decks import Deck, DeckQuestion, Decks, KeptRun
from bot.store.guilds import Guilds, GuildSettings
from bot.store.interviews import HeldInterview, Interviews
from bot.store.meetings import Meetings
from bot.store.migrate import migrate
from bot.store.partners import Partners, Wish
from bot.store.people import People, Person
from bot.store.privacy import Privacy
from bot.store.progress import Practice
from bot.store.queue import Queue
from bot.store.quizzes import Quizzes, Standing
from bot.store.reminders import Reminders
from bot.store.reports import Reported, Reports
from bot.store.reviews import Held, Reviews
from bot.store.scorecards import KeptCard, Scorecards
from bot.store.snippets import Snippet, Snippets
from bot.store.suggestions import Suggestion, Suggestions
from bot.store.timers import Timer, Timers
from bot.store.unanswered import Unanswered, UnansweredQuestions
from bot.store.values import Values
from bot.store.votes import VoteCounts, Votes

__all__ = [
    "Conversation",
    "Daily",
    "Deck",
    "DeckQuestion",
    "GuildSettings",
    "Held",
    "HeldInterview",
    "KeptCard",
    "KeptRun",
    "Person",
    "Post",
    "Reported",
    "Snippet",
    "Standing",
    "Store",
    "Suggestion",
    "Timer",
    "Unanswered",
    "VoteCounts",
    "Wish",
    "sqlite_url",
]


class Store:
    """Every repository over one database. Each method is one transaction: saved when it returns, or NotSaved."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.votes = Votes(database)
        self.guilds = Guilds(database)
        self.unanswered = UnansweredQuestions(database)
        self.conversations = Conversations(database)
        self.snippets = Snippets(database)
        self.values = Values(database)
        self.reviews = Reviews(database)
        self.people = People(database)
        self.practice = Practice(database)
        self.privacy = Privacy(database)
        self.timers = Timers(database)
        self.quizzes = Quizzes(database)
        self.reports = Reports(database)
        self.queue = Queue(database)
        self.reminders = Reminders(database)
        self.daily = DailyQuestions(database)
        self.meetings = Meetings(database)
        self.partners = Partners(database)
        self.interviews = Interviews(database)
        self.scorecards = Scorecards(database)
        self.decks = Decks(database)
        self.suggestions = Suggestions(database, self.decks)

    @classmethod
    async def open(cls, url: str | sa.URL, *, busy_timeout_s: float = 5.0) -> Store:
        """Connect and migrate. `url` is SQLAlchemy's; `busy_timeout_s` is how long to wait for a locked SQLite file.

        Raises StoreError, in words for the operator.
        """
        database = Database(url, busy_timeout_s=busy_timeout_s)
        try:
            await migrate(database)
        except BaseException:
            await database.aclose()
            raise
        return cls(database)

    @property
    def name(self) -> str:
        """The database's address without its password."""
        return self._database.name

    async def ping(self) -> None:
        """Raises StoreError when the database does not answer."""
        async with self._database.read() as connection:
            await connection.execute(sa.select(1))

    async def aclose(self) -> None:
        """Close every connection. What was saved stays saved."""
        await self._database.aclose()
