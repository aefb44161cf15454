#!/usr/bin/env python3
"""What djxl-pooled promises on the command line: exit statuses, messages, files, and the same pixels in every format.

usage: cli_test.py DJXL_POOLED DATA_FOLDER [unittest options]

The expected pixels are computed from the formulas the encoder's input was computed from (synthetic.py).
"""
import glob
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

import synthetic

TOOL, DATA = sys.argv[1], sys.argv[2]
W, H = synthetic.WIDTH, synthetic.HEIGHT
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Recompressed JPEGs beside their originals; in bad/ those whose reconstruction must fail.
# Writes a JPEG as PPM or PGM; "": leave out what needs it.
JPEG_TO_NETPBM = os.environ.get("JXLPOOL_JPEG_TO_NETPBM", "")
JPEG_FOLDERS = [os.path.join(PROJECT, "testdata", "jpeg"), os.path.join(PROJECT, "..", "shared", "testdata", "jpeg")]


def data(name):
    return os.path.join(DATA, name + ".jxl")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def read_netpbm(path):
    """(header lines, rows of interleaved samples) of a P5, P6 or P7 file."""
    raw = read(path)
    if raw[:2] == b"P7":
        end = raw.index(b"ENDHDR\n") + 7
        lines = raw[:end].decode().splitlines()
        fields = dict(line.split(" ", 1) for line in lines[1:-1] if not line.startswith("TUPLTYPE"))
        width, height, channels, top = (int(fields[k]) for k in ("WIDTH", "HEIGHT", "DEPTH", "MAXVAL"))
    else:
        lines = [raw.split(b"\n", 3)[i].decode() for i in range(3)]
        end = sum(len(line) + 1 for line in lines)
        width, height = map(int, lines[1].split())
        channels, top = (1 if lines[0] == "P5" else 3), int(lines[2])
    code = ">%d" % (width * channels) + ("H" if top > 255 else "B")
    size = struct.calcsize(code)
    assert len(raw) == end + size * height, "file size"
    return lines, [list(struct.unpack_from(code, raw, end + y * size)) for y in range(height)]


def read_pfm(path):
    kind, size, scale, body = read(path).split(b"\n", 3)
    width, height = map(int, size.split())
    assert float(scale) < 0
    n = width * (3 if kind == b"PF" else 1)
    rows = [list(struct.unpack_from("<%df" % n, body, 4 * n * y)) for y in range(height)]
    assert len(body) == 4 * n * height
    return rows[::-1]


def read_npy(path):
    """(shape, frames of rows of interleaved samples)"""
    raw = read(path)
    assert raw[:8] == b"\x93NUMPY\x01\x00"
    end = 10 + struct.unpack_from("<H", raw, 8)[0]
    shape = eval(re.search(rb"'shape': (\([^)]*\))", raw[10:end]).group(1))  # pylint: disable=eval-used
    assert b"'descr': '<f4', 'fortran_order': False" in raw[10:end]
    frames, height, width, channels = shape
    n = width * channels
    assert len(raw) == end + 4 * n * height * frames
    at = [[end + 4 * n * (f * height + y) for y in range(height)] for f in range(frames)]
    return shape, [[list(struct.unpack_from("<%df" % n, raw, p)) for p in frame] for frame in at]


def png_chunks(path):
    raw, at, chunks = read(path), 8, []
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    while at < len(raw):
        size = struct.unpack_from(">I", raw, at)[0]
        kind, payload = raw[at + 4:at + 8], raw[at + 8:at + 8 + size]
        assert zlib.crc32(kind + payload) == struct.unpack_from(">I", raw, at + 8 + size)[0]
        chunks.append((kind.decode(), payload))
        at += 12 + size
    assert chunks[-1][0] == "IEND"
    return chunks


