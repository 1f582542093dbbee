#!/usr/bin/env python3
"""datatrove's filters beside Weft's decisions: cleaning.py LANGUAGE FILE SET=DECISIONS… [--limit N]

FILE is JSON lines with `text` (maybe .gz) or a text whose paragraphs are documents; DECISIONS are what CleaningBench wrote of
it for a set of rules. LANGUAGE is eng or zho, for datatrove's tokenizer. Prints for each set how many documents both keep,
both drop, and one alone drops, with the rules that do so, and the time that datatrove took.
Needs datatrove[processing], spacy and, for Chinese, jieba of PyPI.
"""
import collections
import gzip
import json
import re
import sys
import time

from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter


def texts(path):
    if ".jsonl" not in path:
        yield from re.split(r"\n\s*\n", open(path, encoding="utf-8", newline="").read())
        return
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


language, path = sys.argv[1], sys.argv[2]
limit = int(sys.argv[sys.argv.index("--limit") + 1]) if "--limit" in sys.argv else 10**9
sets = dict(argument.split("=", 1) for argument in sys.argv[3:] if "=" in argument)
filters = {
    "gopher": [GopherQualityFilter(language=language), GopherRepetitionFilter(language=language)],
    "c4": [C4QualityFilter(language=language)],
    "fineweb": [FineWebQualityFilter(language=language)],
}


def fate(text, chain):
    document = Document(text=text, id="0")
    for each in chain:
        try:
            verdict = each.filter(document)
        except (ZeroDivisionError, ValueError, AssertionError) as failure:
            return type(failure).__name__
        if verdict is not True and verdict is not None:
            return verdict[1] if isinstance(verdict, tuple) else "dropped"
    return "-"


for name, decisions in sets.items():
    ours = open(decisions, encoding="utf-8").read().split("\n")
    counts, apart = collections.Counter(), collections.Counter()
    began, size = time.process_time(), 0
    shown = collections.defaultdict(list)
    for i, text in enumerate(texts(path)):
        if i >= limit:
            break
        size += len(text.encode())
        theirs = fate(text, filters[name])
        pair = ("kept" if ours[i] == "-" else "dropped") + "/" + ("kept" if theirs == "-" else "dropped")
        counts[pair] += 1
        if (ours[i] == "-") != (theirs == "-"):
            apart[f"weft {ours[i]} datatrove {theirs}"] += 1
            shown[f"weft {ours[i]} datatrove {theirs}"].append(text[:120].replace("\n", "\\n"))
    spent = time.process_time() - began
    total = sum(counts.values())
    same = counts["kept/kept"] + counts["dropped/dropped"]
    print(f"{name}: {total} documents, same fate {100 * same / max(1, total):.2f} % (weft/datatrove {dict(counts)}); datatrove {size / 1e6 / spent:.2f} MB/s")
    for what, count in apart.most_common(12):
        print(f"    {count:6d}  {what}   e.g. {shown[what][0]!r}")
