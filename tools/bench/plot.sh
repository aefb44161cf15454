#!/usr/bin/env bash
# Plots the memory of this decoder and of djxl: over the time of one decode, and its peak against the size of the image.
# Needs cjxl and djxl (package libjxl-tools), gnuplot (gnuplot-nox), time and python3.
#
# usage: tools/bench/plot.sh [OPTION]... [IMAGE.jxl]
#   IMAGE.jxl        what the test images are tiled from (tests/api/data/lossy.jxl)
#   --sizes LIST     megapixels of the test images ("1 4 16 36 64"); the last one is plotted over time
#   --cjxl LIST      options of cjxl ("-d 1 -e 4"); "-d 0 -e 3" makes lossless images
#   --threads N      threads of either decoder (2)
#   --out FOLDER     gets the images, the numbers and the plots (build/memory); images that are there already are kept
#   --ours PATH      djxl-pooled (build/tools/djxl-pooled)
#   --djxl PATH      the other one (djxl)
set -euo pipefail
export LC_ALL=C

root=$(realpath "$(dirname "$0")/../..")
source=$root/tests/api/data/lossy.jxl sizes="1 4 16 36 64" cjxl_options="-d 1 -e 4" threads=2
out=$root/build/memory ours=$root/build/tools/djxl-pooled djxl=djxl
while [ $# -gt 0 ]; do
  case $1 in
    --sizes) sizes=$2; shift ;;
    --cjxl) cjxl_options=$2; shift ;;
    --threads) threads=$2; shift ;;
    --out) out=$2; shift ;;
    --ours) ours=$2; shift ;;
    --djxl) djxl=$2; shift ;;
    -*) sed -n '2,/^set /{/^#/s/^# \?//p}' "$0"; exit 1 ;;
    *) source=$1 ;;
  esac
  shift
done
for tool in "$ours" "$djxl" cjxl gnuplot /usr/bin/time python3; do
  command -v "$tool" >/dev/null || { echo "plot.sh: no $tool" >&2; exit 1; }
done
mkdir -p "$out"

# tile SOURCE.ppm MEGAPIXELS: a square PPM of about that size on standard output.
tile() {
  python3 - "$@" <<'PYTHON'
import math
import sys

with open(sys.argv[1], "rb") as file:
    assert file.readline() == b"P6\n", "not a PPM: the source must be an RGB image of 8 bits"
    width, height = map(int, file.readline().split())
    assert file.readline() == b"255\n", "the source must have 8 bits per sample"
    rows = [file.read(3 * width) for _ in range(height)]
side = round(math.sqrt(float(sys.argv[2]) * 1e6))
sys.stdout.buffer.write(b"P6\n%d %d\n255\n" % (side, side))
for y in range(side):
    sys.stdout.buffer.write((rows[y % height] * (side // width + 1))[: 3 * side])
PYTHON
}

# sample OUTPUT.dat COMMAND...: "seconds MiB" lines, about every millisecond, while the command runs.
sample() {
  python3 - "$@" <<'PYTHON'
import os
import subprocess
import sys
import time

MIB_PER_PAGE = os.sysconf("SC_PAGE_SIZE") / 2**20
start = time.monotonic()
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
with open(sys.argv[1], "w") as samples, open(f"/proc/{process.pid}/statm") as statm:
    while process.poll() is None:
        statm.seek(0)
        resident = int(statm.read().split()[1]) * MIB_PER_PAGE
        samples.write(f"{time.monotonic() - start:.4f} {resident:.2f}\n")
        time.sleep(0.001)
sys.exit(process.returncode)
PYTHON
}

peak_mib() { # COMMAND...
  /usr/bin/time -q -f %M -o "$out/kib" "$@" >/dev/null 2>&1
  awk '{ print $1 / 1024 }' "$out/kib"
}

"$ours" --quiet "$source" "$out/source.ppm"
echo "# megapixels, MiB of the pixels, peak MiB of djxl-pooled, peak MiB of djxl" >"$out/peak.dat"
for size in $sizes; do
  image=$out/tiled_${size}mp${cjxl_options//[^0-9a-z.]/}.jxl
  if [ ! -e "$image" ]; then
    echo "encoding $size megapixels" >&2
    tile "$out/source.ppm" "$size" >"$out/tiled.ppm"
    # shellcheck disable=SC2086 # several options
    cjxl --quiet $cjxl_options "$out/tiled.ppm" "$image" 2>/dev/null
  fi
  echo "$size $(awk "BEGIN { print $size * 3e6 / 1048576 }")" \
    "$(peak_mib "$ours" --num_threads="$threads" "$image" "$out/decoded.ppm")" \
    "$(peak_mib "$djxl" --num_threads="$threads" "$image" "$out/decoded.ppm")" | tee -a "$out/peak.dat"
done
sample "$out/time_ours.dat" "$ours" --num_threads="$threads" "$image" "$out/decoded.ppm"
sample "$out/time_djxl.dat" "$djxl" --num_threads="$threads" "$image" "$out/decoded.ppm"
rm -f "$out"/*.ppm "$out/kib"

cd "$out"
gnuplot <<GNUPLOT
set terminal ${PLOT_TERMINAL:-svg} size 720,420 font "sans,12" background "white"
set grid
set key left top
set yrange [0:*]
set ylabel "resident memory, MiB"
set output "peak.${PLOT_TERMINAL:-svg}"
set title "Peak memory of a decode to PPM, $threads threads"
set xlabel "megapixels"
plot "peak.dat" using 1:4 with linespoints linewidth 2 linecolor rgb "#b04030" title "djxl", \
  "" using 1:2 with lines dashtype 2 linecolor rgb "#707070" title "the pixels, 8 bits RGB", \
  "" using 1:3 with linespoints linewidth 2 linecolor rgb "#2060b0" title "djxl-pooled"
set output "time.${PLOT_TERMINAL:-svg}"
set title "Memory while decoding $size megapixels to PPM, $threads threads"
set xlabel "seconds"
plot "time_djxl.dat" with lines linewidth 2 linecolor rgb "#b04030" title "djxl", \
  "time_ours.dat" with lines linewidth 2 linecolor rgb "#2060b0" title "djxl-pooled"
GNUPLOT
echo "$out/peak.${PLOT_TERMINAL:-svg} $out/time.${PLOT_TERMINAL:-svg}"
