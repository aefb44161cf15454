#!/usr/bin/env python3
"""Turns a CSV file of constants into a C++ array, so that no table is typed twice.

usage: make_table.py CSV --name kName [--type int32_t] [--columns 0,2] [--skip-header] [--suffix f] [--group N]

Prints `inline constexpr TYPE NAME[...] = {...};` for a generated header. Lines that start with '#' are skipped, and so is a
first line that is not numeric. --columns picks columns; by default all values are taken in reading order. --group N makes the
array two-dimensional with N values a row. Values may be decimal or 0x hexadecimal and are copied as text.
"""
import argparse
import re


def numeric(text):
    return re.fullmatch(r"[-+]?(0x[0-9a-fA-F]+|\d+(\.\d*)?([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)", text) is not None


def read_values(path, columns):
    values = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            cells = [c.strip() for c in line.split(",")]
            if columns is not None:
                cells = [cells[i] for i in columns]
            if not all(numeric(c) for c in cells):
                if values:
                    raise SystemExit(f"{path}: not a number in {line!r}")
                continue
            values.extend(cells)
    return values


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv")
    parser.add_argument("--name", required=True)
    parser.add_argument("--type", default="int32_t")
    parser.add_argument("--columns")
    parser.add_argument("--suffix", default="")
    parser.add_argument("--group", type=int)
    args = parser.parse_args()
    columns = [int(c) for c in args.columns.split(",")] if args.columns else None
    values = [v + (args.suffix if "." in v or "e" in v.lower() and "0x" not in v else "")
              for v in read_values(args.csv, columns)]
    size = f"[{len(values)}]"
    if args.group:
        if len(values) % args.group:
            raise SystemExit(f"{len(values)} values do not fill rows of {args.group}")
        size = f"[{len(values) // args.group}][{args.group}]"
        rows = [values[i:i + args.group] for i in range(0, len(values), args.group)]
        body = ",\n".join("    {" + ", ".join(r) + "}" for r in rows)
    else:
        body, line = "", "   "
        for i, v in enumerate(values):
            item = " " + v + ("," if i + 1 < len(values) else "")
            if len(line) + len(item) > 118:
                body += line + "\n"
                line = "   "
            line += item
        body += line
    print(f"inline constexpr {args.type} {args.name}{size} = {{\n{body}\n}};")


if __name__ == "__main__":
    main()
