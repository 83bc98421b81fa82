# SPDX-License-Identifier: GPL-3.0-or-later
#
# The Test Anything Protocol for the checks in this folder. A check is a function
# that yields complaints; none means that it passed. Complaints are printed as
# comments above the line of their case, as GLib's test programs do.
"""Cases that complain, printed as TAP."""

import sys
import traceback

_cases = []


def case(name):
    """Register the decorated function as the case of this name."""

    def register(function):
        _cases.append((name, function))
        return function

    return register


def run():
    """Run every registered case in order and end the program."""
    failed = False
    print(f"1..{len(_cases)}", flush=True)
    for number, (name, function) in enumerate(_cases, 1):
        try:
            complaints = list(function() or [])
        except Exception:  # a check that breaks has not passed
            complaints = traceback.format_exc().splitlines()
        for complaint in complaints:
            for line in str(complaint).splitlines():
                print(f"# {line}")
        failed = failed or bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {number} {name}", flush=True)
    sys.exit(1 if failed else 0)
