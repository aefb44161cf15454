#!/usr/bin/env bash
# This decoder against an installed djxl (package libjxl-tools), as a Markdown table.
#
# usage: tools/bench/compare.sh [OPTION]... --files GLOB...
#   --files GLOB...  files, folders or quoted patterns
#   --threads N      threads of either decoder (1)
#   --runs N         runs of each program per file, taken in turns; the median counts (5)
#   --reps N         decodes per run (3)
#   --pin            on the first CPU only (taskset -c 0)
#   --no-png         do not measure the time to a PNG file
#   --ours PATH      djxl-pooled (build/tools/djxl-pooled)
#   --djxl PATH      the other one (djxl)
#
# Speed: decode only, megapixels per second as the programs print them. Memory: peak resident bytes of a decode to PPM
# (GNU time, package time). PNG: wall time of the whole command. Ratios say how many times better this decoder is.
set -euo pipefail
export LC_ALL=C

fail() { echo "compare.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^#/s/^# \?//p}' "$0"; exit "$1"; }

ours=$(dirname "$0")/../../build/tools/djxl-pooled djxl=djxl threads=1 runs=5 reps=3 png=1 pin=() files=()
add_files() {
  local path matches
  matches=$(compgen -G "$1") || fail "no such file: $1"
  while IFS= read -r path; do
    if [ -d "$path" ]; then
      add_files "$path/*.jxl"
    else
      files+=("$path")
    fi
  done <<<"$matches"
}
while [ $# -gt 0 ]; do
  case $1 in
    --threads) threads=$2; shift ;;
    --runs) runs=$2; shift ;;
    --reps) reps=$2; shift ;;
    --ours) ours=$2; shift ;;
    --djxl) djxl=$2; shift ;;
    --pin) pin=(taskset -c 0) ;;
    --no-png) png=0 ;;
    --files) ;;
    --help) usage 0 ;;
    -*) fail "unknown option $1" ;;
    *) add_files "$1" ;;
  esac
  shift
done
[ ${#files[@]} -gt 0 ] || usage 1 >&2
[ -x "$ours" ] || fail "no $ours; build it, or name it with --ours"
command -v "$djxl" >/dev/null || fail "no $djxl (package libjxl-tools)"
[ -x /usr/bin/time ] || fail "no /usr/bin/time (package time)"

ours_flags=(--num_threads=$((threads > 1 ? threads : 0)))
ours_decode=("${pin[@]}" "$ours" "${ours_flags[@]}" --disable_output --num_reps="$reps")
# Up to version 0.7 djxl counts threads from 1 and takes a missing output for none wanted.
if "$djxl" --help 2>&1 | grep -q 'default 0 value means the machine default'; then
  djxl_flags=(--num_threads="$threads") djxl_decode=()
else
  djxl_flags=("${ours_flags[@]}") djxl_decode=(--disable_output)
fi
djxl_decode=("${pin[@]}" "$djxl" "${djxl_flags[@]}" "${djxl_decode[@]}" --num_reps="$reps")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
results=$work/results.tsv

# record FILE WHAT WHO VALUE
record() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$results"; }

# Megapixels per second; the lines of several versions agree in "X MP/s".
speed() { # FILE WHO COMMAND...
  local file=$1 who=$2 value
  shift 2
  value=$("$@" 2>&1 | sed -nE 's/.*[ :]([0-9.]+) MP\/s.*/\1/p' | tail -n 1) || true
  [ -z "$value" ] || record "$file" speed "$who" "$value"
}

# Peak KiB of writing a PPM.
memory() { # FILE WHO COMMAND...
  local file=$1 who=$2
  shift 2
  if /usr/bin/time -q -f %M -o "$work/kib" "${pin[@]}" "$@" "$work/out.ppm" >/dev/null 2>&1; then
    record "$file" memory "$who" "$(tail -n 1 "$work/kib")"
  fi
  rm -f "$work"/out*
}

# Seconds.
png() { # FILE WHO COMMAND...
  local file=$1 who=$2 start
  shift 2
  start=$EPOCHREALTIME
  if "${pin[@]}" "$@" "$work/out.png" >/dev/null 2>&1; then
    record "$file" png "$who" "$(awk "BEGIN { print $EPOCHREALTIME - $start }")"
  fi
  rm -f "$work"/out*
}

for file in "${files[@]}"; do
  name=$(basename "${file%.jxl}")
  echo "$name" >&2
  for ((run = 0; run < runs; ++run)); do
    speed "$name" ours "${ours_decode[@]}" "$file"
    speed "$name" djxl "${djxl_decode[@]}" "$file"
  done
  memory "$name" ours "$ours" "${ours_flags[@]}" "$file"
  memory "$name" djxl "$djxl" "${djxl_flags[@]}" "$file"
  for ((run = 0; run < runs * png; ++run)); do
    png "$name" ours "$ours" "${ours_flags[@]}" "$file"
    png "$name" djxl "$djxl" "${djxl_flags[@]}" "$file"
  done
done
[ -s "$results" ] || fail "nothing could be measured"

version=$({ "$djxl" --version 2>&1 || true; } | sed -n '/^djxl/{p;q}')
echo "$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), $(nproc) CPUs, load $(cut -d' ' -f1-3 /proc/loadavg);" \
  "threads: $threads, runs: $runs of $reps decodes${pin:+, pinned}; $("$ours" --version) against ${version:-$djxl}"
echo
python3 - "$results" "$png" <<'PYTHON'
import math
import statistics
import sys
from collections import defaultdict

samples = defaultdict(list)
with open(sys.argv[1]) as lines:
    for line in lines:
        name, what, who, value = line.rstrip("\n").split("\t")
        samples[name, what, who].append(float(value))
names = list(dict.fromkeys(name for name, _, _ in samples))
median = {key: statistics.median(values) for key, values in samples.items()}

# What is measured, its heading, how it is printed, and whether more is better.
columns = [("speed", "MP/s", "{:.2f}", True), ("memory", "peak MiB", "{:.1f}", False)]
if sys.argv[2] == "1":
    columns.append(("png", "s to PNG", "{:.2f}", False))

print("| file |" + "".join(f" {head} | djxl | ratio |" for _, head, _, _ in columns))
print("| --- |" + " ---: | ---: | ---: |" * len(columns))
ratios = defaultdict(list)
for name in names:
    cells = []
    for what, _, form, more_is_better in columns:
        ours, theirs = (median.get((name, what, who)) for who in ("ours", "djxl"))
        scale = 1 / 1024 if what == "memory" else 1
        cells += ["-" if value is None else form.format(value * scale) for value in (ours, theirs)]
        if ours and theirs:
            ratios[what].append(ours / theirs if more_is_better else theirs / ours)
            cells.append(f"{ratios[what][-1]:.2f}")
        else:
            cells.append("-")
    print(f"| {name} | " + " | ".join(cells) + " |")
means = [
    f" | | **{math.exp(statistics.fmean(map(math.log, ratios[what]))):.2f}** |" if ratios[what] else " | | - |"
    for what, _, _, _ in columns
]
print("| geometric mean |" + "".join(means))
PYTHON
