#!/usr/bin/env python3
"""Makes data/*.jxl from the formulas of synthetic.py with cjxl (libjxl 0.7). Needed only when the formulas change.

usage: make_data.py FOLDER
"""
import os
import struct
import subprocess
import sys
import tempfile

import splice
import synthetic as s

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "testdata"))
import codestream as c  # noqa: E402: it is in another folder
import modular_writer as m  # noqa: E402
from bit_writer import BitWriter  # noqa: E402


def encode(folder, name, source, suffix, *options):
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "source" + suffix)
        with open(path, "wb") as f:
            f.write(source)
        out = os.path.join(folder, name + ".jxl")
        subprocess.run(["cjxl", path, out, "--quiet", *options], check=True, cwd=work)
        print(out, os.path.getsize(out))


def pfm(rows):
    body = b"".join(struct.pack("<%df" % len(r), *r) for r in reversed(rows))
    return b"Pf\n%d %d\n-1.0\n" % (s.WIDTH, s.HEIGHT) + body


def skipped_frame():
    """Two frames of 16 x 16, the first of which no other one needs; zeros make it long."""
    image = c.Image(16, 16, animation=(100, 1, 0, False), grey=True)
    w = BitWriter()
    image.put(w)
    for is_last in (False, True):
        c.Frame(duration=10, is_last=is_last).put(w, image)
        section = c.global_section(m.GRADIENT, True)
        m.put_header(section, True)
        m.put_channels(section, [[[(x * y) % 256 if is_last else x * 16 for x in range(16)] for y in range(16)]])
        c.put_sections(w, [section.bytes() + (b"" if is_last else bytes(200000))])
    return w.bytes()


def main():
    folder = os.path.abspath(sys.argv[1])
    lossless = ("-d", "0", "-e", "5")
    encode(folder, "rgb8", s.png([s.rows(3, 255)], 3, 8), ".png", *lossless)
    encode(folder, "rgba8", s.png([s.rows(4, 255)], 4, 8), ".png", *lossless)
    encode(folder, "grey16", s.png([s.rows(1, 65535)], 1, 16), ".png", *lossless)
    encode(folder, "grey_alpha8", s.png([s.rows(2, 255)], 2, 8), ".png", *lossless)
    encode(folder, "grey_float", pfm(s.float_rows()), ".pfm", *lossless)
    encode(folder, "lossy", s.png([s.rows(3, 255)], 3, 8), ".png", "-d", "1")
    frames = [s.rows(4, 255, frame) for frame in range(3)]
    encode(folder, "animation", s.png(frames, 4, 8, [(1, 10), (1, 4), (2, 1)]), ".png", *lossless)
    encode(folder, "regions", s.region_png(s.REGIONS), ".png", *lossless)
    tall = s.region_png(s.TALL_REGIONS, s.TALL_WIDTH, s.TALL_HEIGHT)
    encode(folder, "tall_regions", tall, ".png", *lossless, "-g", "0")
    encode(folder, "tall_regions_lossy", tall, ".png", "-d", "1")
    with open(os.path.join(folder, "rgb8.jxl"), "rb") as f:
        codestream = f.read()
    with tempfile.TemporaryDirectory() as work:
        encode(work, "preview", s.png([s.rows(3, 255, 1)], 3, 8), ".png", *lossless)
        with open(os.path.join(work, "preview.jxl"), "rb") as f:
            preview = f.read()
    with open(os.path.join(folder, "oriented_preview.jxl"), "wb") as f:
        f.write(splice.with_extra_fields(codestream, preview, s.WIDTH, s.HEIGHT, 6))
    # A preview of several groups.
    with open(os.path.join(os.path.dirname(__file__), "..", "..", "testdata", "images", "groups_128.jxl"), "rb") as f:
        groups = f.read()
    with open(os.path.join(folder, "preview_groups.jxl"), "wb") as f:
        f.write(splice.with_extra_fields(groups, groups, 300, 150, 1))
    with open(os.path.join(folder, "skipped_frame.jxl"), "wb") as f:
        f.write(skipped_frame())
    for name, compressed in (("metadata", False), ("metadata_brob", True)):
        with open(os.path.join(folder, name + ".jxl"), "wb") as f:
            f.write(s.container(codestream, compressed))


if __name__ == "__main__":
    main()
