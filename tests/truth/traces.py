# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests of this folder share: captures, and what salotto-lab says of them.
"""Captures and traces."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CAPTURES = HERE.parent / "data" / "captures"
sys.path.insert(0, str(HERE.parent / "meta"))


def trace(capture):
    """The packets, and the connections in the order of their streams."""
    run = subprocess.run(
        [os.environ["SALOTTO_LAB"], "trace", "--read", str(capture), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    objects = [json.loads(line) for line in run.stdout.splitlines()]
    packets = [found for found in objects if found["type"] == "packet"]
    connections = [found for found in objects if found["type"] == "connection"]
    return packets, sorted(connections, key=lambda found: found["tcp.stream"])
