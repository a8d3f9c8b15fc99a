"""``kg schedule``: real programs stand in for the schedulers; what is installed is run as they do it."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.schedule import SCHEDULERS, job_of, systemd
from ingest.schedule.cron import words as cron_words
from tests.cli.command import ROOT, Kg
from tests.fakes.arxiv_server import ArxivServer
from tests.fakes.programs import CRONTAB, Programs

NOON = "2026-11-24T12:00:00Z"


@pytest.fixture
def programs(tides: Kg, tmp_path: Path) -> Programs:
    """A machine without any scheduler; a test adds those that it has."""
    programs = Programs(tmp_path / "machine")
    tides.environment |= {"PATH": str(programs.path), "KG_NOW": NOON, "KG_OFFLINE": ""}
    return programs


def name_of(kg: Kg) -> str:
    return job_of(kg.workspace, datetime.now(UTC)).name


def home(kg: Kg) -> Path:
    return Path(kg.environment["HOME"])


# --------------------------------------------------------------------------------- nothing to use


def test_without_a_scheduler_install_says_what_to_do_instead(tides: Kg, programs: Programs) -> None:
    error = tides.refused("schedule", "install")
    assert (
        "no scheduler can be used here (systemd: there is no systemctl; cron: there is no crontab)" in error
    )
    python, workspace = sys.executable, tides.workspace
    assert error.endswith(f"after 04:00 UTC: {python} -P -m kg --workspace {workspace} -q refresh --due")
    assert not home(tides).exists()
    assert programs.calls == []


def test_a_systemd_that_does_not_answer_is_none(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl", "sys.exit('Failed to connect to bus: No medium found')")
    error = tides.refused("schedule", "install")
    assert "systemd: Failed to connect to bus: No medium found" in error
    assert "systemd: Failed" in tides.refused("schedule", "install", "--scheduler", "systemd")


def test_without_a_scheduler_print_shows_each_unit(tides: Kg, programs: Programs) -> None:
    told = tides("schedule", "print")
    for mark in ("ExecStart=", "OnCalendar=", "<plist", "<Task ", " * * * "):
        assert mark in told.out, mark
    assert [line.partition(":")[0] for line in told.err.splitlines()][:5] == [
        *("systemd", "systemd", "launchd", "windows", "cron")
    ]
    units = tides("schedule", "print", "--json").json["units"]
    assert {unit["scheduler"] for unit in units} == set(SCHEDULERS)
    assert programs.calls == []


@pytest.mark.parametrize("name", SCHEDULERS)
def test_print_shows_what_is_asked_for(tides: Kg, programs: Programs, name: str) -> None:
    units = tides("schedule", "print", "--scheduler", name, "--json").json["units"]
    assert {unit["scheduler"] for unit in units} == {name}
    assert tides("schedule", "print", "--scheduler", name).out == "".join(f"{u['text']}\n" for u in units)
    assert programs.calls == []


def test_a_workspace_without_sources_has_nothing_to_refresh(kg: Kg) -> None:
    assert "no sources yet" in kg.refused("schedule", "install")


def test_an_interpreter_that_does_not_start_kg_is_refused(
    tides: Kg, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("crontab", CRONTAB)
    other = tmp_path / "python"
    other.write_text('#!/bin/sh\ntest "$PYTHONPATH" && exit\necho no kg here >&2; exit 1\n', "utf-8")
    other.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(other))
    assert f"{other} does not start kg in an empty environment: no kg here" in tides.refused(
        "schedule", "install"
    )
    assert not programs.table.exists()


# --------------------------------------------------------------------------------- systemd


def units_of(kg: Kg) -> list[Path]:
    folder = home(kg) / ".config" / "systemd" / "user"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_systemd_gets_a_service_and_a_timer_which_are_verified_first(tides: Kg, programs: Programs) -> None:
    for name in ("systemctl", "systemd-analyze", "loginctl"):
        programs.add(name)
    name = name_of(tides)
    told = tides("schedule", "install")
    assert [path.name for path in units_of(tides)] == [f"{name}.service", f"{name}.timer"]
    printed = tides("schedule", "print", "--json").json["units"]
    assert {unit["where"]: unit["text"] for unit in printed} == {
        str(path): path.read_text("utf-8") for path in units_of(tides)
    }
    calls = [" ".join(call[:3]) for call in programs.calls]
    assert calls[:5] == [
        "systemctl --user show-environment",
        "systemd-analyze verify --user",
        "systemctl --user daemon-reload",
        "systemctl --user enable",
        f"loginctl show-user {os.getuid()}",
    ]
    assert ["systemctl", "--user", "enable", "--now", f"{name}.timer"] in programs.calls
    assert "next run: 2026-11-25 04:10 UTC, or up to 45 min later" in told.err
    assert "note: carried, as set here: " in told.err
    assert tides("schedule", "install").code == 0, "again is no mistake"
    assert len(units_of(tides)) == 2


@pytest.mark.parametrize(("linger", "warned"), [("yes", False), ("no", True)])
def test_lingering_that_is_off_is_warned_of(
    tides: Kg, programs: Programs, linger: str, *, warned: bool
) -> None:
    programs.add("systemctl")
    programs.add("loginctl", f"print('Linger={linger}')")
    assert ("loginctl enable-linger" in tides("schedule", "install").err) == warned


def test_units_that_systemd_analyze_refuses_are_not_installed(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl")
    programs.add("systemd-analyze", "sys.exit(os.path.basename(arguments[-1]) + ': it is bad')")
    assert f"{name_of(tides)}.timer: it is bad" in tides.refused("schedule", "install")
    assert units_of(tides) == []


def test_a_systemd_analyze_that_cannot_work_stops_nothing(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl")
    programs.add("systemd-analyze", "sys.exit('another.service: it is bad')")
    tides("schedule", "install")
    assert len(units_of(tides)) == 2


def test_a_timer_that_systemd_refuses_leaves_nothing_behind(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl", "if 'enable' in arguments: sys.exit('Unit is masked.')")
    assert "systemd refuses the timer: Unit is masked." in tides.refused("schedule", "install")
    assert units_of(tides) == []


def test_removing_a_timer_stops_it_and_takes_its_units(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl")
    tides("schedule", "install")
    assert f"removed: {units_of(tides)[1]}" in tides("schedule", "remove").err
    assert units_of(tides) == []
    assert ["systemctl", "--user", "disable", "--now", f"{name_of(tides)}.timer"] in programs.calls
    assert "there is no schedule" in tides("schedule", "remove").err


# --------------------------------------------------------------------------------- cron


OTHERS = "# mine\nMAILTO=me\n\n5 * * * * echo 'kg' \\% caf\xe9 # kg-refresh\n0 0 * * * x"


def test_cron_gets_one_line_and_keeps_every_other(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", CRONTAB)
    programs.table.write_bytes(OTHERS.encode("latin-1"))  # a table need not be UTF-8
    told = tides("schedule", "install")
    assert "makes up for no day" in told.err
    tides("schedule", "install")
    lines = programs.table.read_bytes().split(b"\n")
    assert lines[:-2] == OTHERS.encode("latin-1").split(b"\n")
    assert lines[-1] == b""
    assert lines[-2].decode() + "\n\n" == tides("schedule", "print").out
    tides("schedule", "remove")
    assert programs.table.read_bytes() == OTHERS.encode("latin-1") + b"\n"


def test_two_workspaces_have_a_line_each(tides: Kg, programs: Programs, tmp_path: Path) -> None:
    programs.add("crontab", CRONTAB)
    tides("schedule", "install")
    other = tmp_path / "other"
    tides("--workspace", other, "add", "tides.md", "--no-fetch")
    tides("--workspace", other, "schedule", "install")
    assert len(programs.table.read_text("utf-8").splitlines()) == 2
    tides("schedule", "remove")
    (line,) = programs.table.read_text("utf-8").splitlines()
    assert str(other) in line


def test_a_table_that_cannot_be_read_is_never_written(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", "sys.exit('crontab: you are not allowed')")
    assert "you are not allowed" in tides.refused("schedule", "install", "--scheduler", "cron")
    assert {tuple(call) for call in programs.calls} == {("crontab", "-l")}


def test_install_takes_the_place_of_another_scheduler_s(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", CRONTAB)
    tides("schedule", "install")
    programs.add("systemctl")
    assert "removed the one of cron" in tides("schedule", "install").err
    assert programs.table.read_text("utf-8") == ""
    assert [one["scheduler"] for one in tides("schedule", "status").json["schedules"]] == ["systemd"]


# --------------------------------------------------------------------------------- the others


def test_launchd_loads_an_agent_in_place_of_the_older(tides: Kg, programs: Programs) -> None:
    programs.add("launchctl")
    tides("schedule", "install")
    name, domain = name_of(tides), f"gui/{os.getuid()}"
    path = home(tides) / "Library" / "LaunchAgents" / f"{name}.plist"
    assert plistlib.loads(path.read_bytes())["Label"] == name
    assert programs.calls == [
        ["launchctl", "bootout", f"{domain}/{name}"],
        ["launchctl", "bootstrap", domain, str(path)],
    ]
    assert tides("schedule", "status").json["schedules"][0]["active"] is True
    tides("schedule", "remove")
    assert not path.exists()


def test_an_agent_that_launchd_refuses_leaves_nothing_behind(tides: Kg, programs: Programs) -> None:
    programs.add("launchctl", "if arguments[0] == 'bootstrap': sys.exit('Bootstrap failed: 5')")
    assert "launchd refuses the agent: Bootstrap failed: 5" in tides.refused("schedule", "install")
    assert list((home(tides) / "Library" / "LaunchAgents").iterdir()) == []


def test_windows_is_handed_a_file_of_utf_16(tides: Kg, programs: Programs) -> None:
    programs.add(
        "schtasks",
        "path = os.path.join(state, 'task')\n"
        "if '/Create' in arguments: open(path, 'wb').write(open(arguments[4], 'rb').read())\n"
        "elif '/Delete' in arguments: os.unlink(path)\n"
        "elif not os.path.exists(path): sys.exit('ERROR: The system cannot find the file specified.')\n"
        "else: print(open(path, encoding='utf-16').read())\n",
    )
    told = tides("schedule", "install")
    assert "carries no settings" in told.err
    title = f"\\kg\\{name_of(tides)}"
    create = next(call for call in programs.calls if "/Create" in call)
    assert create[:5] == ["schtasks", "/Create", "/TN", title, "/XML"]
    assert create[6:] == ["/F"]
    text = (programs.state / "task").read_bytes().decode("utf-16")
    assert [text] == [unit["text"] for unit in tides("schedule", "print", "--json").json["units"]]
    (schedule,) = tides("schedule", "status").json["schedules"]
    assert schedule["command"][0] == sys.executable
    tides("schedule", "remove")
    assert tides("schedule", "status").json["schedules"] == []


# --------------------------------------------------------------------------------- what is installed runs


def as_cron(kg: Kg, programs: Programs) -> tuple[list[str], dict[str, str]]:
    del kg
    (line,) = programs.table.read_text("utf-8").splitlines()
    return ["/bin/sh", "-c", line.split(" ", 5)[5].replace("\\%", "%")], {}


def as_systemd(kg: Kg, programs: Programs) -> tuple[list[str], dict[str, str]]:
    del programs
    lines = units_of(kg)[0].read_text("utf-8").splitlines()
    settings = [systemd.words(line.partition("=")[2])[0] for line in lines if line.startswith("Environment=")]
    (command,) = [line.partition("=")[2] for line in lines if line.startswith("ExecStart=")]
    return list(systemd.words(command)), dict(one.split("=", 1) for one in settings)


@pytest.mark.parametrize("how", [as_cron, as_systemd])
def test_the_installed_command_line_works_in_an_empty_environment(
    tides: Kg, programs: Programs, arxiv: ArxivServer, tmp_path: Path, how: object
) -> None:
    programs.add("crontab", CRONTAB)
    if how is as_systemd:
        programs.add("systemctl")
    workspace = tmp_path / "a b" / "100% \"mine\" $x 'ü'"
    (tmp_path / "a b").mkdir()
    tides.workspace.rename(workspace)
    moved = Kg(tides.desk, workspace, tides.environment | {"KG_WORKSPACE": str(workspace)})
    moved("add", moved.desk / "tides.md", "--no-fetch")
    moved("schedule", "install")
    assert callable(how)
    command, environment = how(moved, programs)
    trap = tmp_path / "trap"  # a folder from which nothing may be imported
    (trap / "kg").mkdir(parents=True)
    (trap / "kg" / "__init__.py").write_text("raise SystemExit('trapped')", "utf-8")
    done = subprocess.run(command, env=environment, cwd=trap, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(arxiv.log) == 1
    told = moved("schedule", "status").json
    assert told["last_success"]["code"] == 0
    assert told["last_failure"] is None


# --------------------------------------------------------------------------------- status, doctor


def test_status_and_doctor_tell_a_fresh_schedule_from_none(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", CRONTAB)
    tides.environment["KG_FORMAT"] = "table"
    assert "none; `kg schedule install` makes one" in tides("schedule", "status").out
    tides("add", "tides.md", "--no-fetch")
    tides("schedule", "install")
    lines = dict(line.split("  ", 1) for line in tides("schedule", "status").out.splitlines()[1:])
    shown = {name: text.strip() for name, text in lines.items()}
    assert shown["schedule"] == "cron, active: the crontab"
    assert shown["interpreter"] == f"{sys.executable}: starts kg"
    assert shown["next run"].startswith("2026-11-25 04:")
    assert (shown["last success"], shown["last failure"]) == ("none", "none")
    assert "cron: no run yet" in schedule_of(tides)[1]


def schedule_of(kg: Kg, code: int = 0) -> tuple[bool, str]:
    checks = kg("doctor", "--json", code=code).json["checks"]
    (found,) = [check for check in checks if check["check"] == "schedule"]
    return found["ok"], found["finding"]


def test_doctor_says_no_when_the_last_success_is_older_than_three_periods(
    tides: Kg, programs: Programs, arxiv: ArxivServer
) -> None:
    tides.environment["KG_ARXIV_API"] = arxiv.api
    tides("refresh")
    tides.environment["KG_NOW"] = "2026-12-20T12:00:00Z"
    assert schedule_of(tides)[0], "without a schedule nobody promised anything"
    programs.add("crontab", CRONTAB)
    tides("schedule", "install")
    tides.environment["KG_NOW"] = "2026-11-27T12:00:00Z"
    assert schedule_of(tides) == (True, "cron: last success 2026-11-24 12:00 UTC")
    tides.environment |= {"KG_NOW": "2026-11-27T12:00:01Z", "KG_OFFLINE": "1"}
    tides("refresh", code=4)
    ok, text = schedule_of(tides, code=1)
    assert not ok
    assert text.startswith(
        "cron: no success since 2026-11-24 12:00 UTC; last failure: 4 papers have no fresh"
    )
    tides("schedule", "remove")
    assert schedule_of(tides)[0]


def test_doctor_says_no_when_no_run_ever_came(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", CRONTAB)
    tides("add", "tides.md", "--no-fetch")
    tides("schedule", "install")
    tides.environment["KG_NOW"] = "2026-11-28T12:00:00Z"
    assert schedule_of(tides, code=1) == (False, "cron: no success since 2026-11-24 12:00 UTC")


def test_an_interpreter_that_has_gone_is_told(tides: Kg, programs: Programs) -> None:
    programs.add("crontab", CRONTAB)
    tides("add", "tides.md", "--no-fetch")
    tides("schedule", "install")
    line = programs.table.read_text("utf-8")
    gone = "/opt/gone/python"
    programs.table.write_text(line.replace(shlex.quote(cron_words(line)[0]), gone), "utf-8")
    (schedule,) = tides("schedule", "status").json["schedules"]
    assert (schedule["command"][0], schedule["problem"]) == (gone, "it is gone")
    assert schedule_of(tides, code=1) == (False, "cron: its interpreter does not start kg: it is gone")


def test_a_timer_that_was_stopped_is_told(tides: Kg, programs: Programs) -> None:
    programs.add("systemctl", "sys.exit('is-active' in arguments and 3)")
    tides("add", "tides.md", "--no-fetch")
    tides("schedule", "install")
    ok, text = schedule_of(tides, code=1)
    assert (ok, text) == (False, f"systemd: {units_of(tides)[1]} is there but not active")


def test_status_tells_what_is_installed_even_where_the_database_cannot_be_read(
    tides: Kg, programs: Programs
) -> None:
    programs.add("crontab", CRONTAB)
    tides("schedule", "install")
    tides.database.write_bytes(b"no database" * 100)
    told = tides("schedule", "status", code=5)
    assert [one["scheduler"] for one in told.json["schedules"]] == ["cron"]
    assert str(tides.database) in told.error
    assert schedule_of(tides, code=1)[0], "the database is a finding of its own"


@pytest.mark.usefixtures("programs")
def test_a_workspace_that_no_scheduler_can_be_handed_is_no_trouble_for_doctor(
    tides: Kg, tmp_path: Path
) -> None:
    odd = tmp_path / "a\nb"
    tides.workspace.rename(odd)
    tides.environment["KG_WORKSPACE"] = str(odd)
    assert schedule_of(tides) == (True, "none (`kg schedule install`)")
    assert "which no scheduler can be handed" in tides.refused("schedule", "install")


def test_a_token_is_never_in_a_unit_and_that_is_said(tides: Kg, programs: Programs) -> None:
    tides.environment["GITHUB_TOKEN"] = "hush-hush"
    programs.add("crontab", CRONTAB)
    told = tides("schedule", "install")
    assert "GITHUB_TOKEN may hold a secret" in told.err
    assert "hush" not in programs.table.read_text("utf-8") + told.err + tides("schedule", "print").out


def test_the_calls_in_the_examples_for_other_machines_work(tides: Kg) -> None:
    """The page shows them in files of cron and of a git host, where no other test runs them."""
    text = (ROOT / "docs" / "schedule.md").read_text("utf-8")
    calls = re.findall(r"kg --workspace \S+ (-q refresh --due|export .*)$", text, re.MULTILINE)
    assert len(calls) == 3
    for call in calls:
        tides(*shlex.split(call), code=3 if "refresh" in call else 0)  # arXiv is out of reach here
