#!/usr/bin/env python3
"""djxl-pooled with input that arrives in pieces: from pipes, and with --feed. Whatever it writes is the same.

usage: see cli_support.py
"""
import os
import subprocess
import unittest

from cli_support import PROJECT, TOOL, ToolTest, data, main, read

IMAGES = os.path.join(PROJECT, "testdata", "images")
LARGE = os.path.join(IMAGES, "vardct_tall_420.jxl")  # of many groups
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


if __name__ == "__main__":
    main()
