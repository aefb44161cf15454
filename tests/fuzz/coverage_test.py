#!/usr/bin/env python3
"""Runs decode_fuzzer on whole files and on damaged ones, always the same: no finding, and it gets into the decoder.

usage: coverage_test.py DECODE_FUZZER FUZZ_SEEDS TESTDATA [RUNS]
"""
import os
import re
import subprocess
import sys
import tempfile

MIN_EDGES = 9000  # that whole files reach: about 10900 with AVX2
RUNS = 3000  # whole files included


def run_fuzzer(fuzzer, corpus, findings, runs):
    command = [fuzzer, "-seed=1", f"-runs={runs}", "-timeout=60", "-rss_limit_mb=2048", f"-artifact_prefix={findings}/",
               "-print_final_stats=1", corpus]
    result = subprocess.run(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, errors="replace")
    if result.returncode != 0:
        sys.exit(f"{result.stderr[-20000:]}\ndecode_fuzzer ended with {result.returncode}")
    return result.stderr


def edges(log, event):
    found = re.search(rf"\b{event}\s+cov: (\d+)", log)
    return int(found.group(1)) if found else 0


def main(fuzzer, seeds, testdata, runs=RUNS):
    with tempfile.TemporaryDirectory() as folder:
        corpus = os.path.join(folder, "corpus")
        folders = [os.path.join(testdata, name) for name in ("images", "jpeg", "invalid")]
        subprocess.run([seeds, "corpus", corpus, *folders], check=True)
        log = run_fuzzer(fuzzer, corpus, folder, runs)
    reached = edges(log, "INITED")
    print(f"{reached} edges by whole files, {edges(log, 'DONE')} after {runs} runs, "
          f"{re.search(r'average_exec_per_sec: *([0-9]+)', log).group(1)} runs per second")
    if reached < MIN_EDGES:
        sys.exit(f"whole files reach {reached} edges, not {MIN_EDGES}")


if __name__ == "__main__":
    main(*sys.argv[1:])
