"""The JPEGs of round_trip.py: variants() gives (name, function); the function makes the bytes of the file."""
import itertools
import math
import random
import subprocess
import threading

import jpeg_bytes as jb

SAMPLINGS = {"444": "1x1", "422": "2x1", "440": "1x2", "420": "2x2"}
SIZES = [(1, 1), (7, 3), (8, 8), (9, 17), (16, 16), (17, 1), (1, 33), (31, 33), (64, 40), (65, 255), (257, 9),
         (300, 270)]

SCANS = {
    "separate": "0;1;2;",
    "reversed": "2;1;0;",
    "pairs": "0,1;2;",
    "pairs_last": "2;0,1;",
    "dc_then_ac": "0,1,2:0-0,0,0;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;",
    "dc_apart": "0:0-0,0,0;1:0-0,0,0;2:0-0,0,0;2:1-63,0,0;1:1-63,0,0;0:1-63,0,0;",
    "bands": "0,1,2:0-0,0,0;0:1-2,0,0;0:3-9,0,0;0:10-63,0,0;1:1-20,0,0;1:21-63,0,0;2:1-63,0,0;",
    "single_coefficients": "0,1,2:0-0,0,0;" + "".join("0:%d-%d,0,0;" % (k, k) for k in range(1, 12)) +
                           "0:12-63,0,0;1:1-63,0,0;2:1-63,0,0;",
    "approximation_1": "0,1,2:0-0,0,1;0:1-63,0,1;1:1-63,0,1;2:1-63,0,1;0,1,2:0-0,1,0;0:1-63,1,0;1:1-63,1,0;2:1-63,1,0;",
    "approximation_3": "0,1,2:0-0,0,3;0:1-63,0,3;1:1-63,0,2;2:1-63,0,0;0,1,2:0-0,3,2;0:1-63,3,2;0,1,2:0-0,2,1;"
                       "0:1-63,2,1;1:1-63,2,1;0,1,2:0-0,1,0;0:1-63,1,0;1:1-63,1,0;",
    "approximated_bands": "0,1,2:0-0,0,0;0:1-5,0,2;0:6-63,0,1;0:1-5,2,1;0:1-63,1,0;1:1-63,0,1;2:1-63,0,1;"
                          "2:1-63,1,0;1:1-63,1,0;",
    "dc_approximated": "0,1,2:0-0,0,2;0,1,2:0-0,2,1;0,1,2:0-0,1,0;0:1-63,0,0;1:1-63,0,0;2:1-63,0,0;",
}


class Maker:
    """`convert`: the path of ImageMagick's tool, or None."""

    def __init__(self, folder, convert):
        self.folder = folder
        self.convert = convert
        self.sources = {}
        self.lock = threading.Lock()

    def source(self, width, height, kind="scene"):
        name = "%s_%dx%d.pnm" % (kind, width, height)
        with self.lock:
            if name not in self.sources:
                header = b"P%d %d %d 255\n" % (5 if kind == "grey" else 6, width, height)
                self.sources[name] = self.file(name, header + pixels(width, height, kind))
        return self.sources[name]

    def file(self, name, contents):
        path = "%s/%s" % (self.folder, name)
        with open(path, "wb") as f:
            f.write(contents)
        return path

    def cjpeg(self, options, width=75, height=61, kind="scene"):
        return run(["cjpeg", *options.split(), self.source(width, height, kind)])

    def jpegtran(self, options, data):
        return run(["jpegtran", *options.split()], data)

    def scans(self, script):
        return self.file("scans_%s.txt" % script, SCANS[script].replace(";", ";\n").encode())

    def magick(self, options, width=75, height=61, kind="scene"):
        if self.convert is None:
            raise subprocess.CalledProcessError(127, "convert", stderr=b"ImageMagick is not installed")
        return run([self.convert, self.source(width, height, kind), *options.split(), "jpg:-"])


