"""What the tests of djxl-pooled have in common: running it, and reading the files that it writes.

The scripts are called as SCRIPT DJXL_POOLED DATA_FOLDER [unittest options]. The expected pixels are computed from the
formulas the encoder's input was computed from (synthetic.py).
"""
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
# Writes a JPEG as PPM or PGM; "": leave out what needs it.
JPEG_TO_NETPBM = os.environ.get("JXLPOOL_JPEG_TO_NETPBM", "")
# Recompressed JPEGs beside their originals; in bad/ those whose reconstruction must fail.
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


class ToolTest(unittest.TestCase):
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

    def info(self, *paths, **kwargs):
        return json.loads(self.ok("--info=json", *paths, **kwargs).stdout)

    def with_boxes(self, codestream, *boxes):
        """A file of these boxes and a bare codestream: its bytes, or the name of a file of data/."""
        if isinstance(codestream, str):
            codestream = read(data(codestream))
        path = self.out("boxes.jxl")
        with open(path, "wb") as f:
            f.write(b"\0\0\0\x0cJXL \r\n\x87\n" + synthetic.box(b"ftyp", b"jxl \0\0\0\0jxl "))
            for kind, payload in (*boxes, (b"jxlc", codestream)):
                f.write(synthetic.box(kind, payload))
        return path


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
