#!/usr/bin/env python3
"""Makes JPEGs of all kinds, recompresses them with cjxl, and lets djxl-pooled bring back the same bytes.

usage: round_trip.py DJXL_POOLED [--jobs N] [--keep FOLDER] [--only TEXT] [--verbose]

--only     variants whose name contains TEXT
--keep     leaves NAME.jpg and NAME.jxl in FOLDER
--verbose  one line for each variant

Needs cjpeg and jpegtran (libjpeg-turbo-progs), cjxl and djxl (libjxl-tools); exit status 77 if one of them is missing.
Some variants need convert (imagemagick) and are left out without it. What the encoder refuses is counted. Where the bytes
differ, djxl is asked as well: it is no fault to fail where it fails.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import tempfile

import jpeg_variants

SKIPPED = 77
MIN_COMPARED = 200  # of a complete run
TIMEOUT = 20  # seconds
# Settings of the encoder; variants take turns.
SETTINGS = (["-e", "7"], ["-e", "3"], ["-e", "1"], ["-e", "7", "--jpeg_reconstruction_cfl=0"], ["-e", "5", "-p"],
            ["-e", "6", "--group_order=1"], ["-e", "8"], ["-e", "4", "--brotli_effort=4"])


def find_convert():
    """ImageMagick's convert, not something else of that name."""
    for folder in os.get_exec_path():
        path = os.path.join(folder, "convert")
        if not os.access(path, os.X_OK):
            continue
        done = subprocess.run([path, "-version"], capture_output=True, check=False)
        if done.stdout.startswith(b"Version: ImageMagick"):
            return path
    return None


def runs(*command):
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return False, "no end in %d s" % TIMEOUT
    return done.returncode == 0, done.stderr.decode(errors="replace").strip()[-200:]


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


class Trip:
    """One variant: result is one of unmade, same, refused, pixels, reference, FAILED."""

    def __init__(self, tool, folder, index, name, make):
        self.name, self.detail = name, ""
        stem = os.path.join(folder, name.replace("/", "_"))
        jpeg, jxl, output = stem + ".jpg", stem + ".jxl", stem + ".out.jpg"
        try:
            original = make()
        except subprocess.CalledProcessError as error:
            self.result, self.detail = "unmade", error.stderr.decode(errors="replace").strip()[-200:]
            return
        with open(jpeg, "wb") as f:
            f.write(original)
        encoded, self.detail = runs("cjxl", "--lossless_jpeg=1", *SETTINGS[index % len(SETTINGS)], jpeg, jxl)
        if not encoded or not os.path.exists(jxl):
            self.result = "refused"
            return
        if b"jbrd" not in read(jxl):
            self.result = "pixels"
            return
        ok, self.detail = runs(tool, "-J", "--quiet", "--num_threads=%d" % (1 + index % 3), jxl, output)
        result = read(output)
        if ok and result == original:
            self.result = "same"
            return
        self.detail = self.detail or "%d bytes instead of %d" % (len(result), len(original))
        reference = stem + ".djxl.jpg"
        by_reference, _ = runs("djxl", "--quiet", jxl, reference)
        self.result = "FAILED" if by_reference and read(reference) == original else "reference"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("tool")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    missing = [name for name in ("cjpeg", "jpegtran", "cjxl", "djxl") if shutil.which(name) is None]
    if missing:
        print("skipped: %s not found; install libjpeg-turbo-progs and libjxl-tools" % ", ".join(missing))
        return SKIPPED
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or temporary
        os.makedirs(folder, exist_ok=True)
        variants = [(i, name, make) for i, (name, make)
                    in enumerate(jpeg_variants.variants(jpeg_variants.Maker(temporary, find_convert())))
                    if arguments.only in name]
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            trips = list(pool.map(lambda v: Trip(arguments.tool, folder, *v), variants))
    by_result = {}
    for trip in trips:
        by_result.setdefault(trip.result, []).append(trip)
        if arguments.verbose or trip.result == "FAILED":
            print("%-10s %s: %s" % (trip.result, trip.name, trip.detail))
    print("%d JPEGs" % len(trips))
    for result, meaning in (("same", "reconstructed byte by byte"), ("unmade", "not possible with these tools"),
                            ("refused", "refused by the encoder"),
                            ("pixels", "encoded without reconstruction data"),
                            ("reference", "not reconstructed by djxl either"), ("FAILED", "FAILED")):
        names = [trip.name for trip in by_result.get(result, [])]
        listed = "" if result == "same" or not names else ": " + " ".join(names)
        print("%5d %s%s" % (len(names), meaning, listed))
    if not trips or "FAILED" in by_result:
        return 1
    if not arguments.only and len(by_result.get("same", [])) < MIN_COMPARED:
        print("FAILED: too few were compared")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
