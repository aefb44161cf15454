#!/usr/bin/env python3
"""djxl-pooled with input that arrives in pieces: from pipes, and with --feed. Whatever it writes is the same; and
with --progressive_out, the pictures that can be shown meanwhile.

usage: see cli_support.py
"""
import os
import re
import subprocess
import unittest

from cli_support import PROJECT, TOOL, ToolTest, data, main, psnr, read, read_netpbm, read_png

IMAGES = os.path.join(PROJECT, "testdata", "images")
LARGE = os.path.join(IMAGES, "vardct_tall_420.jxl")  # of many groups
GROUPS = os.path.join(IMAGES, "vardct_groups.jxl")
PAIR = os.path.join(PROJECT, "testdata", "jpeg", "tall_420")


class StreamTest(ToolTest):
    def written(self, path, name, *options, how):
        """The files that the tool writes for this input, given by name, fed or through a pipe."""
        folder = self.out(how[0] + how[1:].strip("-=") + name)
        os.mkdir(folder)
        target = os.path.join(folder, name)
        options = [o.replace("@", folder + "/") for o in options]
        if how.startswith("pipe"):
            feed = [how[len("pipe"):]] if how != "pipe" else []
            # Through a process, because a file as standard input would be mapped.
            with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as cat:
                done = subprocess.run([TOOL, "-", target, "--quiet", *options, *feed], stdin=cat.stdout,
                                      stderr=subprocess.PIPE, check=False, timeout=60)
        else:
            done = self.run_tool(path, target, "--quiet", *options, *([how] if how != "name" else []))
        self.assertEqual(done.returncode, 0, done.stderr)
        return {n: read(os.path.join(folder, n)) for n in sorted(os.listdir(folder))}

    def expect_same(self, path, name, *options):
        want = self.written(path, name, *options, how="name")
        self.assertTrue(want)
        for how in ("pipe", "pipe--feed=100", "--feed=1", "--feed=1k"):
            self.assertEqual(self.written(path, name, *options, how=how), want, (path, name, options, how))

    def test_pixels(self):
        self.expect_same(LARGE, "a.ppm")
        self.expect_same(LARGE, "a.png", "--num_threads=3")
        self.expect_same(data("animation"), "a.apng")
        self.expect_same(data("animation"), "b.pam", "--output_frames", "--metadata_out=@m.json")
        self.expect_same(data("animation"), "c.pam", "--metadata_out=@m.json")

    def test_previews_and_side_files(self):
        self.expect_same(data("oriented_preview"), "a.ppm", "--preview_out=@p.ppm", "--icc_out=@i.icc")
        self.expect_same(os.path.join(IMAGES, "boxes_around.jxl"), "a.png", "--exif_out=@e", "--xmp_out=@x",
                         "--jumbf_out=@j")
        self.expect_same(data("metadata"), "b.png")
        self.expect_same(data("metadata"), "a.xmp")

    def test_jpegs(self):
        self.expect_same(PAIR + ".jxl", "a.jpg")
        self.expect_same(PAIR + ".jxl", "b.jpg", "-j")
        self.expect_same(data("rgb8"), "c.jpg")
        self.expect_same(PAIR + ".jxl", "d.jpg", "--metadata_out=@m.json", "--num_reps=2")

    def test_cmyk(self):
        black = os.path.join(IMAGES, "extra_black.jxl")
        want = self.written(black, "a.ppm", how="name")
        self.assertEqual(self.written(black, "a.ppm", how="--feed=50"), want)
        self.expect_same(black, "b.ppm", "--color_space=RGB_D65_SRG_Rel_SRG")
        for feed in ((), ("--feed=50",)):
            done = self.run_tool("-", self.out("c.ppm"), *feed, stdin=read(black))
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"--color_space", done.stderr)

    def test_info(self):
        for path in (LARGE, data("animation"), data("metadata"), os.path.join(IMAGES, "boxes_around.jxl")):
            want = self.info(path)
            for got in (self.info("-", stdin=read(path)), self.info("-", "--feed=10", stdin=read(path)),
                        self.info(path, "--feed=100")):
                for info in (want, got):
                    for key in ("file", "memory_estimate"):  # input that is kept counts
                        info.pop(key, None)
                self.assertEqual(got, want)

    def test_verbose_tells_what_was_needed(self):
        told = self.ok(LARGE, self.out("a.ppm"), "--feed=500", "-v").stderr.decode()
        self.assertIn("fed 500 bytes: the headers\n", told)
        self.assertIn(": a frame\n", told)
        self.assertNotIn("fed ", self.ok(LARGE, self.out("b.ppm"), "-v").stderr.decode())
        self.assertIn("MP/s", self.ok(LARGE, "--disable_output", "--feed=500").stderr.decode())
        self.assertIn("3 reps", self.ok(LARGE, "--disable_output", "--feed=500", "--num_reps=3").stderr.decode())

    def test_errors(self):
        cut = read(LARGE)[:-2000]
        for feed in ((), ("--feed=100",)):
            self.fails("-", self.out("a.ppm"), *feed, stdin=cut)
            done = self.run_tool("-", "-", "--output_format=ppm", "--allow_partial_files", *feed, stdin=cut)
            self.assertEqual(done.returncode, 3)
            self.fails("-", self.out("a.ppm"), *feed, stdin=b"no image")
            self.fails("/no/such/file", self.out("a.ppm"), *feed)
        for size in ("0", "x", "2G"):
            self.fails(LARGE, self.out("a.ppm"), "--feed=" + size, status=2)

    def progression(self, pattern, *options, **kwargs):
        """(names of the files that --progressive_out made, their bytes, what the tool told)"""
        folder = self.out(pattern.replace("%", "_"))
        os.mkdir(folder)
        told = self.ok("--progressive_out=" + os.path.join(folder, pattern), *options, **kwargs).stderr.decode()
        names = sorted(os.listdir(folder))
        return names, [read(os.path.join(folder, name)) for name in names], told

    def test_progression_ends_with_what_a_normal_decode_gives(self):
        self.ok(GROUPS, self.out("whole.ppm"))
        self.ok(GROUPS, self.out("whole.png"))
        for pattern, name in (("a.ppm", "a-%03d.ppm"), ("b%02d.ppm", "b%02d.ppm"), ("c%d-c.ppm", "c%d-c.ppm")):
            names, files, _ = self.progression(pattern, GROUPS, "--feed=200", "--quiet")
            self.assertGreaterEqual(len(names), 3, pattern)
            self.assertEqual(names, sorted(name % i for i in range(len(names))))
            last = names.index(name % (len(names) - 1))
            self.assertEqual(files[last], read(self.out("whole.ppm")))
            self.assertNotIn(files[last], files[:last] + files[last + 1:])
            rows = [read_netpbm(os.path.join(self.out(pattern.replace("%", "_")), name % i))[1]
                    for i in range(len(names))]
            quality = [psnr(picture, rows[-1]) for picture in rows]
            self.assertGreater(quality[0], 18)
            self.assertEqual(quality, sorted(quality))
        names, _, _ = self.progression("d.png", GROUPS, "--quiet")  # smaller than a piece is by default
        self.assertEqual(names, ["d-000.png"])
        names, _, _ = self.progression("e.png", GROUPS, "--feed=200", "--quiet")
        want = read_png(self.out("whole.png"))
        got = [read_png(os.path.join(self.out("e.png"), name)) for name in names]
        self.assertEqual(got[-1], want)
        self.assertNotIn(want, got[:-1])

    def test_progression_tells_when_pictures_came(self):
        names, _, told = self.progression("a.ppm", GROUPS, "--feed=200")
        lines = told.splitlines()
        self.assertEqual(len(lines), len(names))
        for line, name in zip(lines, names):
            self.assertRegex(line, re.escape(name) + r": after \d+ bytes and \d+\.\d+ s: ")
        self.assertTrue(lines[-1].endswith(": complete"))
        position = [int(re.search(r"after (\d+) bytes", line).group(1)) for line in lines]
        self.assertEqual(position, sorted(set(position)))

    def test_progression_with_an_output_as_well(self):
        self.ok(GROUPS, self.out("whole.ppm"))
        want, _, _ = self.progression("a.ppm", GROUPS, "--feed=200", "--quiet")
        names, files, _ = self.progression("b.ppm", GROUPS, self.out("too.ppm"), "--feed=200", "--quiet")
        self.assertEqual(len(names), len(want))
        self.assertEqual(files[-1], read(self.out("whole.ppm")))
        self.assertEqual(read(self.out("too.ppm")), read(self.out("whole.ppm")))

    def test_progression_of_standard_input(self):
        names, files, _ = self.progression("a.ppm", "-", "--feed=200", "--quiet", stdin=read(GROUPS))
        want, want_files, _ = self.progression("b.ppm", GROUPS, "--feed=200", "--quiet")
        self.assertEqual(len(names), len(want))
        self.assertEqual(files, want_files)

    def test_progression_errors(self):
        pattern = "--progressive_out=" + self.out("a.ppm")
        self.assertIn("--progressive_out",
                      self.fails("-", self.out("b.ppm"), pattern, status=2, stdin=read(GROUPS)))
        self.fails(GROUPS, "--progressive_out=" + self.out("a.xyz"))
        self.fails(GROUPS, "--progressive_out=" + self.out("nowhere/a.ppm"))
        self.fails("/no/such/file", pattern)
        self.fails("-", pattern, stdin=b"no image")
        done = self.run_tool("-", pattern, "--feed=200", "--quiet", stdin=read(GROUPS)[:-500])
        self.assertEqual(done.returncode, 1)  # The pictures before the end are there.
        self.assertIn("a-000.ppm", self.files())


if __name__ == "__main__":
    main()
