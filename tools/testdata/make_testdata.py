#!/usr/bin/env python3
"""Makes testdata/images: the files, manifest.json and references of the lossy ones. Needs cjxl and djxl 0.7, cjpeg, numpy.

usage: make_testdata.py FOLDER       FOLDER: usually testdata; it gets images/ and invalid/

Every image is decoded with djxl as an oracle that is independent of this project. Where the right samples follow from
the source, they are compared as well, and the checksum is that of the source.
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/conformance"))
import comparison
import encoded_images
import hand_made_images


def djxl(path, out, *options):
    done = subprocess.run(["djxl", path, out, "--quiet", *options], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError("djxl %s: %s" % (path, done.stderr.strip()))


def decode(path, work, *options):
    out = os.path.join(work, "out.npy")
    djxl(path, out, "--norender_spotcolors", *options)
    return np.load(out)


def as_frames(image):
    image = np.asarray(image)
    return image if image.ndim == 4 else image[None]


def describe_exact(entry, decoded, source, bits):
    """Adds what a lossless image must decode to. `decoded`: what djxl says, or None."""
    if bits is None:
        if decoded is not None:
            decoded = decoded.astype("<f4")
        want = decoded if source is None else as_frames(source).astype("<f4")
        entry["bits"] = "float"
    else:
        if decoded is not None:
            decoded = comparison.integers(decoded, bits)
        want = decoded if source is None else as_frames(source).astype("<u2")
        entry["bits"] = list(bits)
    if want is None:
        raise RuntimeError("%s: djxl's samples are not exact" % entry["name"])
    agrees = decoded is not None and decoded.shape == want.shape and np.array_equal(decoded, want)
    entry["shape"] = list(want.shape)
    entry["crc32"] = comparison.checksum(want)
    entry["oracle"] = "djxl" if source is None else "source, djxl agrees" if agrees else "source"
    if source is not None and not agrees:
        print("NOTE %s: djxl %s" % (entry["name"], "fails" if decoded is None else "differs"))


def reference_parts(samples):
    """Small images: all samples. Larger ones: means of 8 x 8 blocks, and bands along the first border of groups."""
    _, height, width, _ = samples.shape
    if height * width <= 6000:
        return {"all": samples}
    parts = {"means": comparison.block_means(samples)}
    for name, axis, size in (("rows", 1, height), ("columns", 2, width)):
        at = next((a for a in (248, 120) if a + 16 <= size), None)
        if at is not None:
            parts["%s%d" % (name, at)] = np.take(samples, np.arange(at, at + 16), axis=axis)
    return parts


def describe_near(entry, decoded, folder):
    """Adds a reference: 8-bit samples, and exact means."""
    decoded = decoded.astype(np.float64)
    entry["shape"] = list(decoded.shape)
    entry["reference"] = entry["name"] + ".npz"
    entry["means"] = [round(float(mean), 6) for mean in decoded.mean(axis=(1, 2)).ravel()]
    entry["oracle"] = "djxl"
    parts = {}
    for name, part in reference_parts(decoded).items():
        eight = np.clip(np.round(part * 255), 0, 255).astype(np.uint8)
        parts[name] = np.diff(eight, axis=2, prepend=np.uint8(0))  # differences of neighbours deflate better
    np.savez_compressed(os.path.join(folder, "references", entry["reference"]), **parts)


def add_encoded(case, folder, work):
    path = os.path.join(folder, case.name + ".jxl")
    case.encode(work, path)
    entry = {"name": case.name, "group": case.group, "made": case.command(), "lossless": case.lossless}
    decoded = decode(path, work)
    if case.lossless:
        channels = as_frames(case.image).shape[-1]
        describe_exact(entry, decoded, case.image, None if case.bits is None else [case.bits] * channels)
    else:
        describe_near(entry, decoded, folder)
    if case.suffix == ".jpg" and "--jpeg_store_metadata=0" not in case.options:
        out = os.path.join(work, "back.jpg")
        djxl(path, out)
        with open(out, "rb") as f:
            assert f.read() == case.data, case.name
        entry["jpeg_sha256"] = hashlib.sha256(case.data).hexdigest()
    return entry


def add_hand_made(case, folder, work):
    path = os.path.join(folder, case.name + ".jxl")
    with open(path, "wb") as f:
        f.write(case.data)
    entry = {"name": case.name, "group": case.group, "made": "hand_made_images.py", "lossless": case.bits is not False}
    try:
        decoded = decode(path, work)
    except RuntimeError as error:
        if case.image is None:
            raise
        decoded = None
        print("NOTE", error)
    if case.bits is False:
        describe_near(entry, decoded, folder)
    else:
        describe_exact(entry, decoded, case.image, case.bits)
    entry.update(case.facts)
    return entry


def clear(folder):
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            os.remove(path)


def write_manifest(folder, entries):
    with open(os.path.join(folder, "manifest.json"), "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(entry) for entry in entries) + "\n]\n")


def main():
    images, invalid = (os.path.join(os.path.abspath(sys.argv[1]), name) for name in ("images", "invalid"))
    for folder in (images, os.path.join(images, "references"), invalid):
        clear(folder)
    with tempfile.TemporaryDirectory() as work:
        entries = [add_encoded(case, images, work) for case in encoded_images.cases()]
        entries += [add_hand_made(case, images, work) for case in hand_made_images.cases()]
    write_manifest(images, entries)
    refused = []
    for name, data, why in hand_made_images.invalid_files():
        with open(os.path.join(invalid, name + ".jxl"), "wb") as f:
            f.write(data)
        refused.append({"name": name, "why": why})
    write_manifest(invalid, refused)
    print(len(entries), "images,", len(refused), "invalid files")


if __name__ == "__main__":
    main()
