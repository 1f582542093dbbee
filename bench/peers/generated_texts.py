#!/usr/bin/env python3
"""Generated texts beside right ones, with what sacrebleu and rouge-score say of them: one JSON object a line.

    python3 bench/peers/generated_texts.py CASES [SEED] > cases.jsonl     (random cases of each kind, and all edge cases)
    python3 bench/peers/generated_texts.py golden > bench/peers/generated_texts_golden.jsonl

Lines are as metrics.py writes them, for MetricsBench and GoldenMetricsTest. A case is a corpus of some rows. Needs sacrebleu and
rouge-score from PyPI. Exact matches and F1 are metrics.py's business, which has them from SQuAD's rules.
"""
import json
import random
import sys

import numpy
import sacrebleu
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU, CHRF

ROUGES = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
CORPUS = {
    "bleu": BLEU(tokenize="13a"),
    "bleu_zh": BLEU(tokenize="zh"),
    "chrf": CHRF(),
    "chrf_plus_plus": CHRF(word_order=2),
}
ROUGE = rouge_scorer.RougeScorer(ROUGES, use_stemmer=False)

WORDS = "the a of sea blue ship sails over wide water and then it comes back home with many fish who saw them go out".split()
MARKS = [".", ",", "!", "?", ";", ":", "'s", "-", "--", "...", "(", ")", '"', "&quot;", "&amp;", "&lt;b&gt;", "<skipped>", "/",
         "1,000.5", "3.14", "1990-95", "U.S.", "can't", "re-enter", "$5", "50%", "@", "#x", "a_b", "[1]", "{}", "~", "`", "\\",
         "x*y", "(hi)", "'tis", "-\n", "=", "^", "|"]
CHINESE = list("我们今天去海边看船很多鱼回家了水天蓝色大小") + ["，", "。", "！", "“", "”", "—", "…", "（", "）", "Ａ", "１", "𠀀", "㐀", "ｶ", "豈"]
STRANGE = ["été", "ÉTÉ", "Straße", "İstanbul", "K", "ΟΔΟΣ", "naïve", "a\u00a0b", "\u2003", "x\ty", "\u200b", "\x1f", "\x85", "e\u0301",
           "日本", "한국어", "🙂", "👩‍🚀", "שלום", "مرحبا", "ß", "ﬁ", "\u3000", "½", "²", "\u2028", "٣", "\r\n"]


def words(rng, kinds, most):
    return [rng.choice(rng.choice(kinds)) for _ in range(rng.randint(0, most))]


def spelled(rng, parts, glued, lines):
    text = ""
    for part in parts:
        text += part + ("" if rng.random() < glued else "\n" if rng.random() < lines else rng.choice([" "] * 9 + ["  "]))
    return text.capitalize() if rng.random() < 0.3 else text


def changed(rng, parts, kinds, share):
    """A text that is like another: words lost, taken for others, twice, in other places."""
    out = []
    for part in parts:
        at = rng.random()
        if at < share / 4:
            continue
        out.append(rng.choice(rng.choice(kinds)) if at < share / 2 else part)
        if at > 1 - share / 4:
            out.append(part)
    if len(out) > 3 and rng.random() < share:
        cut = rng.randrange(len(out))
        out = out[cut:] + out[:cut]
    return out


KINDS = {  # words, how often they are glued together, lines among spaces, most words of a text
    "words": ([WORDS], 0, 0, 25),
    "punctuation": ([WORDS, MARKS], 0.4, 0, 25),
    "chinese": ([CHINESE, CHINESE, WORDS], 0.9, 0, 40),
    "strange": ([WORDS, STRANGE, MARKS], 0.3, 0.1, 20),
    "summaries": ([WORDS, WORDS, MARKS], 0.1, 0.15, 80),
}


def case(rng, kind, rows=None, references=None):
    kinds, glued, lines, most = KINDS[kind]
    found = []
    for _ in range(rows or rng.randint(1, 6)):
        base = words(rng, kinds, most)
        share = rng.choice([0, 0.1, 0.3, 0.8])
        answers = [spelled(rng, changed(rng, base, kinds, share if i else 0), glued, lines)
                   for i in range(references or rng.choice([1, 1, 1, 2, 4]))]
        said = rng.choice(answers) if rng.random() < 0.15 else spelled(rng, changed(rng, base, kinds, share), glued, lines)
        said = "" if rng.random() < 0.05 else said
        found.append({"prediction": said, "answers": ["" if rng.random() < 0.05 else answer for answer in answers]})
    return found


def edges(rng):
    for said, answers in (("", [""]), ("", ["sea"]), ("sea", [""]), ("sea", ["sea"]), ("the sea", ["the sea"]), (" ", ["\n"]),
                          ("a b c", ["a b c"]), ("a b c d", ["a b c d"]), ("日本", ["日本"]), ("a b c d e", ["a b d", "a b c d e f g"]),
                          ("no match here at all", ["other words stand there now"]), (". . . .", ["...."]),
                          ("a\nb", ["b\na"]), ("\n\n", ["a"]), ("x" * 300, ["x" * 299]), ("a a a a a a", ["a a", "a a a"]),
                          ("the cat\nthe cat", ["the cat"]), ("-\n", ["-"]), ("1990-95", ["1990 - 95"]), ("\x1f", ["\x1f"])):
        yield [{"prediction": said, "answers": answers}]
    for length in (400, 1500):
        base = [rng.choice(WORDS + MARKS) for _ in range(length)]
        other = changed(rng, base, [WORDS], 0.3)
        yield [{"prediction": spelled(rng, other, 0.1, 0.05), "answers": [spelled(rng, base, 0.1, 0.05), "short"]}]


def metrics(rows):
    said = [row["prediction"] for row in rows]
    most = max(len(row["answers"]) for row in rows)
    streams = [[row["answers"][i] if i < len(row["answers"]) else None for row in rows] for i in range(most)]
    found = {name: float(metric.corpus_score(said, streams).score) for name, metric in CORPUS.items()}
    scores = [ROUGE.score_multi(row["answers"], row["prediction"]) for row in rows]
    for name in ROUGES:
        found[name] = float(numpy.mean([score[name].fmeasure for score in scores]))
    return found


def emit(line):
    print(json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":")))


def write(rows):
    emit({
        "predictions": {"task": "text_generation", "rows": rows},
        "bootstrap": {"resamples": 1, "confidence": 0.9, "seed": 7},
        "expected": {"rows": len(rows), "metrics": metrics(rows)},
    })


def main(cases, seed, long_ones):
    rng = random.Random(seed)
    emit({"peers": f"sacrebleu {sacrebleu.__version__}, rouge-score"})
    for rows in edges(rng):
        if long_ones or len(rows[0]["prediction"]) < 400:
            write(rows)
    for kind in KINDS:
        for _ in range(cases):
            write(case(rng, kind))


if __name__ == "__main__":
    golden = sys.argv[1] == "golden"
    main(5 if golden else int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1, not golden)
