from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from ingest.arxiv import Client, Harvester, fetch_records
from ingest.arxiv.settings import settings_from
from ingest.arxiv.throttle import Throttle, Time
from kg.errors import ConfigError, RateLimited
from tests.fakes import loopback
from tests.fakes.arxiv_server import ArxivServer
from tests.fakes.clock import Clock

DELAY = 3.0
ROOT = Path(__file__).parents[2]


@pytest.fixture
def clock() -> Clock:
    return Clock()


def throttle(folder: Path, clock: Clock) -> Throttle:
    return Throttle(folder, DELAY, time=clock.time)


def test_the_first_turn_is_free_and_the_next_waits(tmp_path: Path, clock: Clock) -> None:
    asking = throttle(tmp_path, clock)
    for _ in range(3):
        with asking.turn():
            pass
    assert clock.slept == [DELAY, DELAY]


def test_the_delay_counts_from_the_end_of_a_request(tmp_path: Path, clock: Clock) -> None:
    asking = throttle(tmp_path, clock)
    with asking.turn():
        clock.sleep(100)
    with asking.turn():
        pass
    assert clock.slept == [100, DELAY]


@pytest.mark.row(44)
def test_another_process_continues_the_same_delay(tmp_path: Path, clock: Clock) -> None:
    with throttle(tmp_path, clock).turn():
        pass
    with throttle(tmp_path, clock).turn():
        pass
    assert clock.slept == [DELAY]


def test_what_a_server_asks_for_holds_for_every_process(tmp_path: Path, clock: Clock) -> None:
    with throttle(tmp_path, clock).turn() as turn:
        turn.postpone(120)
        turn.postpone(60)
    with throttle(tmp_path, clock).turn():
        pass
    assert clock.slept == [120]


def test_a_wait_beyond_patience_is_told_instead(tmp_path: Path, clock: Clock) -> None:
    with throttle(tmp_path, clock).turn() as turn:
        turn.postpone(900)
    with pytest.raises(RateLimited, match="another 15 min") as caught, throttle(tmp_path, clock).turn():
        pass
    assert caught.value.retry_after == pytest.approx(900)
    assert clock.slept == []


def test_no_header_locks_arxiv_for_longer_than_a_day(tmp_path: Path, clock: Clock) -> None:
    asking = throttle(tmp_path, clock)
    with asking.turn() as turn:
        turn.postpone(1e9)
    clock.sleep(86_400)
    with asking.turn():
        pass
    assert clock.slept == [86_400]


def test_a_request_that_fails_counts_too(tmp_path: Path, clock: Clock) -> None:
    asking = throttle(tmp_path, clock)
    with pytest.raises(ZeroDivisionError), asking.turn():
        raise ZeroDivisionError
    with asking.turn():
        pass
    assert clock.slept == [DELAY]


@pytest.mark.row(45)
def test_a_clock_set_back_an_hour_costs_one_delay(tmp_path: Path, clock: Clock) -> None:
    with throttle(tmp_path, clock).turn():
        pass
    clock.jump(-3600)
    with throttle(tmp_path, clock).turn():
        pass
    assert clock.slept == [DELAY]


@pytest.mark.row(45)
def test_a_clock_set_forward_allows_no_burst_within_a_process(tmp_path: Path, clock: Clock) -> None:
    asking = throttle(tmp_path, clock)
    with asking.turn():
        pass
    clock.jump(3600)
    with asking.turn():
        pass
    assert clock.slept == [DELAY]


@pytest.mark.row(45)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"next": "x"}',
        '{"next": NaN, "wait": 3}',
        '{"next": 1e300, "wait": 1e300}',
        "\xff",
    ],
)
def test_nonsense_in_the_state_file_costs_one_delay(tmp_path: Path, clock: Clock, text: str) -> None:
    (tmp_path / "arxiv.json").write_text(text, "latin-1")
    with throttle(tmp_path, clock).turn():
        pass
    assert clock.slept == [DELAY]


