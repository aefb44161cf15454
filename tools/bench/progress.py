#!/usr/bin/env python3
"""How good pictures are while a file arrives: PSNR of what is shown of its first bytes, against the whole picture.

usage: progress.py [--peer djxl] [--plot FILE.svg] DJXL_POOLED FILE...

Both decoders get the truncated file with --allow_partial_files; a flush of a stream gives the same pixels (tests:
memory_pieces). A dash means that nothing is shown.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PERCENTAGES = (5, 10, 20, 40, 60, 80)
COLORS = ("#c1440e", "#3b6ea5")


def read_pnm(path):
    data = path.read_bytes()
    tokens, position = [], 0
    while len(tokens) < 4:
        end = position
        while not data[end:end + 1].isspace():
            end += 1
        tokens.append(data[position:end])
        position = end + 1
    width, height, top = (int(token) for token in tokens[1:])
    samples = np.frombuffer(data, ">u2" if top > 255 else "u1", offset=position)
    channels = 3 if tokens[0] == b"P6" else 1
    return samples[:width * height * channels].astype(np.float64).reshape(height, width, channels) / top


def decode(decoder, path, folder):
    """The picture, or None if the decoder shows nothing."""
    output = folder / "out.ppm"
    output.unlink(missing_ok=True)
    subprocess.run([decoder, "--allow_partial_files", str(path), str(output)], capture_output=True, timeout=300)
    try:
        return read_pnm(output)
    except (OSError, IndexError, ValueError):
        return None


def psnr(picture, whole):
    if picture is None:
        return None
    if picture.shape[2] != whole.shape[2]:  # grey as three channels
        picture, whole = picture[:, :, :1], whole[:, :, :1]
    error = float(np.mean((picture - whole) ** 2))
    return 99.0 if error == 0 else min(99.0, -10 * np.log10(error))


def measure(decoders, path, folder):
    """{decoder: [PSNR at each percentage]}"""
    data = path.read_bytes()
    result = {decoder: [] for decoder in decoders}
    wholes = {decoder: decode(decoder, path, folder) for decoder in decoders}
    for percentage in PERCENTAGES:
        part = folder / "part.jxl"
        part.write_bytes(data[:len(data) * percentage // 100])
        for decoder in decoders:
            whole = wholes[decoder]
            result[decoder].append(None if whole is None else psnr(decode(decoder, part, folder), whole))
    return result


def text(value):
    return "–" if value is None else f"{value:.2f}"


def plot(rows, path):
    width, height, columns = 260, 190, 4
    lines = (len(rows) + columns - 1) // columns
    svg = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * width}" height="{lines * height}" '
           'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="white"/>']
    for index, (name, series) in enumerate(rows):
        left, top = index % columns * width + 34, index // columns * height + 24
        values = [value for line in series for value in line if value is not None and value < 99]
        low, high = (min(values), max(values) + 1) if values else (0, 1)
        svg.append(f'<text x="{left}" y="{top - 8}">{name}</text>'
                   f'<rect x="{left}" y="{top}" width="210" height="130" fill="none" stroke="#bbb"/>'
                   f'<text x="{left - 30}" y="{top + 8}">{high:.0f}</text>'
                   f'<text x="{left - 30}" y="{top + 130}">{low:.0f}</text>')
        for line, color, width_of_line in zip(series, COLORS, (2, 5)):
            points = [(left + 210 * percentage / 100, top + 130 * (1 - (min(value, high) - low) / (high - low)))
                      for percentage, value in zip(PERCENTAGES, line) if value is not None]
            svg.insert(len(svg) if width_of_line == 2 else len(svg) - 1,
                       f'<polyline fill="none" stroke="{color}" stroke-width="{width_of_line}" stroke-opacity="0.7" '
                       'points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
    svg.append("</svg>")
    pathlib.Path(path).write_text("\n".join(svg))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help="another decoder with djxl's options")
    parser.add_argument("--plot", help="an SVG file: ours in red, the peer's in blue, over the share of bytes")
    parser.add_argument("decoder")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    decoders = [options.decoder] + ([options.peer] if options.peer else [])
    print("| file | " + " | ".join(f"{percentage} %" for percentage in PERCENTAGES) + " |")
    print("|---" * (1 + len(PERCENTAGES)) + "|")
    rows, below = [], 0
    with tempfile.TemporaryDirectory() as name:
        for path in options.files:
            result = measure(decoders, path, pathlib.Path(name))
            series = [result[decoder] for decoder in decoders]
            rows.append((path.stem, series))
            cells = [" / ".join(text(line[i]) for line in series) for i in range(len(PERCENTAGES))]
            print(f"| {path.stem} | " + " | ".join(cells) + " |", flush=True)
            if options.peer:
                below += sum(peer is not None and (ours is None or ours < peer - 0.1)
                             for ours, peer in zip(series[0], series[1]))
    if options.peer:
        print(f"\nours is more than 0.1 dB below the peer in {below} places")
    if options.plot:
        plot(rows, options.plot)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
