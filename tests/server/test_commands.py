"""The command line as a user runs it: real processes, real signals."""

import signal
import socket
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text

from tests.commands import TOKEN, free_port, processes_on, run, running, said_until

COUNT = {"query": "{ viewer { organization { name } } members { totalCount } }"}


def counted(port: int, token: str) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/graphql", json=COUNT, headers={"Authorization": f"Bearer {token}"})


def checks(port: int, token: str) -> list[dict[str, int]]:
    query, headers = {"query": "{ checks { nodes { membersTotal } } }"}, {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json=query, headers=headers).json()
    found: list[dict[str, int]] = answer["data"]["checks"]["nodes"]
    return found


def photo(port: int, token: str) -> bytes:
    """Of some member who has one."""
    query = {"query": "{ members(first: 1, where: {photo: {missing: false}}) { nodes { photo } } }"}
    address, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{address}/graphql", json=query, headers=headers).json()
    place = answer["data"]["members"]["nodes"][0]["photo"]
    return httpx.get(f"{address}{place}", headers=headers).raise_for_status().content


def test_the_demo_makes_a_province_serves_it_and_finds_it_again(data_directory: Path) -> None:
    port = free_port()
    environment = {"DENGTA_DATA_DIRECTORY": str(data_directory), "DENGTA_PORT": str(port), "COLUMNS": "80"}
    tokens = []
    for start in ("first", "second"):
        with running("demo", "--members", "300", environment=environment) as demo:
            said = said_until(demo, TOKEN, times=2)
            assert ("Loaded 300 members" in said) is (start == "first")
            tokens.append(TOKEN.findall(said)[0])
            for token in tokens:
                assert counted(port, token).json()["data"]["members"]["totalCount"] == 300
            assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
            assert checks(port, tokens[0]) == [{"membersTotal": 300}], "one, of the first start"
            assert photo(port, tokens[0]).startswith(b"\xff\xd8\xff")
            demo.send_signal(signal.SIGINT)
            rest, _ = demo.communicate(timeout=60)
            assert "Traceback" not in rest
            assert demo.returncode == 0
    assert processes_on(data_directory) == []


def test_a_port_in_use_is_named_before_anything_is_made(data_directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = run("demo", DENGTA_DATA_DIRECTORY=str(data_directory), DENGTA_PORT=str(port))
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "DENGTA_PORT" in done.stderr
    assert list(data_directory.iterdir()) == []


def test_a_token_is_made_for_a_division(province_url: str, data_directory: Path) -> None:
    done = run(
        *("token", "--role", "administrator", "--organization", "370102"),
        DATABASE_URL=province_url,
        DENGTA_DATA_DIRECTORY=str(data_directory),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(".") == 2


def test_a_token_for_nobody_is_refused(province_url: str, data_directory: Path) -> None:
    done = run(
        *("token", "--role", "auditor", "--organization", "999999"),
        DATABASE_URL=province_url,
        DENGTA_DATA_DIRECTORY=str(data_directory),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "no organisation '999999'" in done.stderr


def test_half_a_register_is_not_served(own_province_url: str, data_directory: Path) -> None:
    engine = create_engine(own_province_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE loads SET finished_at = NULL"))
    engine.dispose()
    done = run(
        "serve", DATABASE_URL=own_province_url, DENGTA_DATA_DIRECTORY=str(data_directory), DENGTA_PORT=str(free_port())
    )
    assert done.returncode == 1
    assert "dengta load --replace" in done.stderr


def test_wrong_settings_are_named_all_together_and_not_repeated() -> None:
    done = run("serve", DENGTA_PORT="eighty", DENGTA_LOG_FORMAT="secret")
    assert done.returncode == 1
    assert "DENGTA_PORT" in done.stderr
    assert "DENGTA_LOG_FORMAT" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    done = run(
        "serve",
        DATABASE_URL=f"postgresql://somebody:secret@127.0.0.1:{free_port()}/register",
        DENGTA_PORT=str(free_port()),
    )
    assert done.returncode == 1
    assert "The database cannot be used" in done.stderr
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr
