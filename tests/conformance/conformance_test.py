#!/usr/bin/env python3
"""Runs djxl-pooled over testdata and checks what comes out. Needs numpy.

usage: conformance_test.py samples|jpeg|threads|formats|invalid DJXL_POOLED TESTDATA [NAME...]
       conformance_test.py suite-invalid DJXL_POOLED SUITE

samples  lossless images have the right checksum, lossy ones are near the reference; metadata and previews
         are right
jpeg     transcoded JPEGs come back bit by bit
threads  0, 1, 2 and 8 threads give the same bytes
formats  PPM and PNG hold the same samples as NPY
invalid  what is no valid file is refused with a message, soon
suite-invalid  the same for the files that SUITE/invalid.json lists
"""
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np

import comparison

TIMEOUT = 120  # seconds; sanitizers are slow


class Failure(Exception):
    pass


def run(tool, *arguments):
    try:
        return subprocess.run([tool, *arguments], capture_output=True, text=True, errors="replace", timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Failure("no answer in %d s" % TIMEOUT)


def decode(tool, *arguments):
    done = run(tool, *arguments, "--quiet")
    if done.returncode:
        raise Failure("exit status %d: %s" % (done.returncode, done.stderr.strip()[-300:]))


def read(path):
    with open(path, "rb") as f:
        return f.read()


def check_metadata(entry, meta):
    for key in ("extra_channel_type", "intensity_target"):
        if key in entry and meta.get(key) != entry[key]:
            raise Failure("metadata: %s is %s" % (key, meta.get(key)))
    if len(meta["frames"]) != entry["shape"][0]:
        raise Failure("metadata: %d frames" % len(meta["frames"]))
    if "frame_names" in entry and [frame["name"] for frame in meta["frames"]] != entry["frame_names"]:
        raise Failure("metadata: frames %s" % meta["frames"])


def check_samples(tool, folder, entry, work):
    source, out, meta = os.path.join(folder, entry["name"] + ".jxl"), os.path.join(work, "o.npy"), os.path.join(work, "m")
    preview = os.path.join(work, "p.npy")
    options = ["--norender_spotcolors", "--metadata_out", meta]
    if "preview_pixels" in entry:
        options += ["--preview_out", preview]
    decode(tool, source, out, *options)
    got = np.load(out)
    if list(got.shape) != entry["shape"]:
        raise Failure("shape %s, expected %s" % (list(got.shape), entry["shape"]))
    problem = comparison.exact_problem(entry, got) if entry["lossless"] else comparison.near_problem(entry, got, folder)
    if problem:
        raise Failure(problem)
    with open(meta) as f:
        check_metadata(entry, json.load(f))
    if "preview_pixels" in entry:
        pixels = np.load(preview)
        if list(pixels.shape[1:3]) != entry["preview_size"][::-1]:
            raise Failure("preview: shape %s" % list(pixels.shape))
        if np.round(pixels * 255).astype(int).ravel().tolist() != entry["preview_pixels"]:
            raise Failure("preview: wrong samples")
    for key, suffix in (("exif", "exif"), ("xmp", "xmp")):
        if key in entry:
            out = os.path.join(work, "o." + suffix)
            decode(tool, source, out)
            want = bytes.fromhex(entry[key]) if key == "exif" else entry[key].encode()
            if read(out) != want:
                raise Failure("%s: wrong bytes" % key)


def check_jpeg(tool, folder, entry, work):
    jpeg = os.path.join(work, "o.jpg")
    decode(tool, os.path.join(folder, entry["name"] + ".jxl"), jpeg)
    if hashlib.sha256(read(jpeg)).hexdigest() != entry["jpeg_sha256"]:
        raise Failure("the reconstructed JPEG differs")


def check_threads(tool, folder, entry, work):
    outputs = []
    for threads in (0, 1, 2, 8):
        out = os.path.join(work, "o%d.npy" % threads)
        decode(tool, os.path.join(folder, entry["name"] + ".jxl"), out, "--num_threads", str(threads))
        outputs.append(read(out))
        if outputs[-1] != outputs[0]:
            raise Failure("%d threads give other bytes than none" % threads)


def read_pnm(path):
    data = read(path)
    fields = data.split(None, 4)
    width, height, top = (int(field) for field in fields[1:4])
    channels = {b"P5": 1, b"P6": 3}[fields[0]]
    kind = np.dtype(">u2" if top > 255 else "u1")
    samples = np.frombuffer(data[len(data) - width * height * channels * kind.itemsize:], dtype=kind)
    return samples.reshape(height, width, channels).astype(np.int64), top


def unfilter(kind, row, above, step):
    """One PNG scanline."""
    for i in range(len(row)):
        left = row[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            distances = [abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)]
            guess = (left, up, corner)[distances.index(min(distances))]
        else:
            return
        row[i] = (row[i] + guess) & 255


def read_png(path):
    """The (first) picture of a PNG file with 8 or 16 bits per sample and no palette."""
    data, at, idat = read(path), 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, bits, color = struct.unpack_from(">IIBB", data, at + 8)
        elif kind == b"IDAT":
            idat += data[at + 8:at + 8 + size]
        at += 12 + size
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    step = channels * bits // 8
    raw, stride = zlib.decompress(idat), width * step
    above, rows = bytearray(stride), []
    for y in range(height):
        begin = y * (stride + 1)
        row = bytearray(raw[begin + 1:begin + 1 + stride])
        unfilter(raw[begin], row, above, step)
        rows.append(bytes(row))
        above = row
    samples = np.frombuffer(b"".join(rows), dtype=">u2" if bits == 16 else "u1")
    return samples.reshape(height, width, channels).astype(np.int64), (1 << bits) - 1


def check_formats(tool, folder, entry, work):
    """16-bit integers are the rounded floats; 8-bit ones as well if nothing is lost, else they may be dithered."""
    source = os.path.join(folder, entry["name"] + ".jxl")
    npy = os.path.join(work, "o.npy")
    decode(tool, source, npy, "--norender_spotcolors")
    frame = np.clip(np.load(npy)[0].astype(np.float64), 0, 1)
    fits8 = entry["lossless"] and all(bits in (1, 2, 4, 8) for bits in entry["bits"])
    for bits in (8, 16):
        colors = []
        for suffix, reader in (("ppm", read_pnm), ("png", read_png)):
            out = os.path.join(work, "o%d.%s" % (bits, suffix))
            decode(tool, source, out, "--norender_spotcolors", "--bits_per_sample", str(bits))
            got, top = reader(out)
            if top != (1 << bits) - 1:
                raise Failure("%s: largest sample %d instead of %d bits" % (suffix, top, bits))
            count = 3 if frame.shape[2] >= 3 else 1
            if got.shape[2] == 3 and count == 1:
                got = got[:, :, :1]  # grey as RGB
            if got.shape[2] not in (count, frame.shape[2]) or got.shape[:2] != frame.shape[:2]:
                raise Failure("%s: shape %s" % (suffix, list(got.shape)))
            error = np.abs(got - frame[:, :, :got.shape[2]] * top).max()
            if error > (0.51 if bits == 16 or fits8 else 1.01):
                raise Failure("%s with %d bits: off by %.3f" % (suffix, bits, error))
            colors.append(got[:, :, :count])
        if not np.array_equal(*colors):
            raise Failure("PPM and PNG with %d bits differ" % bits)


def check_invalid(tool, path, work):
    done = run(tool, path, os.path.join(work, "o.npy"), "--quiet", "--memory_limit", "256M")
    if done.returncode != 1:
        raise Failure("exit status %d: %s" % (done.returncode, done.stderr.strip()[-300:]))
    if not done.stderr.strip():
        raise Failure("refused without a message")


def is_plain(entry):
    """Whether PNG can hold it without unpremultiplying, or choosing among extra channels."""
    kinds = entry.get("extra_channel_type", [])
    return "premultiplied" not in entry["name"] and "mixed" not in entry["name"] and kinds in ([], ["Alpha"]) and \
        entry["shape"][3] <= 4 and "shift" not in entry["name"]


def work_list(mode, folder, names):
    """(name, function of a work folder) of each check."""
    if mode == "suite-invalid":
        with open(os.path.join(folder, "invalid.json")) as f:
            return [(e["name"], lambda work, e=e: check_invalid(TOOL, os.path.join(folder, e["file"]), work))
                    for e in json.load(f)]
    part = os.path.join(folder, "invalid" if mode == "invalid" else "images")
    with open(os.path.join(part, "manifest.json")) as f:
        entries = [e for e in json.load(f) if not names or e["name"] in names]
    if mode == "invalid":
        return [(e["name"], lambda work, e=e: check_invalid(TOOL, os.path.join(part, e["name"] + ".jxl"), work))
                for e in entries]
    if mode == "jpeg":
        entries = [e for e in entries if "jpeg_sha256" in e]
    check = {"samples": check_samples, "jpeg": check_jpeg, "threads": check_threads, "formats": check_formats}[mode]
    if mode == "formats":
        entries = [e for e in entries if is_plain(e)]
    return [(e["name"], lambda work, e=e: check(TOOL, part, e, work)) for e in entries]


if __name__ == "__main__":
    MODE, TOOL, FOLDER = sys.argv[1:4]
    failed = 0
    checks = work_list(MODE, FOLDER, sys.argv[4:])
    for name, check in checks:
        with tempfile.TemporaryDirectory() as work:
            try:
                check(work)
            except (Failure, OSError, ValueError, KeyError) as error:
                failed += 1
                print("FAIL %-28s %s" % (name, error), flush=True)
    print("%d passed, %d failed" % (len(checks) - failed, failed))
    sys.exit(1 if failed or not checks else 0)