def run(command, data=None):
    return subprocess.run(command, input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def pixels(width, height, kind):
    noise = random.Random(width * 1000 + height)
    result = bytearray()
    for y in range(height):
        for x in range(width):
            n = noise.randrange(25) - 12
            values = (128 + 90 * math.sin(x / 9 + y / 23) + n, 128 + 80 * math.sin(x / 31 - y / 7) + n,
                      255 * ((x // 16 + y // 16) % 2) * 0.5 + 60)
            if kind == "noise":
                values = (noise.randrange(256), noise.randrange(256), noise.randrange(256))
            elif kind == "flat":
                values = (90, 160, 30)
            elif kind == "grey":
                values = values[:1]
            result += bytes(max(0, min(255, int(v))) for v in values)
    return bytes(result)


def sizes(make):
    for (width, height), (name, sampling) in itertools.product(SIZES, SAMPLINGS.items()):
        for mode in ("", "-progressive"):
            optimise = "-optimize" if (width + height) % 2 else ""
            yield ("size_%dx%d_%s%s" % (width, height, name, mode.replace("-", "_")),
                   lambda o="-quality 70 -sample %s %s %s" % (sampling, mode, optimise), w=width, h=height:
                   make.cjpeg(o, w, h))
    for width, height in SIZES:
        for mode in ("-sample 1x1", "-sample 2x2", "-progressive"):
            yield ("grey_%dx%d_%s" % (width, height, mode.strip("-").replace(" ", "_")),
                   lambda o="-quality 60 -grayscale " + mode, w=width, h=height: make.cjpeg(o, w, h, "grey"))
    # Beyond the border of a group of LF groups.
    yield "large_420", lambda: make.cjpeg("-quality 20 -sample 2x2", 2057, 40)
    yield "large_444_progressive", lambda: make.cjpeg("-quality 20 -sample 1x1 -progressive", 40, 2057)
    yield "large_flat_420", lambda: make.cjpeg("-quality 50 -sample 2x2 -progressive", 2100, 130, "flat")


def qualities(make):
    samplings = itertools.cycle(SAMPLINGS.values())
    for quality in (1, 2, 3, 5, 8, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97, 98, 99, 100):
        for options in ("", "-baseline -optimize", "-progressive"):
            yield ("quality_%d%s" % (quality, options.replace(" ", "").replace("-", "_")),
                   lambda o="-quality %d -sample %s %s" % (quality, next(samplings), options): make.cjpeg(o))
    for quality in (50, 90, 100):
        for options in ("", "-progressive", "-rgb", "-sample 2x2 -optimize"):
            yield ("noise_%d%s" % (quality, options.replace(" ", "").replace("-", "_")),
                   lambda o="-quality %d %s" % (quality, options): make.cjpeg(o, kind="noise"))
    tables_file = make.file("tables.txt", "\n".join(
        " ".join(str(1 + (k * (t + 3) + t) % 60) for k in range(64)) for t in range(4)).encode())
    for slots in ("0", "0,1", "0,1,2", "0,1,1", "1,0,0", "2,1,3"):
        yield ("quant_slots_" + slots.replace(",", ""),
               lambda o="-qtables %s -qslots %s -sample 1x1" % (tables_file, slots): make.cjpeg(o))


def restarts(make):
    for interval, sampling, mode in itertools.product(("1B", "3B", "7B", "1", "2"), ("1x1", "2x2"),
                                                      ("", "-optimize", "-progressive")):
        yield ("restart_%s_%s%s" % (interval, sampling, mode.replace("-", "_")),
               lambda o="-quality 50 -restart %s -sample %s %s" % (interval, sampling, mode): make.cjpeg(o))
    yield "restart_larger_than_scan", lambda: make.cjpeg("-restart 60000B")
    yield "restart_grey", lambda: make.cjpeg("-restart 2B -grayscale -sample 2x2")
    yield "restart_interval_0", lambda: jb.insert_before(make.cjpeg(""), 0xDA, jb.segment(0xDD, b"\0\0"))
    for script in ("separate", "pairs", "approximation_3", "bands"):
        yield ("restart_scans_" + script,
               lambda s=script: make.cjpeg("-quality 80 -restart 5B -scans " + make.scans(s)))


def scan_scripts(make):
    for script, sampling in itertools.product(SCANS, ("1x1", "2x1", "2x2")):
        yield ("scans_%s_%s" % (script, sampling),
               lambda s=script, f=sampling: make.cjpeg("-quality 85 -sample %s -scans %s" % (f, make.scans(s)), 90, 75))
    for script in SCANS:
        yield ("jpegtran_scans_" + script,
               lambda s=script: make.jpegtran("-scans " + make.scans(s), make.cjpeg("-quality 30", 290, 40)))


def factors(make):
    for sampling in ("2x2,2x2,2x2", "1x2,1x2,1x2", "2x1,2x1,2x1", "1x1,2x2,1x1", "2x1,1x2,1x1", "2x2,2x1,1x2",
                     "1x2,2x1,2x2", "2x2,1x1,2x2", "2x2,2x2,1x1", "1x1,1x1,2x1"):
        for mode in ("", "-progressive", "-restart 3B", "-scans " + make.scans("separate")):
            yield ("factors_%s%s" % (sampling.replace(",", "_"), mode.split("/")[0].replace("-", "_").replace(" ", "")),
                   lambda o="-quality 60 -sample %s %s" % (sampling, mode): make.cjpeg(o, 61, 43))
    for sampling in ("4x1", "4x2", "1x4", "3x1", "4x1,2x1,1x1"):
        yield ("refused_factors_" + sampling.replace(",", "_"), lambda o="-sample " + sampling: make.cjpeg(o))


def colors(make):
    for options in ("", "-progressive", "-sample 2x2", "-quality 33", "-quality 100", "-restart 2B", "-optimize"):
        yield "rgb" + options.replace("-", "_").replace(" ", ""), lambda o="-rgb " + options: make.cjpeg(o)
    yield "rgb_ids_123", lambda: jb.component_ids(make.cjpeg("-rgb -quality 40"), (1, 2, 3))
    yield "ids_0", lambda: jb.component_ids(make.cjpeg(""), (0, 1, 2))
    yield "ids_custom", lambda: jb.component_ids(make.cjpeg("-progressive"), (200, 0, 17))
    yield "ids_grey", lambda: jb.component_ids(make.cjpeg("-grayscale"), (77,))
    yield "refused_cmyk", lambda: make.magick("-colorspace CMYK")
    yield "refused_arithmetic", lambda: make.cjpeg("-arithmetic")
    yield "refused_arithmetic_progressive", lambda: make.cjpeg("-arithmetic -progressive")


def tables(make):
    yield "huffman_merged", lambda: jb.merge(make.cjpeg(""), 0xC4)
    yield "huffman_split", lambda: jb.split_huffman(jb.merge(make.cjpeg("-optimize"), 0xC4))
    yield "huffman_merged_progressive", lambda: jb.split_huffman(make.cjpeg("-progressive"))
    yield "huffman_numbers_2_3", lambda: jb.frame_marker(jb.renumber_huffman(make.cjpeg(""), 2), 0xC1)
    yield "huffman_numbers_2_3_progressive", lambda: jb.renumber_huffman(make.cjpeg("-progressive"), 2)
    yield "huffman_empty", lambda: jb.insert_before(make.cjpeg(""), 0xDA, jb.segment(0xC4))
    yield ("huffman_twice", lambda: jb.rewrite(make.cjpeg(""), 0xC4, lambda payload: [payload, payload]))
    yield "quant_merged", lambda: jb.merge(make.cjpeg(""), 0xDB)
    yield "quant_16bit", lambda: jb.frame_marker(jb.wide_quant_tables(make.cjpeg("-quality 70")), 0xC1)
    yield "quant_16bit_baseline", lambda: jb.wide_quant_tables(make.cjpeg("-quality 70"))
    yield ("quant_unused", lambda: jb.insert_before(make.cjpeg(""), 0xC0, jb.segment(0xDB, b"\3" + bytes([9] * 64))))
    yield ("quant_unused_copy", lambda: jb.rewrite(make.cjpeg(""), 0xDB, lambda payload: [
        payload, bytes([payload[0] + 2]) + payload[1:]]))
    yield "sof1", lambda: jb.frame_marker(make.cjpeg("-optimize"), 0xC1)
    yield "sequential_as_progressive", lambda: jb.frame_marker(make.cjpeg(""), 0xC2)


def markers(make):
    plain = make.cjpeg("-quality 60")
    progressive = make.cjpeg("-quality 60 -progressive")
    for n in range(16):
        yield ("app%d" % n, lambda m=0xE0 + n: jb.insert(plain, 1, jb.segment(m, b"some bytes \xff\xd8\xff\xd9 of an APP")))
    yield "all_apps", lambda: jb.insert(plain, 0, *[jb.segment(0xE0 + n, bytes(range(n))) for n in range(15, -1, -1)])
    yield "app_empty", lambda: jb.insert(plain, 1, jb.segment(0xE5), jb.segment(0xE5))
    yield "app_longest", lambda: jb.insert(plain, 1, jb.segment(0xE9, b"\xab" * 65533))
    yield "no_app0", lambda: jb.join([p for p in jb.split(plain) if p[0] != 0xE0])
    yield "com_empty", lambda: jb.insert(plain, 2, jb.segment(0xFE))
    yield "com_several", lambda: jb.insert(plain, 1, *[jb.segment(0xFE, b"comment %d" % i * i) for i in range(9)])
    yield "com_longest", lambda: jb.insert(plain, -2, jb.segment(0xFE, bytes(range(255)) * 256))
    yield ("com_between_scans", lambda: jb.insert(progressive, -2, jb.segment(0xFE, b"late"), jb.segment(0xE7, b"too")))
    yield "com_before_eoi", lambda: jb.insert(plain, -1, jb.segment(0xFE, b"last"))
    yield "fill_bytes", lambda: jb.insert(plain, 2, b"\xff\xff\xff")
    yield "garbage", lambda: jb.insert(plain, 2, b"\0garbage\1")
    yield "stray_restart", lambda: jb.insert(plain, 2, b"\xff\xd3")
    yield "adobe", lambda: jb.insert(plain, 1, jb.segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"))
    for size in (1, 2, 255, 256, 257, 65792, 65793, 100000):
        yield "tail_%d" % size, lambda s=size: plain + (b"\xff\xd9tail" * s)[:s]
    yield "tail_jpeg", lambda: plain + progressive
    profile = jb.icc_profile(2500)
    long_profile = jb.icc_profile(150000)
    yield "icc_cjpeg", lambda: make.cjpeg("-icc " + make.file("profile.icc", profile))
    yield "icc_cjpeg_long", lambda: make.cjpeg("-progressive -icc " + make.file("long.icc", long_profile))
    yield "icc_jpegtran", lambda: make.jpegtran("-icc " + make.file("profile2.icc", profile), plain)
    for chunk in (12, 100, len(profile) - 1, len(profile), 65519):
        yield "icc_chunks_%d" % chunk, lambda c=chunk: jb.insert(plain, 1, *jb.icc_segments(profile, c))
    yield "icc_long_chunks_1000", lambda: jb.insert(plain, 1, *jb.icc_segments(long_profile, 1000))
    yield "icc_invalid", lambda: jb.insert(plain, 1, *jb.icc_segments(b"this is no profile" * 20))
    yield "icc_rgb", lambda: jb.insert(make.cjpeg("-rgb"), 1, *jb.icc_segments(profile))
    yield "icc_cut", lambda: jb.insert(plain, 1, *jb.icc_segments(profile, 1000)[:-1])
    yield ("icc_misnumbered", lambda: jb.insert(plain, 1, *reversed(jb.icc_segments(profile, 1000))))
    yield ("icc_apart", lambda: jb.insert(plain, 1, *itertools.chain(*[
        (s, jb.segment(0xE2, b"MPF\0other")) for s in jb.icc_segments(profile, 1000)])))
    for orientation in range(1, 9):
        yield "exif_%d" % orientation, lambda o=orientation: jb.insert(plain, 0, jb.exif_segment(o, o % 2 == 0))
    yield "exif_twice", lambda: jb.insert(plain, 0, jb.exif_segment(3), jb.exif_segment(6))
    yield "exif_invalid", lambda: jb.insert(plain, 0, jb.segment(0xE1, b"Exif\0\0not tiff"))
    yield "exif_empty", lambda: jb.insert(plain, 0, jb.segment(0xE1, b"Exif\0\0"))
    yield "xmp", lambda: jb.insert(plain, 1, jb.xmp_segment())
    yield "xmp_long", lambda: jb.insert(plain, 1, jb.xmp_segment(60000))
    yield "xmp_twice", lambda: jb.insert(plain, 1, jb.xmp_segment(), jb.xmp_segment(50))
    yield "xmp_empty", lambda: jb.insert(plain, 1, jb.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0"))
    yield "xmp_extended", lambda: jb.insert(plain, 1, jb.xmp_segment(), jb.extended_xmp_segment())
    yield ("all_metadata", lambda: jb.insert(progressive, 1, jb.exif_segment(8), jb.xmp_segment(2000),
                                             jb.segment(0xED, b"Photoshop 3.0\0" + b"8BIM" * 20),
                                             *jb.icc_segments(profile, 700), jb.segment(0xFE, b"made by hand")))


def magick(make):
    for options in ("-quality 92", "-quality 75 -interlace JPEG", "-sampling-factor 1x1", "-sampling-factor 2x1",
                    "-sampling-factor 1x2 -interlace JPEG", "-colorspace Gray", "-quality 5 -sampling-factor 2x2",
                    "-quality 100 -interlace JPEG", "-set colorspace RGB -colorspace RGB",
                    "-define jpeg:optimize-coding=false", "-rotate 90 -quality 85", "-comment hello -density 300",
                    "-resize 333x270!", "-monochrome"):
        yield "magick_" + options.replace(" ", "_"), lambda o=options: make.magick(o)
    yield "refused_magick_411", lambda: make.magick("-sampling-factor 4x1")


def transformed(make):
    source = make.cjpeg("-quality 80 -sample 2x1", 80, 64)
    for options in ("-rotate 90", "-flip vertical", "-transpose", "-crop 40x32+16+8", "-grayscale", "-optimize",
                    "-progressive", "-restart 4B", "-wipe 20x20+8+8", "-progressive -restart 1", "-transverse",
                    "-rotate 180 -trim"):
        yield "jpegtran_" + options.replace(" ", ""), lambda o=options: make.jpegtran(o, source)


def padded(make):
    sources = {"baseline": make.cjpeg("-quality 40"), "restart": make.cjpeg("-quality 40 -restart 2B"),
               "progressive": make.cjpeg("-quality 40 -progressive"),
               "progressive_restart": make.cjpeg("-quality 40 -progressive -restart 1")}
    # One of the numbers of bits is right for some scans; where it is too large another image results.
    for (name, source), bits, value in itertools.product(sources.items(), range(1, 5), (0, 0x55)):
        yield ("padding_%s_%d_%02x" % (name, bits, value), lambda s=source, b=bits, v=value: jb.set_padding(s, b, v))


def damaged(make):
    """Changed bits in entropy-coded data: unusual streams, but some are valid."""
    sources = [make.cjpeg("-quality 20 -optimize", 200, 100), make.cjpeg("-quality 90", 33, 33),
               make.cjpeg("-quality 30 -progressive", 130, 90), make.cjpeg("-quality 60 -restart 2B -sample 2x1"),
               make.cjpeg("-quality 30 -progressive -restart 3B"), make.cjpeg("-quality 50 -grayscale", 60, 60),
               make.cjpeg("-quality 70 -scans " + make.scans("approximation_3"), 50, 40)]
    chance = random.Random(5)
    for i in range(240):
        source = bytearray(sources[i % len(sources)])
        num_scans = sum(m == 0xDA for m, _ in jb.split(bytes(source)))
        begin, end = jb.scan_range(bytes(source), chance.randrange(num_scans))
        if end - begin < 2:
            continue
        at = chance.randrange(begin if i % 3 else max(begin, end - 12), end)
        changed = source[at] ^ 1 << chance.randrange(8)
        if source[at] == 0xFF or changed == 0xFF or source[at - 1] == 0xFF:
            continue
        source[at] = changed
        yield "damaged_%d" % i, lambda s=bytes(source): s


def variants(make):
    groups = (sizes, qualities, restarts, scan_scripts, factors, colors, tables, markers, magick, transformed, padded,
              damaged)
    return [variant for group in groups for variant in group(make)]
