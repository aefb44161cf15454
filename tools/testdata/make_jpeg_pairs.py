#!/usr/bin/env python3
"""Makes testdata/jpeg: JPEG files of many kinds (NAME.jpg) and what they recompress to (NAME.jxl).

usage: make_jpeg_pairs.py FOLDER

Needs cjpeg (libjpeg-turbo-progs) and cjxl (libjxl-tools). The output is the same each time.
"""
import math
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/jpeg"))
import jpeg_bytes as jb  # noqa: E402


def write_pnm(path, width, height, grey=False):
    pixels = bytearray()
    state = 1
    for y in range(height):
        for x in range(width):
            state = (state * 1103515245 + 12345) & 0x7fffffff
            noise = (state >> 20) % 25
            red = 128 + 90 * math.sin(x / 9 + y / 23) + noise - 12
            green = 128 + 80 * math.sin(x / 31 - y / 7) + noise - 12
            blue = 255 * ((x // 16 + y // 16) % 2) * 0.5 + 60
            pixel = bytes(max(0, min(255, int(v))) for v in (red, green, blue))
            pixels += pixel[:1] if grey else pixel
    with open(path, "wb") as f:
        f.write(b"P%d %d %d 255\n" % (5 if grey else 6, width, height) + pixels)


PAIRS = [
    ("base_420", "small", "-quality 60 -sample 2x2"),
    ("restart_422", "small", "-quality 40 -sample 2x1 -restart 5B -optimize"),
    ("progressive_440", "small", "-quality 40 -sample 1x2 -progressive"),
    ("progressive_444_groups", "large", "-quality 25 -sample 1x1 -progressive -restart 1"),
    ("rgb", "small", "-quality 80 -rgb"),
    ("grey", "grey", "-quality 70 -grayscale -optimize"),
    ("tiny", "tiny", "-quality 90 -baseline"),
    ("separate_scans", "small", "-quality 50 -sample 2x2 -scans scans.txt"),
    ("tail", "small", "-quality 60 -sample 2x2"),
    ("tall_420", "tall", "-quality 60 -sample 2x2 -restart 7B"),
    ("tall_grey", "tall", "-quality 30 -grayscale -sample 2x2 -optimize"),
    ("tall_rgb", "tall", "-quality 10 -rgb"),
    ("metadata", "tiny", "-quality 50 -progressive"),
]



def with_metadata(data):
    icc = jb.icc_segments(jb.icc_profile(100), 200)
    return jb.insert(data, 1, jb.exif_segment(6), *icc[:2], jb.segment(0xE2, b"MPF\0not a profile"), *icc[2:],
                     jb.xmp_segment(40), jb.segment(0xFE, b"a comment"), jb.segment(0xE5))


folder = os.path.abspath(sys.argv[1])
os.makedirs(folder, exist_ok=True)
with tempfile.TemporaryDirectory() as work:
    os.chdir(work)
    write_pnm("small", 75, 61)
    write_pnm("large", 301, 267)
    write_pnm("grey", 70, 41, grey=True)
    write_pnm("tiny", 5, 3)
    write_pnm("tall", 19, 793)
    with open("scans.txt", "w", encoding="ascii") as f:
        f.write("1;\n0;\n2;\n")
    for name, source, options in PAIRS:
        jpeg = os.path.join(folder, name + ".jpg")
        data = subprocess.run(["cjpeg"] + options.split() + [source], check=True, stdout=subprocess.PIPE).stdout
        if name == "tail":
            data += b"some bytes after the end\xff\xd9"
        if name == "metadata":
            data = with_metadata(data)
        with open(jpeg, "wb") as f:
            f.write(data)
        subprocess.run(["cjxl", "--lossless_jpeg=1", jpeg, os.path.join(folder, name + ".jxl")], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
