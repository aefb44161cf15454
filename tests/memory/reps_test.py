#!/usr/bin/env python3
"""djxl-pooled --num_reps=12 calls the heap exactly as often as --num_reps=2: what is decoded again needs nothing new.

The tool reads the clock at the beginning and the end of each repetition; the preloaded library notes the number of
calls whenever it does. What happens between two repetitions counts for the second of them.

usage: reps_test.py DJXL_POOLED COUNT_PRELOAD_LIBRARY FILE_OR_FOLDER...
"""
import os
import subprocess
import sys
import tempfile

SKIPPED = 77
REPETITIONS = 12
ATTEMPTS_WITH_THREADS = 2


def find(path):
    if not os.path.isdir(path):
        return [path] if os.path.exists(path) else []
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names
                  if name.endswith(".jxl"))


def calls_by_repetition(tool, library, file, threads, count_file):
    """None if the file cannot be decoded."""
    environment = dict(os.environ, LD_PRELOAD=library, JXLPOOL_COUNT_FILE=count_file)
    command = [tool, file, "--disable_output", "--quiet", f"--num_reps={REPETITIONS}", f"--num_threads={threads}"]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    if done.returncode != 0:
        return None
    with open(count_file, encoding="ascii") as text:
        counts = [int(line) for line in text]
    assert len(counts) == 2 * REPETITIONS, f"{file}: the clock was read {len(counts)} times"
    return [counts[1] - counts[0]] + [counts[i + 2] - counts[i] for i in range(1, len(counts) - 2, 2)]


def main(tool, library, *paths):
    files = [file for path in paths for file in find(path)]
    cases = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        count_file = os.path.join(folder, "count")
        for file in files:
            for threads in (1, 2):
                # With several threads, which of them does what may ask for a size that the first repetition never saw.
                for _ in range(1 if threads == 1 else ATTEMPTS_WITH_THREADS):
                    calls = calls_by_repetition(tool, library, file, threads, count_file)
                    if calls is None or not any(calls[1:]):
                        break
                if calls is None:
                    continue
                cases += 1
                if any(calls[1:]):
                    failed += 1
                    print(f"{file}, {threads} threads: calls by repetition: {calls}")
    print(f"{len(files)} files, {cases} cases: {failed} failed")
    return SKIPPED if cases == 0 else int(failed != 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
