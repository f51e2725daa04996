#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Weft Authors
#
# tables.py: writes the tables of docs/performance.md and docs/curves.md from tests/golden/*.json:
# all that stands between `<!-- table: NAME ARG -->` and the next `<!-- end -->`. With --check it
# changes nothing and ends with 1 where a page and its goldens differ. Part of `make docs`.
import json
import re
import sys

PAGES = ["docs/performance.md", "docs/curves.md"]


def golden(section):
    with open(f"tests/golden/{section}.json", encoding="ascii") as f:
        return json.load(f)["rows"]


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(str(c) for c in r) + " |" for r in rows]
    return "\n".join(lines)


def percent(v, digits=3):
    return "" if v is None else f"{v / 1e4:.{digits}f}"


def part(v, digits=4):
    return "" if v is None else f"{v / 1e6:.{digits}f}"


def latency(_):
    groups = {}
    for name, r in golden("latency").items():
        groups.setdefault((r["min"], r["max"]), []).append(name[:-2])
    return table(["frame, bytes", "cycles, least and greatest", "ns at 1.5625 GHz"],
                 [[", ".join(n), f"{a}, {b}", f"{a * 0.64:.2f}"] for (a, b), n in groups.items()])


def sizes(_):
    rows = []
    for name, r in golden("sizes").items():
        v = [x for k, x in r.items() if k.isdigit()]
        if v:
            rows.append([name, len(v), percent(min(v), 4), percent(max(v), 4), r["frames"]])
    return table(["sizes", "number", "least, % of the wire", "greatest", "frames"], rows)


def patterns(which):
    rows = []
    for name, r in golden("patterns").items():
        if which == "load1":
            if "uniform" in name and "load" not in name or "deep" in name:
                rows.append([name, percent(r["delivered"]), percent(r.get("ideal")),
                             percent(r["offered"]), percent(r["updates"])])
        else:
            rows.append([name, percent(r["delivered"]), percent(r.get("ideal"))] +
                        [r["latency_" + k] for k in ("min", "p50", "p99", "p999", "max")])
    if which == "load1":
        return table(["uniform, load 1", "Weft, % of the wires", "ideal", "into", "updates"], rows)
    return table(["traffic, load 1 where none is given", "Weft, % of the wires", "ideal",
                  "latency: min", "p50", "p99", "p99.9", "max, cycles"], rows)


def incast(_):
    rows = []
    for name, r in golden("incast").items():
        if "large_turns" in r:
            rows.append([name, f"{part(r['large_turns'])} of its turns", "", "", "", r["lost"]])
        else:
            used = f"{r['credits_used']} credits used" if "credits_used" in r else ""
            hot = ", ".join(x for x in (part(r.get("hot")), used) if x)
            rows.append([name, hot, part(r.get("jain")), part(r["victim_least"]),
                         part(r["victim_mean"]), r["lost"]])
    return table(["row", "hot egress sends, of what it may", "Jain", "least victim",
                  "mean victim", "lost"], rows)


def neighbour(_):
    return table(["row", "least victim", "mean victim", "lost of the others",
                  "counted as discarded at the port"],
                 [[n, part(r["victim_least"]), part(r["victim_mean"]),
                   f"{r['lost']} of {r['frames']}", r.get("discarded", "")]
                  for n, r in golden("neighbour").items()])


def multicast(_):
    return table(["row", "of the ideal", "multicast, wires", "least share", "Jain",
                  "copies: each once, none elsewhere"],
                 [[n, part(r["of_ideal"]), part(r["multicast"], 2), part(r["least_share"], 3),
                   part(r["jain"]), r["copies"]] for n, r in golden("multicast").items()])


def deadlock(_):
    rows = golden("deadlock").values()
    drain = sorted(r["drain_cycles"] for r in rows)
    return table(["what", "measured"], [
        ["seeds that drain to idle, all memory right, counters and credits equal, nothing lost",
         f"{sum(r['lost'] == 0 for r in rows)} of {len(rows)}"],
        ["operations, frames", f"{sum(r['operations'] for r in rows):,}, "
                               f"{sum(r['frames'] for r in rows):,}"],
        ["cycles to idle: least, middle, most",
         f"{drain[0]}, {drain[len(drain) // 2]}, {drain[-1]}"]])


def curve_rows(pattern):
    return [(n.rsplit(" ", 1)[1], r) for n, r in golden("curves").items()
            if n.rsplit(" ", 1)[0] == pattern]


def four(r, prefix):
    return " / ".join(str(r[f"{prefix}_{k}"]) for k in ("p50", "p99", "p999", "max"))


def curve(pattern):
    return table(["load", "delivered, %", "ideal", "through Weft", "from the source, Weft",
                  "from the source, ideal"],
                 [[load, percent(r["delivered"], 2), percent(r["ideal_delivered"], 2),
                   four(r, "inside"), four(r, "overall"), four(r, "ideal_overall")]
                  for load, r in curve_rows(pattern)])


def full_load(_):
    names = {"uniform": "Uniform, 64 B", "imix": "Uniform, imix",
             "bursty16": "Bursty, mean 16, 64 B", "bursty32": "Bursty, mean 32, 64 B",
             "bursty64": "Bursty, mean 64, 64 B", "diagonal": "Diagonal, 64 B",
             "logdiagonal": "Log-diagonal, 64 B", "hotspot": "Hotspot, 64 B",
             "tornado": "Tornado, 64 B", "alltoall": "All to all, 64 B"}
    rows = []
    for key, name in names.items():
        r = dict(curve_rows(key)).get("1.00")
        if r:
            rows.append([name, percent(r["delivered"], 2), percent(r["ideal_delivered"], 2),
                         percent(r["ideal_delivered"] - r["delivered"], 2)])
    return table(["pattern", "Weft, % of the wire", "ideal", "difference"], rows)


def reads(_):
    return table(["load", "delivered, %", "requests", "answers",
                  "fewest and most requests of a port", "answers",
                  "longest pause, requests", "answers", "writes, source to first byte",
                  "reads, issued to data"],
                 [[load, percent(r["delivered"], 2), percent(r["requests_share"], 2),
                   percent(r["answers_share"], 2), f"{r['requests_least']}, {r['requests_most']}",
                   f"{r['answers_least']}, {r['answers_most']}", r["requests_longest_pause"],
                   r["answers_longest_pause"], four(r, "writes"), four(r, "reads")]
                  for load, r in curve_rows("reads")])


def fill(text):
    def one(m):
        name, _, arg = m.group(1).partition(" ")
        return f"<!-- table: {m.group(1)} -->\n{globals()[name](arg)}\n<!-- end -->"

    return re.sub(r"<!-- table: ([\w ]+?) -->\n.*?<!-- end -->", one, text, flags=re.S)


def main():
    differ = False
    for page in PAGES:
        with open(page, encoding="utf-8") as f:
            old = f.read()
        new = fill(old)
        if new != old and "--check" in sys.argv:
            print(f"{page}: its tables are not those of tests/golden; sim/tables.py writes them")
            differ = True
        elif new != old:
            with open(page, "w", encoding="utf-8") as f:
                f.write(new)
    return differ


if __name__ == "__main__":
    sys.exit(main())
