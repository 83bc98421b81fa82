# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a test run says. `meson test` writes one JSON object per program, with the
# TAP that the program printed; meson's own verdict is about programs, ours is about
# cases, and where meson is generous (no plan, no output at all) we are not. Which
# programs there should have been is asked of meson's introspection data, because a
# run that breaks off leaves no trace of the rest.
"""Test programs and their cases, from meson's log."""

import dataclasses
import json
import pathlib
import re
import signal
import subprocess

PASSED, FAILED, SKIPPED, TODO = "passed", "failed", "skipped", "todo"

_RESULT = re.compile(r"^(not )?ok\b[ \t]*(\d*)[ \t]*(?:-[ \t]+)?(.*)$")
_DIRECTIVE = re.compile(r"^(.*?)\s*(?<!\\)#\s*(SKIP|TODO)\S*\s*(.*)$", re.IGNORECASE)
_PLAN = re.compile(r"^1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?$", re.IGNORECASE)
_MESON_S_LINE = re.compile(r"^\(test program exited with status code -?\d+\)$")
_BAIL = re.compile(r"^Bail out!\s*(.*)$", re.IGNORECASE)


@dataclasses.dataclass
class Case:
    """One line of TAP that says how something went."""

    name: str
    status: str
    reason: str = ""
    output: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Tap:
    """What a program printed, taken apart."""

    cases: list = dataclasses.field(default_factory=list)
    plan: int | None = None
    plan_reason: str | None = None
    bail: str | None = None
    rest: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Program:
    """One test program that ran, or should have."""

    name: str
    cases: list = dataclasses.field(default_factory=list)
    problem: str | None = None
    died_in: str | None = None  # the case that was running then, where that is known
    output: list = dataclasses.field(default_factory=list)
    unfinished: bool = False  # it did not get to its end, for no fault of its own


def _case(match, number):
    name = match[3].strip()
    status = FAILED if match[1] else PASSED
    reason = ""
    directive = _DIRECTIVE.match(name)
    if directive:
        name, reason = directive[1], directive[3]
        status = SKIPPED if directive[2].upper() == "SKIP" else TODO
        if match[1] and status == SKIPPED:
            status = FAILED
    return Case(name or f"(case {number})", status, reason)


def parse_tap(text):
    """Take TAP apart. The lines between two results belong to the second one, as GLib
    prints them; to the first one where it failed without a word before it, as the
    protocol has it."""
    tap = Tap()
    pending = []
    last_failed = None
    for line in text.splitlines():
        result = _RESULT.match(line)
        plan = _PLAN.match(line)
        bail = _BAIL.match(line)
        if result:
            case = _case(result, len(tap.cases) + 1)
            if last_failed is not None and not last_failed.output:
                last_failed.output, pending = pending, []
            case.output, pending = pending, []
            tap.cases.append(case)
            last_failed = case if case.status == FAILED else None
        elif plan:
            tap.plan, tap.plan_reason = int(plan[1]), plan[2]
        elif bail:
            tap.bail = bail[1]
            pending.append(line)
        elif not re.match(r"^# (Start|End) of .* tests$|^# random seed: |^TAP version ", line):
            pending.append(line)
    if last_failed is not None and not last_failed.output:
        last_failed.output, pending = pending, []
    tap.rest = pending
    return tap


def _signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _problem(record, tap):
    """What is wrong with the program as a whole, or None."""
    result, status = record.get("result"), record.get("returncode", 0)
    failed = any(case.status == FAILED for case in tap.cases)
    if result == "TIMEOUT":
        return "ran out of time"
    if result == "INTERRUPT":
        return "was interrupted"
    if status < 0:
        return f"killed by {_signal_name(-status)}" + (f": {tap.bail}" if tap.bail else "")
    if tap.bail is not None:
        return f"bailed out: {tap.bail}"
    if tap.plan is None and not tap.cases:
        return "printed no plan and no case"
    if tap.plan is None:
        return "printed no plan"
    if tap.plan == 0 and not tap.cases:
        return None if tap.plan_reason is not None else "has no case at all"
    if tap.plan != len(tap.cases):
        return f"planned {tap.plan} cases and printed {len(tap.cases)}"
    if status != 0 and not failed:
        return f"ended with status {status}, although no case failed"
    if result not in ("OK", "SKIP") and not failed:
        return f"meson says {result}"
    return None


def list_cases(record):
    """The names of all cases of a GLib program, in the order in which they run; nothing
    for any other."""
    try:
        listed = subprocess.run(
            [word for word in record["command"] if word not in ("--tap", "-k")] + ["-l"],
            env=record.get("env"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=5,
            check=True,
        )
    except (OSError, KeyError, subprocess.SubprocessError):
        return []
    lines = listed.stdout.decode(errors="replace").splitlines()
    return [line for line in lines if line.startswith("/")]


def judge(name, record, lister=list_cases):
    """Make a Program of a line of meson's log."""
    tap = parse_tap(record.get("stdout") or "")
    errors = (record.get("stderr") or "").splitlines()
    program = Program(name, tap.cases, _problem(record, tap))
    program.unfinished = record.get("result") == "INTERRUPT"
    program.output = tap.rest + [line for line in errors if line and not _MESON_S_LINE.match(line)]
    if tap.plan == 0 and tap.plan_reason is not None and not tap.cases:
        program.cases = [Case(name, SKIPPED, tap.plan_reason)]
    if program.problem is not None and not program.unfinished and "-l" not in record["command"]:
        # GLib says how a case ended, but not which one it was in when it died.
        names = lister(record) if len(tap.cases) < (tap.plan or 0) else []
        if len(names) > len(tap.cases):
            program.died_in = names[len(tap.cases)]
    return program


def read_log(path):
    """The records of a testlog.json; a line that was not finished is left out."""
    records = []
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return records
    for line in text.splitlines():
        try:
            records.append(json.loads(line))
        except ValueError:
            continue
    return records


def _bare(suite):
    """meson writes `project:suite`."""
    return suite.partition(":")[2]


def registered(build):
    """All programs of the build folder: a list of (name, suites, names in the log)."""
    path = pathlib.Path(build, "meson-info", "intro-tests.json")
    programs = []
    for test in json.loads(path.read_text(encoding="utf-8")):
        suites = [_bare(suite) for suite in test["suite"]]
        project = test["suite"][0].partition(":")[0] if test["suite"] else ""
        shown = "+".join(suite for suite in suites if suite)
        pretty = f"{project}:{shown} / {test['name']}" if shown else f"{project} / {test['name']}"
        name = f"{suites[0]} / {test['name']}" if suites and suites[0] else test["name"]
        programs.append((name, suites, (pretty, test["name"])))
    return programs


def programs_of_run(build, suites=(), lister=list_cases):
    """Every program that was to run, judged; one that left no record has a problem."""
    records = {record["name"]: record for record in read_log(f"{build}/meson-logs/testlog.json")}
    programs = []
    for name, of_suites, log_names in registered(build):
        if suites and not set(suites) & set(of_suites):
            continue
        record = next((records[log] for log in log_names if log in records), None)
        if record is None:
            programs.append(Program(name, [], "did not run", unfinished=True))
        else:
            programs.append(judge(name, record, lister))
    return programs
