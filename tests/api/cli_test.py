#!/usr/bin/env python3
"""What djxl-pooled promises on the command line: exit statuses, messages, files, and the same pixels in every format.

usage: see cli_support.py
"""
import json
import struct
import xml.etree.ElementTree

import synthetic
from cli_support import H, ToolTest, W, data, main, png_chunks, read, read_netpbm, read_npy, read_pfm, read_png


class CliTest(ToolTest):
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

    def test_prewarming(self):
        name = data("lossy")
        for output in (["--disable_output"], [self.out("a.ppm")]):
            args = [name, *output, "--quiet", "--stats=json", "--num_threads=0"]
            cold = json.loads(self.ok(*args).stderr)["pool"]
            warm = json.loads(self.ok(*args, "--prewarm").stderr)["pool"]
            self.assertGreater(cold["misses"], 10)
            self.assertLessEqual(warm["misses"], 2)
            self.assertGreater(warm["hits"], 10)
        self.ok(name, self.out("b.ppm"))
        self.assertEqual(read(self.out("a.ppm")), read(self.out("b.ppm")))

    def test_stats_by_category_and_type(self):
        # The second decode finds in the pool what the first one got from the system.
        done = self.ok(data("lossy"), "--disable_output", "--quiet", "--stats=json", "--num_reps=2")
        stats = json.loads(done.stderr)
        pool = stats["pool"]
        for group in ("categories", "types"):
            for key in ("requests", "hits", "misses", "releases", "live_bytes", "requested_bytes", "saved_bytes"):
                self.assertEqual(sum(c[key] for c in pool[group].values()), pool[key], (group, key))
        self.assertEqual(pool["hits"] + pool["misses"], pool["requests"])
        self.assertEqual(pool["system_allocated_bytes"] - pool["system_released_bytes"], pool["system_bytes"])
        self.assertEqual(pool["system_released_bytes"],
                         sum(pool[f"{why}_bytes"] for why in ("aged", "pressure", "overflow", "trimmed")))
        self.assertAlmostEqual(pool["allocation_reduction"], 1 - pool["system_allocations"] / pool["requests"], 5)
        self.assertEqual(stats["matrices"]["created"], stats["matrices"]["released"] + stats["matrices"]["active"])
        self.assertEqual(stats["copied_input_bytes"], 0)
        without = json.loads(self.ok(data("lossy"), "--disable_output", "--quiet", "--stats=json",
                                     "--disable_pool").stderr)["pool"]
        self.assertEqual(without["hits"], 0)
        self.assertEqual(without["cached_bytes"], 0)
        self.assertEqual(without["system_allocations"], without["requests"])
        self.assertEqual(without["allocation_reduction"], 0)

    def test_decode_modes(self):
        outputs = []
        for mode in ("auto", "streaming", "parallel"):
            self.ok(data("lossy"), self.out("a.ppm"), f"--decode_mode={mode}", "--num_threads=4")
            outputs.append(read(self.out("a.ppm")))
        self.assertEqual(len(set(outputs)), 1)

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
        chart = xml.etree.ElementTree.fromstring(text)
        tag = "{http://www.w3.org/2000/svg}"
        texts = [element.text for element in chart.iter(f"{tag}text")]
        areas = [path.find(f"{tag}title").text for path in chart.iter(f"{tag}path")]
        stages = [rect.find(f"{tag}title").text for rect in chart.iter(f"{tag}rect") if rect.find(f"{tag}title") is not None]
        self.assertTrue(any(label.startswith("peak ") for label in texts))
        self.assertTrue({"lf", "tile", "entropy"} <= set(areas) <= set(texts), (areas, texts))
        self.assertTrue(any(stage.startswith("decode frame: ") for stage in stages), stages)

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
                     (data("rgb8"), self.out("a.png"), "--decode_mode=fast"),
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
        self.assertIn("not a known color encoding", self.fails(data("rgb8"), self.out("a.png"), "--color_space=blue"))

    # ---- JPEG from pixels ----

    def test_memory_limit(self):
        message = self.fails(data("lossy"), self.out("a.png"), "--memory_limit=20K")
        self.assertRegex(message, r"\d+ more bytes wanted for [a-z]+, limit 20480")
        self.ok(data("lossy"), self.out("a.png"), "--memory_limit=64M")


if __name__ == "__main__":
    main()
