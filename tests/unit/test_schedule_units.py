"""What schedulers are handed: golden units, and every word as it was meant, by each format's own rules."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.schedule import SCHEDULERS, cron, launchd, systemd, windows
from ingest.schedule.job import CARRIED, FIRST, SPREAD, Job, carried, left_out
from ingest.schedule.scheduler import LocalScheduler, Scheduler
from ingest.schedule.system import System
from kg.announcements import last_announcement
from kg.errors import UsageError

GOLDEN = Path(__file__).parents[1] / "golden" / "schedule"
MACHINE = System({"HOME": "/home/reader"})
JOB = Job(
    Path("/srv/graphs/Small models, 100% \"mine\" $x 'kg'"),
    Path("/opt/kg env/bin/python"),
    (("KG_STATE", "/var/kg state/50%"), ("https_proxy", "http://proxy.example:3128")),
)
HARMLESS = Job(Path("/srv/graphs/small"), Path("/opt/kg/bin/python"))

EVIL = [
    "a b",
    "100%",
    "%h%%",
    'say "x"',
    "it's",
    "$HOME ${X} $$ $(id) `id`",
    "back\\slash\\",
    "\\%",
    "a;b #c & d | e > f",
    "*?[x]{a,b}~!",
    "<&amp;]]>-->",
    "Größe 日本 🐟",
    "-x=y",
    " lead and trail ",
    ":@+",
]
_WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="/\ufffe\uffff"), min_size=1
)


def jobs(words: st.SearchStrategy[str] = _WORDS) -> st.SearchStrategy[Job]:
    return st.builds(
        lambda a, b, c: Job(Path(f"/srv/{a}"), Path(f"/opt/{b}/python"), (("KG_STATE", f"/{c}"),)),
        words,
        words,
        words,
    )


def text(scheduler: type[Scheduler], job: Job) -> str:
    units = scheduler(MACHINE).units(job)
    return "".join(f"==> {unit.where}\n{unit.text}" for unit in units)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_units_are_the_golden_ones(name: str) -> None:
    """GOLDEN=write in the environment writes them anew; look at the difference before you keep it."""
    golden, job = GOLDEN / f"{name}.txt", JOB if name != "windows" else HARMLESS
    found = text(SCHEDULERS[name], job)
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


def _sh_words(line: str, before: str = "") -> list[str]:
    """The words of a line as sh takes it apart."""
    script = f'{before}\nset -- {line}\nprintf "%s\\0" "$@"'
    done = subprocess.run(["/bin/sh", "-c", script], env={}, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


# --------------------------------------------------------------------------------- systemd


def _systemd_words(line: str) -> list[str]:
    """The words of a command line by the manual: quotes, backslashes, specifiers, variables."""
    literal = line.startswith(":")
    assert literal or "$" not in line
    found: list[str] = []
    rest = line.removeprefix(":")
    while rest := rest.lstrip(" "):
        word = ""
        if rest[0] == '"':
            inside = re.match(r'"((?:[^"\\]|\\["\\])*)"(?= |$)', rest)
            assert inside, rest
            word, rest = re.sub(r"\\(.)", r"\1", inside[1]), rest[inside.end() :]
        else:
            word, _, rest = rest.partition(" ")
            assert not set(word) & set("\"'\\;"), word
        assert not re.search("%", word.replace("%%", "")), word
        found.append(word.replace("%%", "%"))
    return found


def _lines(unit: str, key: str) -> list[str]:
    return [line.removeprefix(f"{key}=") for line in unit.split("\n") if line.startswith(f"{key}=")]


@settings(deadline=None)
@given(jobs(st.one_of(_WORDS, st.sampled_from(EVIL))))
def test_a_service_holds_the_words_that_were_meant(job: Job) -> None:
    service, timer = (unit.text for unit in systemd.Systemd(MACHINE).units(job))
    (command,) = _lines(service, "ExecStart")
    assert _systemd_words(command) == list(job.command)
    assert systemd.words(command) == job.command
    assert _systemd_words(":" + _lines(service, "Environment")[0]) == ["=".join(job.settings[0])]
    for unit in (service, timer):
        (description,) = _lines(unit, "Description")
        assert str(job.workspace) in description.replace("%%", "%")
        assert all(re.match(r"\[\w+\]$|#|\w+=.*[^\\]$|$", line) for line in unit.split("\n"))


_SYSTEMD = Path("/lib/systemd/systemd")


@pytest.mark.skipif(not _SYSTEMD.exists(), reason="there is no systemd here")
def test_systemd_itself_reads_the_words_that_were_meant() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kg-systemd-"))
    user = "nobody" if os.getuid() == 0 else None  # it refuses root
    try:
        job = Job(Path("/srv") / "/".join(EVIL), Path("/usr/bin/$x/python"), (("KG_STATE", "".join(EVIL)),))
        service, _ = systemd.Systemd(MACHINE).units(job)
        (folder / "kg.service").write_text(service.text, "utf-8")
        if user:
            shutil.chown(folder, user)
        environment = {"SYSTEMD_UNIT_PATH": f"{folder}:", "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
        environment |= {"SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            [_SYSTEMD, "--test", "--user", "--unit=kg.service"],
            env=environment,
            user=user,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        shutil.rmtree(folder)
    told = (done.stdout + done.stderr).partition("Unit kg.service:")[2]
    shown = re.search(r"Command Line: (.*)", told)
    if done.returncode and not shown:
        pytest.skip(f"systemd cannot be tried here: {done.stderr[-200:]}")
    assert shown
    assert _sh_words(shown[1]) == list(job.command)
    assert f"Environment: KG_STATE={''.join(EVIL)}\n" in told


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
@pytest.mark.parametrize("broken", [False, True])
def test_systemd_analyze_finds_nothing_wrong_unless_something_is(tmp_path: Path, *, broken: bool) -> None:
    job = Job(tmp_path / 'a b/100% "mine" $x', Path(sys.executable), (("KG_STATE", "/a %b"),))
    units = systemd.Systemd(MACHINE).units(job)
    paths = [tmp_path / Path(unit.where).name for unit in units]
    for path, unit in zip(paths, units, strict=True):
        path.write_text(unit.text.replace("OnCalendar=*-", "OnCalendar=x") if broken else unit.text, "utf-8")
    run = System({"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path)}).run
    answer = run("systemd-analyze", "verify", "--user", "--man=no", *map(str, paths))
    assert (job.name in answer.err) == broken, answer


# --------------------------------------------------------------------------------- the others


@settings(deadline=None)
@given(jobs(st.one_of(_WORDS, st.sampled_from(EVIL))))
def test_an_agent_holds_the_words_that_were_meant(job: Job) -> None:
    (unit,) = launchd.Launchd(MACHINE).units(job)
    agent = plistlib.loads(unit.text.encode())
    assert tuple(agent["ProgramArguments"]) == job.command
    assert agent["EnvironmentVariables"] == dict(job.settings)


def _as_cron_hands_it_to_sh(line: str) -> str:
    """The command of a line of a crontab, as cron reads it: a bare % would end it, ``\\%`` is %."""
    command, escape = "", False
    for character in line.split(" ", 5)[5]:
        if escape:
            command += "" if character == "%" else "\\"
        elif character == "%":
            break
        escape = character == "\\" and not (escape and character == "%")
        command += "" if escape else character
    return command


@settings(max_examples=40, deadline=None)
@given(jobs(st.one_of(_WORDS, st.sampled_from(EVIL))))
def test_a_crontab_s_line_holds_the_words_that_were_meant(job: Job) -> None:
    (unit,) = cron.Cron(MACHINE).units(job)
    line = unit.text.removesuffix("\n")
    assert "\n" not in line
    assigned, _, command = _as_cron_hands_it_to_sh(line).partition(shlex.quote(str(job.interpreter)))
    words = _sh_words(f'"$KG_STATE" {shlex.quote(str(job.interpreter))}{command}', before=assigned)
    assert words == [job.settings[0][1], *job.command]
    assert cron.words(line) == job.command


def _as_a_windows_program_splits(line: str) -> list[str]:
    """The words of a command line by the rules of Microsoft's C runtime."""
    found, word, quoted, begun, slashes = [], "", False, False, 0
    for character in line + "\0":
        if character == "\\":
            slashes, begun = slashes + 1, True
            continue
        if character == '"':
            word += "\\" * (slashes // 2) + ('"' if slashes % 2 else "")
            quoted = quoted if slashes % 2 else not quoted
            slashes, begun = 0, True
            continue
        word, slashes = word + "\\" * slashes, 0
        if character == "\0" or (character in " \t" and not quoted):
            if begun:
                found.append(word)
            word, begun = "", False
        else:
            word, begun = word + character, True
    return found


_TAME = _WORDS.filter(lambda word: "%" not in word and "$(" not in word)


@settings(deadline=None)
@given(jobs(_TAME))
def test_a_task_holds_the_words_that_were_meant(job: Job) -> None:
    (unit,) = windows.Windows(MACHINE).units(job)
    task = etree.fromstring(unit.text.encode("utf-16"))
    command, arguments = (task.findtext(f".//{{*}}Exec/{{*}}{one}") for one in ("Command", "Arguments"))
    assert command == str(job.interpreter)
    assert arguments is not None
    assert _as_a_windows_program_splits(arguments) == list(job.command[1:])
    assert windows.words(unit.text) == (command, arguments)


@pytest.mark.parametrize("name", ["%TEMP%", "$(Arg0)"])
def test_a_task_is_refused_where_windows_would_replace_words(name: str) -> None:
    with pytest.raises(UsageError, match="would replace"):
        windows.Windows(MACHINE).units(Job(Path(f"/srv/{name}"), Path("/opt/python")))


@pytest.mark.parametrize("bad", ["\n", "\r", "\0", "\x1b", "\x7f", "\x85", "\u2028", "\udcff", "\uffff"])
@pytest.mark.parametrize("place", ["workspace", "interpreter", "settings"])
def test_what_no_format_holds_is_refused(bad: str, place: str) -> None:
    word = f"/a{bad}b"
    with pytest.raises(UsageError, match="no scheduler can be handed"):
        Job(
            Path(word if place == "workspace" else "/srv"),
            Path(word if place == "interpreter" else "/opt/python"),
            (("KG_STATE", word),) if place == "settings" else (),
        )


# --------------------------------------------------------------------------------- names, times


def test_a_workspace_has_one_name_and_minute_for_ever() -> None:
    assert (HARMLESS.name, HARMLESS.minute) == ("kg-refresh-bb1771a6", 27)
    names = {Job(Path(f"/srv/{n}"), Path("/opt/python")).name for n in range(300)}
    minutes = {Job(Path(f"/srv/{n}"), Path("/opt/python")).minute for n in range(300)}
    assert len(names) == 300
    assert minutes == set(range(FIRST, FIRST + SPREAD))


@pytest.mark.parametrize(
    "zone", ["UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata"]
)
@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_run_follows_an_announcement_that_the_one_before_had_not(name: str, zone: str) -> None:
    job = Job(HARMLESS.workspace, HARMLESS.interpreter, zone=ZoneInfo(zone), year=2026)
    scheduler = SCHEDULERS[name](MACHINE)
    now, seen = datetime(2026, 1, 5, 0, tzinfo=UTC), []
    for _ in range(365):
        now = scheduler.next_run(job, now)
        seen.append(last_announcement(now))
        assert now - seen[-1] < timedelta(hours=3) or now.weekday() in {5, 6}, now
        if isinstance(scheduler, LocalScheduler):
            at = job.local
            assert now.astimezone(job.zone).time() == at
    assert len(set(seen)) == 5 * 365 // 7 + 1, "one for each announcement of a year"
    assert seen == sorted(seen)


def test_a_zone_ahead_may_pass_midnight() -> None:
    job = Job(HARMLESS.workspace, HARMLESS.interpreter, zone=timezone(timedelta(hours=-6)))
    assert job.local == time(22, 27)
    assert cron.Cron(MACHINE).next_run(job, datetime(2026, 3, 1, 4, 27, tzinfo=UTC)) == datetime(
        2026, 3, 2, 4, 27, tzinfo=UTC
    )


def test_settings_are_carried_and_secrets_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {
        "KG_STATE": "state",
        "KG_ARXIV_DELAY": " 5 ",
        "GITHUB_TOKEN": "secret",
        "HTTPS_PROXY": "http://me:secret@proxy.example",
        "no_proxy": "a@b",
        "KG_NOW": "2026-01-01",
        "KG_FORMAT": "json",
        "KG_OFFLINE": "1",
        "http_proxy": "",
    }
    expected = {"KG_STATE": str(tmp_path / "state"), "KG_ARXIV_DELAY": "5", "no_proxy": "a@b"}
    assert dict(carried(environment)) == expected
    assert left_out(environment) == ["GITHUB_TOKEN", "HTTPS_PROXY"]


def test_each_setting_that_a_refresh_reads_is_carried_or_is_known_not_to_be() -> None:
    root = Path(__file__).parents[2] / "ingest"
    read = {
        name
        for path in root.rglob("*.py")
        for name in re.findall(r"\"(KG_[A-Z_]+)\"", path.read_text("utf-8"))
    }
    assert read - {"KG_OFFLINE"} <= set(CARRIED)
