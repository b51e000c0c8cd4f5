"""Settings: where they come from, and what a wrong one says."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot.errors import SettingsError
from bot.settings import CHECKOUT, Listen, Settings, load_settings, setting_name

NAMES = {setting_name(field) for field in Settings.model_fields}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.upper().startswith("TUTOR_") or name == "DISCORD_TOKEN":
            monkeypatch.delenv(name)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_without_any_setting_the_defaults_of_the_contract_hold(env_file: Path) -> None:
    settings = load_settings(env_file)
    assert settings.discord_token is None
    assert settings.database_url is None
    assert settings.data_dir == CHECKOUT / ".data"
    assert settings.embedding_model is None
    assert settings.device == "auto"
    assert settings.worker_url is None
    assert str(settings.worker_listen) == "127.0.0.1:8060"
    assert settings.worker_slots == len(os.sched_getaffinity(0))
    assert settings.worker_isolation == "full"
    assert (settings.run_timeout_s, settings.run_memory_mb, settings.run_pids) == (10, 1024, 64)
    assert (settings.run_output_bytes, settings.run_disk_mb) == (65536, 64)
    assert str(settings.http_listen) == "127.0.0.1:8070"
    assert (settings.shard_count, settings.shard_ids) == (None, None)
    assert (settings.log_level, settings.log_format) == ("info", "text")
    assert settings.message_content is False


def test_the_example_holds_every_setting_and_changes_nothing(env_file: Path) -> None:
    example = CHECKOUT / ".env.example"
    assert set(dotenv_values(example)) == NAMES
    assert load_settings(example) == load_settings(env_file)


def test_the_example_shows_the_defaults_that_are_fixed() -> None:
    shown = dotenv_values(CHECKOUT / ".env.example")
    for field, info in Settings.model_fields.items():
        default = "" if info.default is None or info.default_factory else info.default
        assert shown[setting_name(field)] == (str(default).lower() if isinstance(default, bool) else str(default))


def test_the_page_about_settings_lists_every_one_with_its_default() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `?([^|`]+)`? \|", (CHECKOUT / "docs/settings.md").read_text(), re.MULTILINE)
    shown = dotenv_values(CHECKOUT / ".env.example")
    assert {name for name, _ in rows} == NAMES
    for name, default in rows:
        assert shown[name] in (default, "")


def test_the_environment_wins_over_the_file(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("TUTOR_DEVICE=cpu\nTUTOR_RUN_PIDS=7\n")
    monkeypatch.setenv("TUTOR_DEVICE", "cuda:1")
    settings = load_settings(env_file)
    assert settings.device == "cuda:1"
    assert settings.run_pids == 7


@pytest.mark.parametrize("token", ["x", "not a real token", "MTIz.abc.def", "täken", "12345"])
def test_any_text_is_a_token(token: str, env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    kept = load_settings(env_file).discord_token
    assert kept is not None
    assert kept.get_secret_value() == token


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_token_is_none(blank: str, env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", blank)
    assert load_settings(env_file).discord_token is None


def test_a_token_shows_nowhere(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret")
    monkeypatch.setenv("TUTOR_DATABASE_URL", "postgresql://tutor:hunter2@db/tutor")
    settings = load_settings(env_file)
    assert "very-secret" not in repr(settings)
    assert "hunter2" not in repr(settings)
    assert settings.secrets == ("very-secret", "postgresql://tutor:hunter2@db/tutor")
    assert not any("secret" in value or "hunter2" in value for value in settings.worker_environment().values())


@pytest.mark.parametrize(
    ("name", "value", "shown", "allowed"),
    [
        ("TUTOR_DEVICE", "gpu", "gpu", "auto, cpu, mps, cuda or cuda:NUMBER"),
        ("TUTOR_RUN_TIMEOUT_S", "0", "0", "a number of seconds from 0.1"),
        ("TUTOR_RUN_TIMEOUT_S", "nan", "nan", "a number of seconds"),
        ("TUTOR_RUN_MEMORY_MB", "1 GB", "1 GB", "a number from 32"),
        ("TUTOR_RUN_PIDS", "-1", "-1", "a number from 4"),
        ("TUTOR_WORKER_SLOTS", "many", "many", "a number from 1"),
        ("TUTOR_WORKER_ISOLATION", "none", "none", "full, or the layers to do without"),
        ("TUTOR_WORKER_URL", "worker:8060", "worker:8060", "http://HOST:PORT or unix:PATH"),
        ("TUTOR_HTTP_LISTEN", "8070", "8070", "HOST:PORT"),
        ("TUTOR_HTTP_LISTEN", "127.0.0.1:99999", "127.0.0.1:99999", "HOST:PORT"),
        ("TUTOR_SHARD_COUNT", "0", "0", "a number from 1"),
        ("TUTOR_SHARD_IDS", "first", "first", "numbers below TUTOR_SHARD_COUNT"),
        ("TUTOR_LOG_LEVEL", "loud", "loud", "debug, info, warning or error"),
        ("TUTOR_LOG_FORMAT", "xml", "xml", "text or json"),
        ("TUTOR_MESSAGE_CONTENT", "perhaps", "perhaps", "true or false"),
        ("TUTOR_DATABASE_URL", "mysql://me:hunter2@db/x", "mysql://me:***@db/x", "postgresql+asyncpg"),
        ("TUTOR_DATABASE_URL", "mysql://me:hunt@er2@db/x", "mysql://me:***@db/x", "postgresql+asyncpg"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(
    name: str, value: str, shown: str, allowed: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file)
    assert str(caught.value).startswith(f"{name}={shown} is not allowed: it must be ")
    assert allowed in str(caught.value)
    assert "hunt" not in str(caught.value)


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_setting_stops_the_start_and_names_the_near_one(
    where: str, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "file":
        env_file.write_text("TUTOR_DEVCE=cuda\nSOMETHING_ELSE=1\n")
    else:
        monkeypatch.setenv("TUTOR_DEVCE", "cuda")
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file)
    assert str(caught.value) == "TUTOR_DEVCE=cuda is not a setting. Did you mean TUTOR_DEVICE?"


def test_an_unknown_secret_is_masked(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DISCORD_TOKEN", "very-secret")
    with pytest.raises(SettingsError, match=r"TUTOR_DISCORD_TOKEN=\*\*\* is not a setting"):
        load_settings(env_file)


def test_every_fault_is_named_at_once(env_file: Path) -> None:
    env_file.write_text("TUTOR_DEVCE=cuda\nTUTOR_RUN_PIDS=x\nTUTOR_LOG_FORMAT=xml\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(env_file)
    assert [line.split("=")[0] for line in str(caught.value).splitlines()] == [
        "TUTOR_DEVCE",
        "TUTOR_RUN_PIDS",
        "TUTOR_LOG_FORMAT",
    ]


@pytest.mark.parametrize(("text", "ids"), [("0", (0,)), ("0,2", (0, 2)), ("1-3", (1, 2, 3)), ("0, 2-3", (0, 2, 3))])
def test_shards_are_numbers_or_ranges(
    text: str, ids: tuple[int, ...], env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_SHARD_COUNT", "4")
    monkeypatch.setenv("TUTOR_SHARD_IDS", text)
    assert load_settings(env_file).shard_ids == ids


@pytest.mark.parametrize(("count", "ids"), [("", "0"), ("2", "2"), ("2", "0-2")])
def test_shards_must_exist(count: str, ids: str, env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_SHARD_COUNT", count)
    monkeypatch.setenv("TUTOR_SHARD_IDS", ids)
    with pytest.raises(SettingsError, match="TUTOR_SHARD_IDS needs TUTOR_SHARD_COUNT"):
        load_settings(env_file)


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("0.0.0.0:80", Listen("0.0.0.0", 80)),  # noqa: S104  read, not bound
        ("[::1]:8070", Listen("::1", 8070)),
        ("localhost:0", Listen("localhost", 0)),
        ("unix:/run/tutor.sock", Listen(path="/run/tutor.sock")),
    ],
)
def test_a_server_listens_on_an_address_or_a_socket(
    text: str, listen: Listen, env_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTOR_HTTP_LISTEN", text)
    read = load_settings(env_file).http_listen
    assert read == listen
    assert str(read) == text


def test_the_data_folder_may_be_anywhere(env_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DATA_DIR", str(tmp_path))
    assert load_settings(env_file).data_dir == tmp_path
    monkeypatch.setenv("TUTOR_DATA_DIR", "elsewhere")
    assert load_settings(env_file).data_dir == CHECKOUT / "elsewhere"


def test_a_file_that_cannot_be_read_is_named(env_file: Path) -> None:
    env_file.write_bytes(b"\xff\xfe\x00binary")
    with pytest.raises(SettingsError, match=r"\.env cannot be read"):
        load_settings(env_file)


def test_the_worker_gets_its_own_settings_as_they_were_set(env_file: Path) -> None:
    env_file.write_text("TUTOR_RUN_TIMEOUT_S=2.5\nTUTOR_WORKER_SLOTS=3\nDISCORD_TOKEN=very-secret\n")
    environment = load_settings(env_file).worker_environment()
    assert environment["TUTOR_RUN_TIMEOUT_S"] == "2.5"
    assert environment["TUTOR_WORKER_SLOTS"] == "3"
    assert environment["TUTOR_RUN_PIDS"] == "64"
    assert "TUTOR_WORKER_URL" not in environment
