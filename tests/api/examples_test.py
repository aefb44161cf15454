#!/usr/bin/env python3
"""The programs of tools/examples do what they say.

usage: JXLPOOL_VIEWER_LOOP=PROGRAM examples_test.py ..., see cli_support.py
"""
import array
import fcntl
import os
import re
import subprocess
import termios
import time
import unittest

from cli_support import PROJECT, ToolTest, main, psnr, read, read_netpbm

VIEWER_LOOP = os.environ["JXLPOOL_VIEWER_LOOP"]
IMAGE = os.path.join(PROJECT, "testdata", "images", "vardct_groups.jxl")


def is_empty(pipe):
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0] == 0


class ViewerLoopTest(ToolTest):
    def view(self, image, piece):
        """(exit status, names of the pictures, what was printed) of a viewer that gets an image piece by piece."""
        with subprocess.Popen([VIEWER_LOOP], cwd=self.folder.name, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, bufsize=0) as viewer:
            try:
                for at in range(0, len(image), piece):
                    viewer.stdin.write(image[at:at + piece])
                    while viewer.poll() is None and not is_empty(viewer.stdin):
                        time.sleep(0.002)
            except BrokenPipeError:
                pass  # It has seen enough.
            viewer.stdin.close()
            printed = viewer.stdout.read().decode()
        return viewer.returncode, self.files(), printed

    def test_shows_better_and_better_pictures_and_the_complete_one_last(self):
        self.ok(IMAGE, self.out("want.ppm"))
        want = read(self.out("want.ppm"))
        os.remove(self.out("want.ppm"))
        image = read(IMAGE)
        status, names, printed = self.view(image, 200)
        self.assertEqual(status, 0, printed)
        self.assertGreaterEqual(len(names), 2, printed)
        self.assertEqual(names, ["step-%03d.ppm" % i for i in range(len(names))])
        pictures = [read(self.out(name)) for name in names]
        self.assertEqual(pictures[-1], want)
        self.assertNotIn(want, pictures[:-1])
        rows = [read_netpbm(self.out(name))[1] for name in names]
        quality = [psnr(picture, rows[-1]) for picture in rows]
        self.assertGreater(quality[0], 18)
        self.assertEqual(quality, sorted(quality))
        bytes_so_far = [int(n) for n in re.findall(r"after (\d+) bytes", printed)]
        self.assertEqual(len(bytes_so_far), len(names))
        self.assertEqual(bytes_so_far, sorted(set(bytes_so_far)))
        self.assertLess(bytes_so_far[0], len(image) / 2)

    def test_says_what_is_wrong(self):
        image = read(IMAGE)
        status, names, printed = self.view(image[:-500], 1000)
        self.assertEqual(status, 1)
        self.assertIn("viewer_loop: ", printed)
        self.assertNotIn("complete", printed)
        self.assertIn("step-000.ppm", names)
        for name in names:
            os.remove(self.out(name))
        status, names, printed = self.view(b"no image", 3)
        self.assertEqual((status, names), (1, []))
        self.assertIn("viewer_loop: ", printed)


if __name__ == "__main__":
    main()