@pytest.mark.row(46)
def test_a_killed_process_leaves_the_delay_behind(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from ingest.arxiv.throttle import Throttle\n"
        "with Throttle(Path(sys.argv[1]), 3.0).turn(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    state = json.loads((tmp_path / "arxiv.json").read_text("utf-8"))
    assert state["wait"] == DELAY
    clock = Clock(wall=time.time())
    with throttle(tmp_path, clock).turn():  # and no lock that nobody holds any more
        pass
    assert len(clock.slept) == 1


def test_a_folder_that_cannot_be_written_is_a_setting_to_correct(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught, throttle(tmp_path / "file" / "state", clock).turn():
        pass
    assert "KG_STATE" in caught.value.hint


def test_long_waits_are_told(tmp_path: Path, clock: Clock) -> None:
    told: list[str] = []
    asking = Throttle(tmp_path, DELAY, time=clock.time, tell=told.append)
    for wait in (60, 0):
        with asking.turn() as turn:
            turn.postpone(wait)
    assert told == ["waiting 60 s before arXiv may be asked again"]


# ------------------------------------------------------------------------- seen from the server


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(any_id=True) as server:
        yield server


def environ(server: ArxivServer, folder: Path, delay: float) -> dict[str, str]:
    return {"KG_ARXIV_API": server.api, "KG_ARXIV_DELAY": str(delay), "KG_STATE": str(folder)}


@pytest.mark.row(44)
def test_threads_take_turns(server: ArxivServer, tmp_path: Path) -> None:
    env = environ(server, tmp_path, 0.2)

    def run(number: int) -> None:
        list(fetch_records([f"2401.0000{number}"], Client.from_environ(env)))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.log) == 5
    assert min(server.gaps) >= 0.19
    assert server.peak == 1


@pytest.mark.row(44)
def test_processes_of_different_workspaces_take_turns(server: ArxivServer, tmp_path: Path) -> None:
    server.script(*[loopback.late(0.2)] * 6)
    env = os.environ | environ(server, tmp_path, 0.3)
    code = (
        "import sys; from ingest.arxiv import *\n"
        "for i in sys.argv[1:]: list(fetch_records([i], Client.from_environ()))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, f"2401.0000{n}", f"2402.0000{n}"], cwd=ROOT, env=env)
        for n in (1, 2, 3)
    ]
    assert [process.wait(30) for process in running] == [0, 0, 0]
    assert len(server.log) == 6
    assert min(server.gaps) >= 0.29
    assert server.peak == 1


@pytest.mark.slow
@pytest.mark.row(44, 46)
def test_processes_that_are_killed_leave_the_pace_and_no_lock(server: ArxivServer, tmp_path: Path) -> None:
    server.script(*[loopback.late(0.1)] * 400)
    env = os.environ | environ(server, tmp_path, 0.3)
    code = (
        "import itertools; from ingest.arxiv import *\n"
        "for n in itertools.count(1): list(fetch_records([f'2401.{n:05d}'], Client.from_environ()))"
    )
    dice = random.Random(7)
    running: list[subprocess.Popen[bytes]] = []
    for _ in range(30):
        while len(running) < 3:
            running.append(subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env))
        time.sleep(dice.uniform(0.1, 1.0))
        victim = running.pop(dice.randrange(len(running)))
        victim.kill()
        victim.wait()
    for process in running:
        process.kill()
        process.wait()
    starts = sorted(seen.start for seen in server.log)
    assert len(starts) > 20
    assert min(b - a for a, b in pairwise(starts)) >= 0.29
    assert server.peak == 1


@pytest.mark.slow
@pytest.mark.row(44)
def test_at_the_default_pace_three_seconds_pass_over_all_processes_and_services(
    server: ArxivServer, tmp_path: Path
) -> None:
    env = os.environ | {"KG_ARXIV_API": server.api, "KG_ARXIV_OAI": server.oai, "KG_STATE": str(tmp_path)}
    code = (
        "import sys; from datetime import date; from ingest.arxiv import *\n"
        "client = Client.from_environ(); list(fetch_records([sys.argv[1]], client))\n"
        "list(Harvester.beside(client).pages(date(2026, 1, 1)))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, f"2401.0000{n}"], cwd=ROOT, env=env) for n in (1, 2)
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    assert len(server.log) == 4
    assert min(server.gaps) >= 2.99
    assert server.peak == 1


@pytest.mark.row(44)
def test_both_services_take_turns_in_threads(server: ArxivServer, tmp_path: Path) -> None:
    env = environ(server, tmp_path, 0.2) | {"KG_ARXIV_OAI": server.oai}

    def ask() -> None:
        list(fetch_records(["2401.00001"], Client.from_environ(env)))

    def harvest() -> None:
        list(Harvester.beside(Client.from_environ(env)).pages(date(2026, 1, 1)))

    threads = [threading.Thread(target=run) for run in (ask, harvest, ask, harvest)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(server.asked), len(server.listed)) == (2, 2)
    assert min(server.gaps) >= 0.19
    assert server.peak == 1


# ------------------------------------------------------------------------------------- settings


def test_the_defaults_are_arxivs_own_rules() -> None:
    settings = settings_from({})
    assert settings.endpoint == "https://export.arxiv.org/api/query"
    assert settings.delay == 3
    assert settings.state.name == "kg"
    assert not settings.loopback


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"KG_ARXIV_DELAY": "1"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_DELAY": "0", "KG_ARXIV_API": "https://127.0.0.1.example.org/q"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_DELAY": "fast"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_DELAY": "nan"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_DELAY": "-3"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_DELAY": "inf"}, "KG_ARXIV_DELAY"),
        ({"KG_ARXIV_API": "export.arxiv.org/api/query"}, "KG_ARXIV_API"),
        ({"KG_ARXIV_API": "file:///etc/passwd"}, "KG_ARXIV_API"),
        ({"KG_ARXIV_API": "https://arxiv.org/api/query?x=1"}, "KG_ARXIV_API"),
    ],
)
def test_settings_that_arxiv_forbids_or_nobody_understands(environ: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named) as caught:
        settings_from(environ)
    assert caught.value.hint


def test_a_server_on_this_machine_may_be_asked_fast(tmp_path: Path) -> None:
    for host in ("127.0.0.1:99", "localhost:99", "[::1]:99"):
        settings = settings_from(
            {"KG_ARXIV_API": f"http://{host}/q", "KG_ARXIV_DELAY": "0", "KG_STATE": str(tmp_path)}
        )
        assert settings.delay == 0
        assert settings.state == tmp_path


def test_a_slower_pace_is_anybodys_right() -> None:
    assert settings_from({"KG_ARXIV_DELAY": "10"}).delay == 10


def test_the_real_clocks_are_the_default(tmp_path: Path) -> None:
    assert Throttle(tmp_path, DELAY).time == Time()
