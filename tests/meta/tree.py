# SPDX-License-Identifier: GPL-3.0-or-later
#
# Which files belong to the project. Git knows; where there is no git (a release
# archive, the copy that mutants makes), everything that is there belongs to it,
# except what a build or an editor leaves behind.
"""The files of the source tree."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _from_git():
    if not (ROOT / ".git").exists():
        return None
    # Continuous integration often checks out as one user and tests as another.
    command = ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [name for name in listed.stdout.decode().split("\0") if name]


def _from_folders():
    names = []
    for folder, subfolders, files in os.walk(ROOT):
        here = os.path.relpath(folder, ROOT)
        subfolders[:] = [
            name
            for name in subfolders
            if name not in (".git", "__pycache__") and not (here == "." and name.startswith("build"))
        ]
        names += [os.path.normpath(os.path.join(here, name)) for name in files]
    return names


def tracked(*endings):
    """Paths relative to the root, sorted; only those with one of these endings if any
    is given. A file that is deleted but not committed is left out."""
    names = _from_git()
    if names is None:
        names = _from_folders()
    return sorted(
        name
        for name in names
        if (not endings or name.endswith(endings)) and (ROOT / name).is_file()
    )


def read(name):
    """The text of a file of the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


def is_script(name):
    """Whether the file says which interpreter is to run it."""
    with open(ROOT / name, "rb") as file:
        return file.read(2) == b"#!"
