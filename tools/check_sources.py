#!/usr/bin/env python3
"""Checks that the sources keep to the rules of the house that a machine can see.

- A folder of lib/ includes only itself and folders above it in the table of lib/README.md, in headers too.
- `modular` and `vardct` do not include each other.
- No file has more than 400 lines of code, unless it holds constant tables; comments and blank lines do not count.
- C++ files look as clang-format leaves them.

usage: tools/check_sources.py [ROOT]

Prints what is wrong, a line each. Exit status: 0 nothing is wrong, 1 something is.
"""
import pathlib
import re
import shutil
import subprocess
import sys

MAX_LINES = 400
FOLDERS = ("include", "lib", "tests", "tools")
SUFFIXES = (".cc", ".h", ".hpp", ".c", ".py", ".sh")
FORMATTED = (".cc", ".h", ".hpp", ".c")
STRANGERS = ({"modular", "vardct"},)
# The C interface, which is one page on purpose, and constant tables.
MAY_BE_LONG = re.compile(r"^include/jxlpool/jxlpool\.h$|_tables\.h$")


def folder_order(root):
    """The folders in the order of the table; each may include those before it."""
    text = (root / "lib" / "README.md").read_text()
    order = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
    present = sorted(path.name for path in (root / "lib").iterdir() if path.is_dir())
    if sorted(order) != present:
        sys.exit("lib/README.md lists %s, but lib/ has %s" % (sorted(order), present))
    return {name: place for place, name in enumerate(order)}


def include_errors(path, text, folder, order):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#include "lib/(\w+)/', line)
        if not match:
            continue
        other = match.group(1)
        if order.get(other, len(order)) > order[folder] or {folder, other} in STRANGERS:
            yield "%s:%d: %s/ must not include %s/" % (path, number, folder, other)


def lines_of_code(text, suffix):
    if suffix in (".py", ".sh"):
        text = re.sub(r'"""(?:.|\n)*?"""', "", text)
        return sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    text = re.sub(r"/\*(?:.|\n)*?\*/", "", text)
    return sum(1 for line in text.splitlines() if line.strip() and not line.lstrip().startswith("//"))


def format_errors(root, paths):
    if shutil.which("clang-format") is None:
        yield "clang-format is missing"
        return
    command = ["clang-format", "--dry-run", "--Werror"] + [str(path) for path in paths]
    result = subprocess.run(command, cwd=root, stderr=subprocess.PIPE, text=True)
    for name in sorted(set(re.findall(r"^(\S+?):\d+:\d+: error:", result.stderr, re.MULTILINE))):
        yield "%s: not as clang-format leaves it" % name


def errors(root):
    order = folder_order(root)
    formatted = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in SUFFIXES:
                continue
            if path.suffix in FORMATTED:
                formatted.append(path.relative_to(root))
            text = path.read_text()
            place = path.relative_to(root)
            if place.parts[0] == "lib" and len(place.parts) > 2:
                yield from include_errors(place, text, place.parts[1], order)
            lines = lines_of_code(text, path.suffix)
            if lines > MAX_LINES and not MAY_BE_LONG.search(str(place)):
                yield "%s: %d lines of code, more than %d" % (place, lines, MAX_LINES)
    yield from format_errors(root, formatted)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    found = list(errors(root))
    print("\n".join(found) if found else "nothing to complain about")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
