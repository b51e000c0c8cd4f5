"""Every setting, from the environment and from `.env`: read once, checked, and passed down from main."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

CHECKOUT = Path(__file__).parents[1]
PREFIX = "TUTOR_"
SECRET_NAME = re.compile("TOKEN|SECRET|PASSWORD|KEY", re.IGNORECASE)
PASSWORD_IN_URL = re.compile(r"(?<=://)([^:/@\s]*):\S*@")


@dataclass(frozen=True, slots=True)
class Listen:
    """Where a server listens: a host and port, or a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        return (
            f"unix:{self.path}"
            if self.path
            else f"[{self.host}]:{self.port}"
            if ":" in self.host
            else (f"{self.host}:{self.port}")
        )


def _listen(text: object) -> Listen:
    if isinstance(text, Listen):
        return text
    said = str(text)
    if said.startswith("unix:") and len(said) > len("unix:"):
        return Listen(path=said.removeprefix("unix:"))
    host, _, port = said.rpartition(":")
    if not host or not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > 65535:
        raise ValueError("not an address")
    return Listen(host=host.strip("[]"), port=int(port))


def _shards(text: object) -> object:
    """Shard numbers from `0,1,2` or `0-2`."""
    if not isinstance(text, str):
        return text
    numbers: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _in_checkout(path: Path) -> Path:
    return CHECKOUT / path.expanduser()


def _matching(pattern: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError("not of that form")
        return text

    return AfterValidator(check)


Address = Annotated[Listen, NoDecode, BeforeValidator(_listen)]


class Settings(BaseSettings):
    """One frozen object. A field `device` is the setting TUTOR_DEVICE; `title` says which values are allowed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: SecretStr | None = Field(None, validation_alias="DISCORD_TOKEN", title="any text")
    database_url: SecretStr | None = Field(None, title="sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
    data_dir: Annotated[Path, AfterValidator(_in_checkout)] = Field(
        Path(".data"), validate_default=True, title="a folder"
    )
    embedding_model: str | None = Field(None, title="a sentence-transformers name or folder")
    device: Annotated[str, _matching(r"auto|cpu|mps|cuda(:\d+)?")] = Field(
        "auto", title="auto, cpu, mps, cuda or cuda:NUMBER"
    )
    message_content: bool = Field(False, title="true or false")
    worker_url: Annotated[str, _matching(r"https?://[^\s/]+/?|unix:.+")] | None = Field(
        None, title="http://HOST:PORT or unix:PATH"
    )
    worker_listen: Address = Field(Listen("127.0.0.1", 8060), title="HOST:PORT or unix:PATH")
    worker_slots: int = Field(default_factory=_cores, ge=1, le=256, title="a number from 1 to 256")
    worker_isolation: Annotated[str, _matching(r"full|no-[a-z-]+(, ?no-[a-z-]+)*")] = Field(
        "full", title="full, or the layers to do without, such as no-cgroup"
    )
    run_timeout_s: float = Field(10, ge=0.1, le=3600, title="a number of seconds from 0.1 to 3600")
    run_memory_mb: int = Field(1024, ge=32, le=1_048_576, title="a number from 32 to 1048576")
    run_pids: int = Field(64, ge=4, le=4096, title="a number from 4 to 4096")
    run_output_bytes: int = Field(65536, ge=256, le=8_388_608, title="a number from 256 to 8388608")
    run_disk_mb: int = Field(64, ge=1, le=1_048_576, title="a number from 1 to 1048576")
    http_listen: Address = Field(Listen("127.0.0.1", 8070), title="HOST:PORT or unix:PATH")
    shard_count: int | None = Field(None, ge=1, le=100_000, title="a number from 1 to 100000")
    shard_ids: Annotated[tuple[int, ...] | None, NoDecode, BeforeValidator(_shards)] = Field(
        None, title="numbers below TUTOR_SHARD_COUNT, such as 0,1 or 0-7"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", title="debug, info, warning or error")
    log_format: Literal["text", "json"] = Field("text", title="text or json")

    @field_validator("log_level", "log_format", "device", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("discord_token")
    @classmethod
    def _blank_is_none(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.match(
            r"(sqlite(\+aiosqlite)?|postgres|postgresql(\+asyncpg)?)://", value.get_secret_value()
        ):
            raise ValueError("another kind of database")
        return value

    @model_validator(mode="after")
    def _shards_fit(self) -> Self:
        if self.shard_ids is not None and (
            self.shard_count is None
            or not self.shard_ids
            or not 0 <= min(self.shard_ids) <= max(self.shard_ids) < self.shard_count
        ):
            raise ValueError(
                "TUTOR_SHARD_IDS needs TUTOR_SHARD_COUNT, the number of shards of all processes together, "
                "and each of its numbers must be below it."
            )
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may show."""
        return tuple(kept.get_secret_value() for kept in (self.discord_token, self.database_url) if kept)

    def worker_environment(self) -> dict[str, str]:
        """The settings of the worker under their names, for its own process: without any secret."""
        return {
            setting_name(field): f"{value:g}" if isinstance(value, float) else str(value)
            for field, value in self
            if field.startswith(("worker_", "run_", "log_")) and field != "worker_url"
        }


def setting_name(field: str) -> str:
    """The name under which a field is set."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


def load_settings(env_file: Path = CHECKOUT / ".env") -> Settings:
    """The settings from the environment, then from `env_file`, then the defaults.

    Raises SettingsError that names every setting that is unknown or has a value that is not allowed.
    """
    try:
        given = {name.upper(): value or "" for name, value in dotenv_values(env_file).items()}
        given |= {name.upper(): value for name, value in os.environ.items() if value or name.upper() not in given}
        faults = list(_unknown(given))
        try:
            # Pydantic takes this option, but its type does not show it.
            options: dict[str, Any] = {"_env_file": env_file}
            settings = Settings(**options)
        except ValidationError as error:
            faults.extend(_faults(error, given))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The settings in {env_file} cannot be read: {error}. Mend that file or remove it."
        ) from error
    if faults:
        raise SettingsError("\n".join(faults))
    return settings


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    known = [setting_name(field) for field in Settings.model_fields]
    for name in sorted(given):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
            hint = f"Did you mean {near[0]}?" if near else "docs/settings.md lists them all."
            yield f"{name}={masked(name, given[name])} is not a setting. {hint}"


def _faults(error: ValidationError, given: Mapping[str, str]) -> Iterator[str]:
    fields = {setting_name(field): field for field in Settings.model_fields}
    for detail in error.errors(include_url=False, include_input=False):
        # The place is the field's name, or its alias where it has one; a rule about several fields has no place.
        where = str(detail["loc"][0]) if detail["loc"] else ""
        name = where if where in fields else setting_name(where) if where else ""
        if name:
            allowed = Settings.model_fields[fields[name]].title
            yield f"{name}={masked(name, given.get(name, ''))} is not allowed: it must be {allowed}."
        else:
            yield detail["msg"].removeprefix("Value error, ")


def masked(name: str, value: str) -> str:
    """A setting's value as it may be shown: no token, and no password in an address."""
    if value and SECRET_NAME.search(name):
        return "***"
    return PASSWORD_IN_URL.sub(r"\1:***@", value)
