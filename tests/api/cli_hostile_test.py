#!/usr/bin/env python3
"""What djxl-pooled does about files that are made, or changed under its hands, to do harm.

usage: see cli_support.py
"""
import json
import os
import signal
import subprocess
import time

import synthetic
from cli_support import TOOL, ToolTest, data, main, png_chunks, read

# 2^20 zeros, compressed by the Brotli encoder.
MEBIBYTE = bytes.fromhex("5bffff8f7f02201e0b0472ef1f00")


class MetadataTest(ToolTest):
    def stats(self, *args):
        """(standard error without statistics, bytes of input held at most)"""
        lines = self.ok(*args, "--stats=json", "--num_threads=0").stderr.decode().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        self.assertEqual(len(found), 1, lines)
        return [line for line in lines if "djxl-pooled:" in line], found[0]

    def test_many_boxes_take_time_in_proportion(self):
        path = self.with_boxes("rgb8", *[(b"xml ", b"x")] * 200000)
        begin = time.monotonic()
        self.ok(path, self.out("a.png"), "--jumbf_out", self.out("j"))
        self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(len(self.info(path)["metadata"]), 200000)
        self.assertLess(time.monotonic() - begin, 30)

    def test_metadata_is_expanded_only_if_it_is_wanted(self):
        path = self.with_boxes("rgb8", (b"brob", b"xml " + MEBIBYTE))
        for args in ((self.out("a.ppm"),), ("--disable_output",), (self.out("a.ppm"), "--exif_out", self.out("e")),
                     (self.out("a.npy"), "--preview_out", self.out("p.png"))):
            warnings, stats = self.stats(path, *args)
            self.assertEqual(warnings, [])
            self.assertLess(stats["peak_bytes"], 1 << 20)
        for args in ((self.out("a.png"),), (self.out("a.ppm"), "--xmp_out", self.out("x"))):
            warnings, stats = self.stats(path, *args)
            self.assertEqual(warnings, [])
            self.assertGreater(stats["peak_bytes"], 1 << 20)
        self.assertEqual(read(self.out("x")), bytes(1 << 20))

    def warns(self, path, *args, kinds=("XMP",)):
        """A run that has to leave out metadata and nothing else."""
        lines = self.ok(path, *args).stderr.decode().splitlines()
        lines = [line for line in lines if line.startswith("djxl-pooled: ")]
        self.assertEqual(len(lines), len(kinds), lines)
        for line, kind in zip(lines, kinds):
            self.assertIn(path + ": " + kind + " metadata left out: ", line)

    def test_metadata_that_is_left_out_gets_a_warning(self):
        self.ok(data("rgb8"), self.out("plain.png"), "--quiet")
        for payload, args in ((MEBIBYTE, ("--memory_limit=700K",)), (MEBIBYTE[:-3], ()), (b"", ())):
            path = self.with_boxes("rgb8", (b"brob", b"xml " + payload))
            self.warns(path, self.out("a.png"), *args)
            self.assertEqual(png_chunks(self.out("a.png")), png_chunks(self.out("plain.png")))
            self.warns(path, self.out("b.ppm"), "--xmp_out", self.out("x"), *args)
            self.assertNotIn("x", self.files())
            self.assertEqual(self.ok(path, self.out("c.png"), "--quiet", *args).stderr, b"")
        path = self.with_boxes("rgb8", (b"brob", b"Exif" + MEBIBYTE[:-1]), (b"brob", b"xml " + MEBIBYTE[:-1]))
        self.warns(path, self.out("a.png"), kinds=("Exif", "XMP"))
        done = self.run_tool(path, self.out("a.exif"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("can be read", done.stderr.decode())

    def test_metadata_that_other_programs_refuse_is_left_out(self):
        most = 8000000 - 64
        for size in (most, most + 1):
            for box in ((b"xml ", bytes(size)), (b"brob", b"xml " + synthetic.brotli_stored(bytes(size)))):
                path = self.with_boxes("rgb8", box)
                self.warns(path, self.out("a.png"), kinds=("XMP",) if size > most else ())
                self.assertEqual("iTXt" in dict(png_chunks(self.out("a.png"))), size == most)
        self.warns(path, self.out("a.ppm"), "--xmp_out", self.out("x"), kinds=())
        self.assertEqual(len(read(self.out("x"))), most + 1)

    def test_describing_expands_a_limited_amount(self):
        stored = b"brob", b"xml " + synthetic.brotli_stored(bytes(1 << 24))
        entries = self.info(self.with_boxes("rgb8", *[stored] * 4))["metadata"]
        self.assertEqual([e.get("contents_bytes") for e in entries], [1 << 24, 1 << 24, None, None])
        self.assertIn("not expanded", entries[3]["error"])


class TruncationTest(ToolTest):
    def truncated_while_decoded(self, *args):
        """A run whose input is emptied after it was opened and before its frames are decoded.

        The tool opens the two files of profiles in between, and waits there until the other end is opened."""
        path = self.out("in.jxl")
        with open(path, "wb") as f:
            f.write(read(data("oriented_preview")))
        for name in ("first", "second"):
            os.mkfifo(self.out(name))
        command = [TOOL, *args, "--icc_out", self.out("first"), "--orig_icc_out", self.out("second")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as tool:
            try:
                with open(self.out("first"), "rb"):
                    os.truncate(path, 0)
                    with open(self.out("second"), "rb"):
                        message = tool.communicate(timeout=60)[1].decode()
            finally:
                tool.kill()
        return tool.returncode, message

    def test_is_an_error_that_leaves_nothing_behind(self):
        # The file of the preview is there before the preview is read.
        for threads in ("0", "3"):
            status, message = self.truncated_while_decoded(self.out("in.jxl"), self.out("a.ppm"), "--num_threads",
                                                           threads, "--preview_out", self.out("p.ppm"))
            self.assertEqual((status, message),
                             (1, "djxl-pooled: %s: the file became shorter while it was read\n" % self.out("in.jxl")))
            self.assertEqual(self.files(), ["first", "in.jxl", "second"])
            for name in self.files():
                os.remove(self.out(name))

    def test_other_bus_errors_stay_what_they_are(self):
        os.mkfifo(self.out("in.jxl"))
        with subprocess.Popen([TOOL, self.out("in.jxl"), self.out("a.ppm")], stderr=subprocess.PIPE) as tool:
            with open(self.out("in.jxl"), "wb"):
                tool.send_signal(signal.SIGBUS)
                self.assertEqual(tool.wait(60), -signal.SIGBUS)


if __name__ == "__main__":
    main()