def unfilter(raw, width, height, channels, bits):
    pixel, rows, previous = channels * bits // 8, [], bytes(width * channels * bits // 8)
    size = len(previous)
    for y in range(height):
        kind, line = raw[y * (size + 1)], bytearray(raw[y * (size + 1) + 1:(y + 1) * (size + 1)])
        for i in range(size):
            left = line[i - pixel] if i >= pixel else 0
            up, corner = previous[i], (previous[i - pixel] if i >= pixel else 0)
            near = min((abs(up - corner), 0, left), (abs(left - corner), 1, up),
                       (abs(left + up - 2 * corner), 2, corner))[2]
            line[i] = (line[i] + (0, left, up, (left + up) // 2, near)[kind]) % 256
        previous = bytes(line)
        rows.append(list(struct.unpack(">%d" % (width * channels) + ("H" if bits == 16 else "B"), previous)))
    return rows


def read_png(path):
    """(channels, bits, frames of rows, delays) of a PNG or APNG file."""
    chunks = png_chunks(path)
    width, height, bits, color = struct.unpack(">IIBB", chunks[0][1][:10])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    streams, delays = [b""], []
    for kind, payload in chunks:
        if kind == "fcTL":
            delays.append(struct.unpack_from(">HH", payload, 20))
            if len(delays) > 1:
                streams.append(b"")
        elif kind == "IDAT":
            streams[0] += payload
        elif kind == "fdAT":
            streams[-1] += payload[4:]
    frames = [unfilter(zlib.decompress(s), width, height, channels, bits) for s in streams]
    return channels, bits, frames, delays


def jpeg_segments(path):
    """[(marker, payload)] up to the first scan."""
    raw, at, segments = read(path), 2, []
    assert raw[:2] == b"\xff\xd8"
    while raw[at + 1] != 0xDA:
        assert raw[at] == 0xFF
        size = struct.unpack_from(">H", raw, at + 2)[0]
        segments.append((raw[at + 1], raw[at + 4:at + 2 + size]))
        at += 2 + size
    return segments


def psnr(a, b, top=255):
    errors = [(v - w)**2 for r, s in zip(a, b) for v, w in zip(r, s)]
    return 10 * math.log10(top * top / max(sum(errors) / len(errors), 1e-9))


class CliTest(unittest.TestCase):
    def setUp(self):
        self.maxDiff = 2000
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def out(self, name):
        return os.path.join(self.folder.name, name)

    def files(self):
        return sorted(os.listdir(self.folder.name))

    def run_tool(self, *args, stdin=None, stdout=subprocess.PIPE):
        return subprocess.run([TOOL, *args], input=stdin, stdout=stdout, stderr=subprocess.PIPE, check=False, timeout=60)

    def ok(self, *args, **kwargs):
        done = self.run_tool(*args, **kwargs)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    def fails(self, *args, status=1, **kwargs):
        """The message of a run that must fail with one line and leave no files."""
        done = self.run_tool(*args, **kwargs)
        message = done.stderr.decode()
        self.assertEqual(done.returncode, status, message)
        self.assertEqual(message.count("\n"), 1, message)
        self.assertTrue(message.startswith("djxl-pooled: "), message)
        self.assertEqual(self.files(), [])
        return message

    # ---- Pixels ----

    def test_png(self):
        for name, channels, bits in (("rgb8", 3, 8), ("rgba8", 4, 8), ("grey16", 1, 16), ("grey_alpha8", 2, 8)):
            self.ok(data(name), self.out("a.png"))
            self.assertEqual(read_png(self.out("a.png")),
                             (channels, bits, [synthetic.rows(channels, 2**bits - 1)], []))

    def test_netpbm(self):
        rgb, rgba = synthetic.rows(3, 255), synthetic.rows(4, 255)
        colors = [[v for i, v in enumerate(row) if i % 4 != 3] for row in rgba]
        grey = synthetic.rows(1, 65535)
        for name, suffix, want in (("rgb8", "ppm", rgb), ("rgb8", "pnm", rgb), ("rgb8", "pam", rgb),
                                   ("rgba8", "ppm", colors), ("rgba8", "pam", rgba), ("grey16", "pgm", grey),
                                   ("grey16", "pnm", grey), ("grey16", "pam", grey),
                                   ("grey16", "ppm", [[v for v in row for _ in range(3)] for row in grey])):
            self.ok(data(name), self.out("a." + suffix))
            self.assertEqual(read_netpbm(self.out("a." + suffix))[1], want, (name, suffix))
        self.ok(data("rgb8"), self.out("a.ppm"))
        self.assertEqual(read_netpbm(self.out("a.ppm"))[0], ["P6", f"{W} {H}", "255"])

    def test_float_formats(self):
        want = synthetic.float_rows()
        self.ok(data("grey_float"), self.out("a.pfm"))
        self.assertEqual(read_pfm(self.out("a.pfm")), want)
        self.ok(data("grey_float"), self.out("a.npy"))
        self.assertEqual(read_npy(self.out("a.npy")), ((1, H, W, 1), [want]))

    def test_npy_has_all_channels_and_frames(self):
        self.ok(data("animation"), self.out("a.npy"), "--metadata_out", self.out("a.json"))
        shape, frames = read_npy(self.out("a.npy"))
        self.assertEqual(shape, (3, H, W, 4))
        for i, frame in enumerate(frames):
            for got, want in zip(frame, synthetic.rows(4, 255, i)):
                self.assertEqual([round(v * 255) for v in got], want)
        meta = json.loads(read(self.out("a.json")))
        self.assertEqual([f["duration"] for f in meta["frames"]], [0.1, 0.25, 2.0])
        self.assertEqual(meta["extra_channel_type"], ["Alpha"])
        self.assertEqual(meta["bits_per_sample"], [8, 8])
        self.assertIn(b'"intensity_target": 255.0', read(self.out("a.json")))

    def test_png_compression(self):
        self.ok(data("rgb8"), self.out("a.png"))
        for level in range(10):
            self.ok(data("rgb8"), self.out("b.png"), "--png_compression=%d" % level, "--num_threads=%d" % (level % 4))
            self.assertEqual(read_png(self.out("b.png")), read_png(self.out("a.png")))
            if level == 0:
                stored = len(read(self.out("b.png")))
        self.assertLess(len(read(self.out("a.png"))), stored)

    def test_apng(self):
        self.ok(data("animation"), self.out("a.png"))
        channels, bits, frames, delays = read_png(self.out("a.png"))
        self.assertEqual((channels, bits), (4, 8))
        self.assertEqual(frames, [synthetic.rows(4, 255, i) for i in range(3)])
        self.assertEqual(delays, [(1, 10), (1, 4), (2, 1)])
        self.assertEqual(struct.unpack(">II", dict(png_chunks(self.out("a.png")))["acTL"]), (3, 0))
        piped = self.ok(data("animation"), "-", "--output_format=apng").stdout
        self.assertEqual(piped, read(self.out("a.png")))

    def test_bits_per_sample(self):
        self.ok(data("grey16"), self.out("a.pgm"), "--bits_per_sample=12")
        lines, rows = read_netpbm(self.out("a.pgm"))
        self.assertEqual(lines[2], "4095")
        for got, want in zip(rows, synthetic.rows(1, 65535)):
            self.assertTrue(all(abs(g - w * 4095 / 65535) <= 0.501 for g, w in zip(got, want)))

    def test_lossy_is_close(self):
        self.ok(data("lossy"), self.out("a.ppm"))
        got, want = read_netpbm(self.out("a.ppm"))[1], synthetic.rows(3, 255)
        errors = [abs(g - w) for a, b in zip(got, want) for g, w in zip(a, b)]
        self.assertLess(sum(errors) / len(errors), 12)  # the reference decoder's is 10

    def test_color_space(self):
        self.ok(data("rgb8"), self.out("a.npy"), "--color_space=RGB_D65_SRG_Rel_Lin")
        got = read_npy(self.out("a.npy"))[1][0]
        for a, b in zip(got, synthetic.rows(3, 255)):
            for g, w in zip(a, b):
                linear = w / 255 / 12.92 if w <= 10 else ((w / 255 + 0.055) / 1.055)**2.4
                self.assertAlmostEqual(g, linear, delta=2e-3)

    def test_orientation_and_preview(self):
        def turned(rows):  # 90 degrees clockwise
            pixels = [[row[3 * x:3 * x + 3] for x in range(W)] for row in rows]
            return [[v for y in reversed(range(H)) for v in pixels[y][x]] for x in range(W)]

        self.ok(data("oriented_preview"), self.out("a.ppm"), "--preview_out", self.out("p.npy"), "--metadata_out",
                self.out("m.json"))
        self.assertEqual(read_netpbm(self.out("a.ppm"))[1], turned(synthetic.rows(3, 255)))
        shape, frames = read_npy(self.out("p.npy"))
        self.assertEqual(shape, (1, W, H, 3))
        self.assertEqual([[round(v * 255) for v in row] for row in frames[0]], turned(synthetic.rows(3, 255, 1)))
        meta = json.loads(read(self.out("m.json")))
        self.assertEqual({k: meta[k] for k in ("preview", "intensity_target", "min_nits", "linear_below")},
                         {"preview": {}, "intensity_target": 1000.0, "min_nits": 0.25, "linear_below": 0.5})
        self.ok(data("rgb8"), self.out("b.ppm"), "--preview_out", self.out("none.png"))
        self.assertNotIn("none.png", self.files())

    def test_threads_do_not_matter(self):
        for threads in ("0", "1", "2", "5", "-1"):
            self.ok(data("lossy"), self.out(threads + ".npy"), "--num_threads=" + threads)
            self.assertEqual(read(self.out(threads + ".npy")), read(self.out("0.npy")))

    # ---- Files ----

    def test_frames_get_numbers(self):
        self.ok(data("animation"), self.out("a.pam"), "--output_frames")
        self.assertEqual(self.files(), ["a.pam-0.pam", "a.pam-1.pam", "a.pam-2.pam"])
        for i in range(3):
            self.assertEqual(read_netpbm(self.out(f"a.pam-{i}.pam"))[1], synthetic.rows(4, 255, i))
        self.ok(data("animation"), self.out("b.pam"))
        self.assertEqual(read_netpbm(self.out("b.pam"))[1], synthetic.rows(4, 255))
        self.ok(data("rgb8"), self.out("c.pam"), "--output_frames")
        self.assertIn("c.pam", self.files())

    def test_extra_channels(self):
        self.ok(data("rgba8"), self.out("a.ppm"), "--output_extra_channels")
        self.assertEqual(self.files(), ["a.ppm", "a.ppm-ec1.pgm"])
        self.assertEqual(read_netpbm(self.out("a.ppm-ec1.pgm"))[1], [row[3::4] for row in synthetic.rows(4, 255)])
        self.ok(data("rgba8"), self.out("b.pam"), "--output_extra_channels")
        self.assertEqual(read_netpbm(self.out("b.pam"))[1], synthetic.rows(4, 255))
        self.assertNotIn("b.pam-ec1.pam", self.files())

    def test_standard_streams(self):
        for args in ((data("rgb8"), "-", "--output_format=ppm"), ("-", "-", "--output_format", "PPM")):
            piped = self.ok(*args, stdin=read(data("rgb8")) if args[0] == "-" else None).stdout
            with open(self.out("a.ppm"), "wb") as f:
                f.write(piped)
            self.assertEqual(read_netpbm(self.out("a.ppm"))[1], synthetic.rows(3, 255))
        self.assertEqual(self.ok("-", "-", "--output_format=pfm", stdin=read(data("grey_float"))).stdout,
                         b"Pf\n%d %d\n-1.0\n" % (W, H) +
                         b"".join(struct.pack("<%df" % W, *r) for r in reversed(synthetic.float_rows())))

    def test_output_replaces_atomically(self):
        with open(self.out("a.ppm"), "w", encoding="ascii") as f:
            f.write("precious")
        with open(self.out("cut.jxl"), "wb") as f:
            f.write(read(data("lossy"))[:-60])
        self.assertEqual(self.run_tool(self.out("cut.jxl"), self.out("a.ppm")).returncode, 1)
        self.assertEqual(read(self.out("a.ppm")), b"precious")
        self.assertEqual(self.files(), ["a.ppm", "cut.jxl"])
        self.ok(data("rgb8"), self.out("a.ppm"))
        self.assertEqual(read_netpbm(self.out("a.ppm"))[1], synthetic.rows(3, 255))

    # ---- Metadata ----

    def test_metadata(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.exif"))
            self.assertEqual(read(self.out("a.exif")), synthetic.exif(6))
            for suffix in ("xmp", "xml"):
                self.ok(data(name), self.out("a." + suffix))
                self.assertEqual(read(self.out("a." + suffix)), synthetic.XMP)
            self.ok(data(name), self.out("a.png"))
            chunks = dict(png_chunks(self.out("a.png")))
            self.assertEqual(chunks["eXIf"], synthetic.exif(1))
            self.assertEqual(chunks["iTXt"], b"XML:com.adobe.xmp" + bytes(5) + synthetic.XMP)
        self.assertEqual(self.ok(data("metadata"), "-", "--output_format=xmp").stdout, synthetic.XMP)

    def test_side_files(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.ppm"), "--exif_out", self.out("e"), "--xmp_out", self.out("x"),
                    "--jumbf_out", self.out("j"), "--gain_map_out", self.out("g"))
            self.assertEqual(self.files(), ["a.ppm", "e", "x"])
            self.assertEqual((read(self.out("e")), read(self.out("x"))), (synthetic.exif(6), synthetic.XMP))
        jpeg = os.path.join(PROJECT, "testdata", "jpeg", "metadata")
        self.ok(jpeg + ".jxl", self.out("a.jpg"), "--icc_out", self.out("i"), "--xmp_out", self.out("x"))
        self.assertEqual(read(self.out("a.jpg")), read(jpeg + ".jpg"))
        self.assertIn(read(self.out("x")), read(jpeg + ".jpg"))
        self.assertEqual(read(self.out("i"))[36:40], b"acsp")

    def with_boxes(self, name, *boxes):
        """A file of these boxes and the bare codestream of `name`."""
        path = self.out("boxes.jxl")
        with open(path, "wb") as f:
            f.write(b"\0\0\0\x0cJXL \r\n\x87\n" + synthetic.box(b"ftyp", b"jxl \0\0\0\0jxl "))
            for kind, payload in (*boxes, (b"jxlc", read(data(name)))):
                f.write(synthetic.box(kind, payload))
        return path

    def test_gain_maps(self):
        gain_map = read(data("grey_alpha8"))
        bundle = b"\0\0\3abc\2\x14\x2d\0\0\0\0" + gain_map
        path = self.with_boxes("rgb8", (b"jhgm", bundle))
        self.ok(path, self.out("a.ppm"), "--gain_map_out", self.out("g.jxl"), "--gain_map_metadata_out", self.out("m"),
                "--gain_map_icc_out", self.out("i"))
        self.assertEqual(self.files(), ["a.ppm", "boxes.jxl", "g.jxl", "m"])
        self.assertEqual((read(self.out("g.jxl")), read(self.out("m"))), (gain_map, b"abc"))
        self.ok(self.out("g.jxl"), self.out("g.png"))
        described = self.info(path)["gain_map"]
        self.assertEqual((described["codestream_bytes"], described["metadata_bytes"], described["icc_bytes"]),
                         (len(gain_map), 3, 0))
        self.assertEqual(described["encoding"]["name"], "Gra_D65_Rel_Lin")
        self.assertIn("gain map: image of", self.ok("--info", path).stdout.decode())
        path = self.with_boxes("rgb8", (b"jhgm", bundle[:-len(gain_map)]))
        self.assertIn("error", self.info(path)["gain_map"])
        self.ok(path, self.out("b.ppm"))
        done = self.run_tool(path, self.out("c.ppm"), "--gain_map_out", self.out("h.jxl"))
        self.assertEqual((done.returncode, "c.ppm" in self.files()), (1, False))

    def test_info_of_a_frame_index(self):
        # Two entries: the first frame, and the one 500 bytes further on with 2 frames.
        path = self.with_boxes("animation", (b"jxli", b"\2\0\0\0\1\0\0\3\xe8\x0b\0\1\xf4\3\0\2"))
        self.assertEqual(self.info(path)["frame_index"],
                         {"tick_numerator": 1, "tick_denominator": 1000, "entries": [
                             {"offset": 11, "first_frame": 0, "num_frames": 1, "duration_ticks": 0},
                             {"offset": 511, "first_frame": 1, "num_frames": 2, "duration_ticks": 0}]})
        self.assertIn("frame index: 2 entries", self.ok("--info", path).stdout.decode())
        path = self.with_boxes("animation", (b"jxli", b"\2\0\0\0\1"))
        self.assertIn("error", self.info(path)["frame_index"])

    def test_color_chunks_and_profiles(self):
        self.ok(data("rgb8"), self.out("a.png"), "--icc_out", self.out("a.icc"), "--orig_icc_out", self.out("b.icc"))
        self.assertIn("sRGB", dict(png_chunks(self.out("a.png"))))
        for name in ("a.icc", "b.icc"):
            icc = read(self.out(name))
            self.assertEqual(struct.unpack(">I", icc[:4])[0], len(icc))
            self.assertEqual(icc[36:40], b"acsp")

    # ---- Descriptions ----

    def info(self, *paths, **kwargs):
        return json.loads(self.ok("--info=json", *paths, **kwargs).stdout)

    def test_info_of_an_image(self):
        info = self.info(data("rgba8"))
        self.assertEqual(info["file_size"], os.path.getsize(data("rgba8")))
        self.assertEqual((info["format"], info["boxes"], info["level"]), ("codestream", [], 5))
        self.assertNotIn("error", info)
        memory = info["memory_estimate"]
        self.assertGreaterEqual(memory["parallel_bytes"], memory["one_thread_bytes"])
        self.ok(data("rgba8"), "--disable_output", f"--memory_limit={memory['one_thread_bytes']}")
        image = info["image"]
        self.assertEqual((image["width"], image["height"], image["orientation"]), (W, H, 1))
        self.assertEqual(image["samples"], {"type": "integer", "bits": 8, "exponent_bits": 0})
        self.assertEqual([c["type"] for c in image["extra_channels"]], ["Alpha"])
        self.assertEqual(image["color"]["encoding"]["transfer"], "srgb")
        self.assertFalse(image["xyb_encoded"])
        frame, = info["frames"]
        self.assertEqual((frame["type"], frame["encoding"], frame["shown"]), ("regular", "modular", True))
        self.assertEqual((frame["width"], frame["height"], frame["have_crop"]), (W, H, False))
        self.assertEqual(frame["toc"]["sections"], 1)
        self.assertEqual(frame["offset"] + frame["toc"]["header_bytes"] + frame["toc"]["section_bytes"],
                         info["codestream_size"])
        lossy = self.info(data("lossy"))
        self.assertTrue(lossy["image"]["xyb_encoded"])
        self.assertEqual(lossy["frames"][0]["encoding"], "vardct")
        floats = self.info(data("grey_float"))["image"]
        self.assertEqual((floats["samples"]["type"], floats["num_color_channels"]), ("float", 1))

    def test_info_of_an_animation(self):
        info = self.info(data("animation"))
        self.assertEqual([f["duration_seconds"] for f in info["frames"]], [0.1, 0.25, 2.0])
        self.assertEqual([f["shown_index"] for f in info["frames"]], [0, 1, 2])
        self.assertEqual([f["is_last"] for f in info["frames"]], [False, False, True])
        self.assertEqual([len(f["extra_channels"]) for f in info["frames"]], [1, 1, 1])
        self.assertEqual(info["image"]["animation"]["num_loops"], 0)
        for before, after in zip(info["frames"], info["frames"][1:]):
            toc = before["toc"]
            self.assertEqual(after["offset"], before["offset"] + toc["header_bytes"] + toc["section_bytes"])

    def test_info_of_header_fields(self):
        info = self.info(data("oriented_preview"))
        image = info["image"]
        self.assertEqual((image["width"], image["height"], image["orientation"]), (H, W, 6))
        self.assertEqual((image["coded_width"], image["coded_height"]), (W, H))
        self.assertEqual((image["intrinsic_width"], image["intrinsic_height"]), (2 * H, 2 * W))
        self.assertEqual(image["preview"], {"width": H, "height": W})
        self.assertEqual(image["tone_mapping"], {"intensity_target": 1000.0, "min_nits": 0.25,
                                                 "relative_to_max_display": False, "linear_below": 0.5})
        self.assertEqual(info["preview_frame"]["width"], W)
        self.assertEqual(len(info["frames"]), 1)

    def test_info_of_boxes(self):
        for name, compressed in (("metadata", False), ("metadata_brob", True)):
            info = self.info(data(name))
            raw, at = read(data(name)), 0
            for box in info["boxes"]:
                self.assertEqual((box["offset"], box["size"]), (at, struct.unpack_from(">I", raw, at)[0]))
                self.assertEqual(box["type"].encode(), raw[at + 4:at + 8])
                at += box["size"]
            self.assertEqual(at, len(raw))
            self.assertEqual([b.get("compressed_type") for b in info["boxes"]][2:4],
                             ["Exif", "xml "] if compressed else [None, None])
            self.assertEqual([(b["type"], b["compressed"], b["contents_bytes"]) for b in info["metadata"]],
                             [("Exif", compressed, 4 + len(synthetic.exif(6))),
                              ("xml ", compressed, len(synthetic.XMP))])

    def test_info_as_text(self):
        text = self.ok("--info", data("animation"), data("metadata_brob")).stdout.decode()
        for part in (f"{W} x {H}, 8-bit integer", "Alpha", "RGB_D65_SRG_Per_SRG", "2.35 seconds", "frame 2:",
                     "compressed 'Exif'"):
            self.assertIn(part, text)
        self.assertIn("standard input:", self.ok("--info", "-v", "-", stdin=read(data("rgb8"))).stdout.decode())

    def test_info_of_several_files(self):
        names = [data(name) for name in ("rgb8", "lossy", "animation", "metadata")]
        self.assertEqual([i["file"] for i in self.info(*names)], names)
        done = self.run_tool("--info=json", names[0], "/dev/null", names[1])
        self.assertEqual(done.returncode, 1)
        first, bad, last = json.loads(done.stdout)
        self.assertEqual((first["image"]["width"], last["image"]["width"]), (W, W))
        self.assertEqual(done.stderr.decode(), "djxl-pooled: " + bad["error"] + "\n")

    def test_info_of_truncated_files(self):
        whole = read(data("animation"))
        frames = self.info(data("animation"))["frames"]
        for size in range(0, len(whole), 7):
            done = self.run_tool("--info=json", "-", stdin=whole[:size])
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr.count(b"\n"), 1)
            info = json.loads(done.stdout)
            known = info.get("frames", [])
            self.assertEqual([f["offset"] for f in known], [f["offset"] for f in frames[:len(known)]])
            self.assertEqual([f["toc"]["complete"] for f in known[:-1]], [True] * (len(known) - 1))
            self.assertTrue("image" in info or size <= frames[0]["offset"])
            if size >= frames[2]["offset"]:
                self.assertGreaterEqual(len(known), 2)

    # ---- Reports ----

    def test_version_and_help(self):
        for option in ("--version", "-V"):
            self.assertRegex(self.ok(option).stdout.decode(), r"^djxl-pooled \d+\.\d+\.\d+\n$")
        for option in ("--help", "-h"):
            self.assertIn("--num_threads", self.ok(option).stdout.decode())

    def test_speed_report(self):
        done = self.ok(data("rgb8"), "--disable_output", "--num_reps=3", "--num_threads=0")
        self.assertRegex(done.stderr.decode(),
                         rf"^{W} x {H}, geomean: [\d.]+ MP/s \[[\d.]+, [\d.]+\], 3 reps, 1 threads.\n$")
        self.assertEqual(self.ok(data("rgb8"), "--disable_output", "--num_reps=2", "--quiet").stderr, b"")
        self.ok(data("animation"), self.out("a.png"), "--num_reps=2")
        self.assertEqual(len(read_png(self.out("a.png"))[2]), 3)

    def test_stats(self):
        done = self.ok(data("lossy"), self.out("a.ppm"), "--quiet", "--stats=json")
        stats = json.loads(done.stderr)
        self.assertGreater(stats["peak_bytes"], 0)
        self.assertEqual(sum(c["live_bytes"] for c in stats["categories"].values()), stats["live_bytes"])
        self.assertIn("pool:", self.ok(data("lossy"), self.out("a.ppm"), "--stats").stderr.decode())

    def test_stats_by_category_and_type(self):
        done = self.ok(data("lossy"), "--disable_output", "--quiet", "--stats=json")
        stats = json.loads(done.stderr)
        pool = stats["pool"]
        for group in ("categories", "types"):
            for key in ("requests", "hits", "misses", "releases", "live_bytes", "requested_bytes", "saved_bytes"):
                self.assertEqual(sum(c[key] for c in pool[group].values()), pool[key], (group, key))
        self.assertEqual(pool["hits"] + pool["misses"], pool["requests"])
        self.assertEqual(stats["matrices"]["created"], stats["matrices"]["released"] + stats["matrices"]["active"])
        self.assertEqual(stats["copied_input_bytes"], 0)
        without = json.loads(self.ok(data("lossy"), "--disable_output", "--quiet", "--stats=json",
                                     "--disable_pool").stderr)["pool"]
        self.assertEqual(without["hits"], 0)
        self.assertEqual(without["cached_bytes"], 0)
        self.assertEqual(without["system_allocations"], without["requests"])

    def test_memory_profile(self):
        self.fails(data("lossy"), "--disable_output", f"--memory_profile={self.out('p.png')}", status=2)
        self.ok(data("lossy"), "--disable_output", "--quiet", f"--memory_profile={self.out('p.json')}")
        with open(self.out("p.json"), encoding="utf-8") as file:
            events = json.load(file)["traceEvents"]
        live = [sum(e["args"].values()) for e in events if e["ph"] == "C"]
        peak = next(e["name"] for e in events if e["ph"] == "i")
        self.assertEqual(peak, f"peak: {max(live)} bytes")
        self.assertIn("decode frame", [e["name"] for e in events if e["ph"] == "X"])
        self.ok(data("lossy"), "--disable_output", "--quiet", f"--memory_profile={self.out('p.svg')}")
        with open(self.out("p.svg"), encoding="utf-8") as file:
            text = file.read()
        self.assertTrue(text.startswith("<svg") and text.endswith("</svg>\n"))
        self.assertIn("peak", text)

    def test_warm_decodes_do_not_allocate(self):
        args = (data("lossy"), "--disable_output", "--quiet", "--stats=json", "--num_threads=0")
        few, many = (json.loads(self.ok(*args, f"--num_reps={n}").stderr)["pool"] for n in (5, 50))
        self.assertEqual(few["misses"], many["misses"])
        self.assertGreater(many["hits"], few["hits"])

    # ---- Errors ----

    def test_usage_errors(self):
        for args in ((), (data("rgb8"),), (data("rgb8"), self.out("noextension")), (data("rgb8"), "-"),
                     (data("rgb8"), self.out("a.png"), "--nosuchoption"),
                     (data("rgb8"), self.out("a.png"), "--num_threads=many"),
                     (data("rgb8"), self.out("a.png"), "--downsampling=3"),
                     (data("rgb8"), self.out("a.png"), "--png_compression=10"),
                     (data("rgb8"), self.out("a.png"), "--stats=xml"),
                     (data("rgb8"), self.out("a.png"), "--memory_limit=12X"),
                     (data("rgb8"), self.out("a.png"), "third"), ("--info",), ("--info=xml", data("rgb8"))):
            self.fails(*args, status=2)

    def test_input_errors(self):
        self.assertEqual(self.fails(self.out("no.jxl"), self.out("a.png")),
                         f"djxl-pooled: {self.out('no.jxl')}: no such file\n")
        self.assertIn("folder", self.fails(self.folder.name, self.out("a.png")))
        self.fails("/dev/null", self.out("a.png"))
        self.fails("-", self.out("a.png"), stdin=b"")
        self.fails("-", self.out("a.png"), stdin=b"\x89PNG\r\n\x1a\n" + bytes(100))

    def test_truncated_input(self):
        whole = read(data("lossy"))
        for size in (1, 2, 10, len(whole) // 2, len(whole) - 20):
            message = self.fails("-", self.out("a.png"), stdin=whole[:size])
            self.assertTrue(message.startswith("djxl-pooled: standard input: "), message)

    def test_partial_input(self):
        whole = read(data("lossy"))
        done = self.run_tool("-", self.out("a.ppm"), "--allow_partial_files", stdin=whole[:-20])
        if done.returncode == 3:
            self.assertEqual(len(read_netpbm(self.out("a.ppm"))[1]), H)
            self.assertIn("ends early", done.stderr.decode())
        else:
            self.assertEqual((done.returncode, self.files()), (1, []))
        self.ok(data("lossy"), self.out("b.ppm"), "--allow_partial_files")

    def test_output_errors(self):
        self.assertIn("No space left on device", self.fails(data("rgb8"), "/dev/full", "--output_format=ppm"))
        self.assertIn("No space left on device", self.fails(data("animation"), "/dev/full", "--output_format=png"))
        with open("/dev/full", "wb") as full:
            self.assertIn("No space left on device", self.fails(data("rgb8"), "-", "--output_format=png", stdout=full))
        self.assertIn("No such file or directory", self.fails(data("rgb8"), self.out("no/a.png")))
        self.assertIn("Is a directory", self.fails(data("rgb8"), self.folder.name, "--output_format=png"))
        self.assertIn("several files", self.fails(data("animation"), "-", "--output_frames", "--output_format=ppm"))

    def test_unsupported_requests(self):
        for name in ("a.png", "a.jpg"):
            self.assertIn("no JPEG reconstruction data", self.fails(data("rgb8"), self.out(name), "-J"))
        self.assertIn("unknown output format", self.fails(data("rgb8"), self.out("a.bmp")))
        self.assertIn("grey", self.fails(data("rgb8"), self.out("a.pgm")))
        self.assertIn("no exif", self.fails(data("rgb8"), self.out("a.exif")))
        self.assertIn("not a known colour encoding", self.fails(data("rgb8"), self.out("a.png"), "--color_space=blue"))

    def test_jpeg_reconstruction(self):
        for folder in JPEG_FOLDERS:
            for path in sorted(glob.glob(os.path.join(folder, "*.jxl"))):
                expected = read(path[:-4] + ".jpg")
                for name, options in (("a.jpg", ()), ("a.bin", ("--reconstruct_jpeg", "--num_threads=0"))):
                    self.ok(path, self.out(name), *options)
                    self.assertTrue(read(self.out(name)) == expected, path)
                    os.remove(self.out(name))
            for path in sorted(glob.glob(os.path.join(folder, "bad", "*.jxl"))):
                self.fails(path, self.out("a.jpg"), "-J")
                self.assertIn("encoding the pixels", self.ok(path, self.out("a.jpg")).stderr.decode())
                os.remove(self.out("a.jpg"))
                self.ok(path, self.out("a.ppm"))
                os.remove(self.out("a.ppm"))
        pair = os.path.join(JPEG_FOLDERS[0], "grey.jxl")
        self.assertIn("No space left on device", self.fails(pair, "/dev/full", "-J"))
        self.assertIn("more bytes wanted", self.fails(pair, self.out("a.jpg"), "--memory_limit=20K"))

    # ---- JPEG from pixels ----

    def test_pixels_to_jpeg_are_close(self):
        if not JPEG_TO_NETPBM:
            self.skipTest("JXLPOOL_JPEG_TO_NETPBM is not set")
        images = os.path.join(PROJECT, "testdata", "images")
        jpegs = os.path.join(PROJECT, "testdata", "jpeg")
        for path, least in ((os.path.join(images, "vardct_groups.jxl"), 38), (os.path.join(images, "grey8.jxl"), 38),
                            (os.path.join(jpegs, "base_420.jxl"), 38), (data("oriented_preview"), 30),
                            (data("grey16"), 30), (data("rgba8"), 30)):
            self.ok(path, self.out("a.jpg"), "-j", "--quiet")
            with open(self.out("b.pnm"), "wb") as f:
                f.write(subprocess.run([JPEG_TO_NETPBM, self.out("a.jpg")], check=True, stdout=subprocess.PIPE).stdout)
            self.ok(path, self.out("a.pnm"))
            lines, want = read_netpbm(self.out("a.pnm"))
            got_lines, got = read_netpbm(self.out("b.pnm"))
            self.assertEqual(lines[:2], got_lines[:2])
            scale = 255 / int(lines[2])
            self.assertGreater(psnr([[v * scale for v in row] for row in want], got), least, path)

    def test_when_jpeg_is_made_from_pixels(self):
        pair = os.path.join(JPEG_FOLDERS[0], "base_420")
        original = read(pair + ".jpg")
        sizes = []
        for options in (("-j",), ("-q", "95"), ("--jpeg_quality=40",), ("-q", "5", "-j")):
            done = self.ok(pair + ".jxl", self.out("a.jpg"), *options)
            self.assertNotIn("encoding", done.stderr.decode())
            self.assertNotEqual(read(self.out("a.jpg")), original)
            sizes.append(len(read(self.out("a.jpg"))))
        self.assertEqual(sizes[0], sizes[1])
        self.assertTrue(sizes[1] > sizes[2] > sizes[3], sizes)
        self.assertIn("encoding the pixels", self.ok(data("rgb8"), self.out("b.jpg")).stderr.decode())
        self.assertEqual(self.ok(data("rgb8"), self.out("b.jpg"), "--quiet").stderr, b"")
        self.assertIn("transparency", self.ok(data("rgba8"), self.out("b.jpeg"), "-j").stderr.decode())
        piped = self.ok("-", "-", "--output_format=jpg", stdin=read(data("rgb8"))).stdout
        self.assertEqual(piped, read(self.out("b.jpg")))
        self.assertEqual(self.ok("-", "-", "--output_format=jpg", stdin=read(pair + ".jxl")).stdout, original)
        self.ok(data("animation"), self.out("c.jpg"), "--output_frames", "--quiet")
        self.assertEqual([n for n in self.files() if n.startswith("c")], ["c.jpg-0.jpg", "c.jpg-1.jpg", "c.jpg-2.jpg"])

    def test_metadata_in_jpeg(self):
        for name in ("metadata", "metadata_brob"):
            self.ok(data(name), self.out("a.jpg"), "-j")
            app1 = [payload for marker, payload in jpeg_segments(self.out("a.jpg")) if marker == 0xE1]
            self.assertEqual(app1, [b"Exif\0\0" + synthetic.exif(1),
                                    b"http://ns.adobe.com/xap/1.0/\0" + synthetic.XMP])
        p3 = os.path.join(PROJECT, "testdata", "images", "colour_p3.jxl")
        self.ok(p3, self.out("a.jpg"), "-j", "--icc_out", self.out("a.icc"))
        app2 = [payload for marker, payload in jpeg_segments(self.out("a.jpg")) if marker == 0xE2]
        self.assertEqual(app2, [b"ICC_PROFILE\0\1\1" + read(self.out("a.icc"))])

    def test_jpeg_errors(self):
        for args in (("-j", "-J"), ("-q", "90", "-J"), ("-q", "101"), ("-q", "x")):
            self.fails(data("rgb8"), self.out("a.jpg"), *args, status=2)
        self.fails(data("rgb8"), self.out("a.png"), "-j", status=2)
        self.assertIn("No space left on device", self.fails(data("rgb8"), "/dev/full", "--output_format=jpg", "-j"))
        whole = read(data("lossy"))
        self.fails("-", self.out("a.jpg"), "-j", stdin=whole[:-20])

    def test_memory_limit(self):
        message = self.fails(data("lossy"), self.out("a.png"), "--memory_limit=20K")
        self.assertRegex(message, r"\d+ more bytes wanted for [a-z]+, limit 20480")
        self.ok(data("lossy"), self.out("a.png"), "--memory_limit=64M")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
