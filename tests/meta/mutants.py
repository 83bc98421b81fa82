# SPDX-License-Identifier: GPL-3.0-or-later
#
# The list of mutants, read and checked. mutants.txt says how it is written; this file
# knows nothing of building or testing.
"""mutants.txt: one small wrong change of the source each."""

import dataclasses
import pathlib
import re

LIST = pathlib.Path(__file__).resolve().parent / "mutants.txt"

# The rules of the plain dialect, for servers and for clients, and those of IRC, for clients and in
# the server.
RULES = [f"S{n}" for n in (*range(1, 7), *range(10, 19), *range(20, 28))]
RULES += [f"C{n}" for n in range(1, 9)]
RULES += [f"I{n}" for n in range(1, 20)]
RULES += [f"R{n}" for n in range(1, 15)]

_HEAD = re.compile(r"^== ([SCIR]\d+)((?:-[a-z0-9-]+)?): (.+)$")


class ListError(Exception):
    """mutants.txt is not written as it should be."""


@dataclasses.dataclass
class Mutant:
    """A rule, broken in one place."""

    id: str
    rule: str
    what: str
    file: str = ""
    find: str = ""
    replacement: str = ""

    def times(self, text):
        """How often the text to find occurs."""
        return text.count(self.find)

    def apply(self, text):
        """The text of the file with the rule broken; it must occur exactly once."""
        if self.times(text) != 1:
            raise ListError(f"{self.id}: {self.file} has the text {self.times(text)} times")
        return text.replace(self.find, self.replacement)


def _finish(mutant, old, new):
    if mutant is None:
        return
    if not mutant.file or not old:
        raise ListError(f"{mutant.id}: a file and at least one line with - are needed")
    mutant.find, mutant.replacement = "\n".join(old), "\n".join(new)


def parse(text):
    """The mutants, and the rules that have none yet and are said to be pending."""
    mutants, pending = [], []
    mutant, old, new = None, [], []
    for number, line in enumerate(text.split("\n"), 1):
        head = _HEAD.match(line)
        if head:
            _finish(mutant, old, new)
            old, new = [], []
            mutant = Mutant(head[1] + head[2], head[1], head[3])
            mutants.append(mutant)
        elif line.startswith("pending:"):
            pending += line.partition(":")[2].split()
        elif line.startswith("-") and mutant is not None:
            old.append(line[1:])
        elif line.startswith("+") and mutant is not None:
            new.append(line[1:])
        elif line.startswith("#") or not line.strip():
            continue
        elif mutant is not None and not mutant.file and not line.startswith("="):
            mutant.file = line.strip()
        else:
            raise ListError(f"{LIST.name}:{number}: what is “{line}”?")
    _finish(mutant, old, new)
    return mutants, pending


def read():
    """The list of this tree."""
    return parse(LIST.read_text(encoding="utf-8"))


def complaints_about_rules(mutants, pending):
    """Rules that nothing breaks, and names that are no rules."""
    covered = {mutant.rule for mutant in mutants}
    for rule in RULES:
        if rule not in covered and rule not in pending:
            yield f"{rule} has no mutant"
    for rule in pending:
        if rule not in RULES:
            yield f"pending: there is no rule {rule}"
        elif rule in covered:
            yield f"{rule} has a mutant and is no longer pending"
    for mutant in mutants:
        if mutant.rule not in RULES:
            yield f"{mutant.id}: there is no rule {mutant.rule}"
    ids = [mutant.id for mutant in mutants]
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield f"{name}: there are several mutants of this name"
