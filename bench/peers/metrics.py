#!/usr/bin/python3
"""Cases for Weft's metrics, with what scikit-learn, SciPy and NumPy say of them: one JSON object a line.

    /usr/bin/python3 bench/peers/metrics.py CASES [SEED] > cases.jsonl      (random cases of each family, and all edge cases)
    /usr/bin/python3 bench/peers/metrics.py golden > bench/peers/metrics_golden.jsonl

A line has predictions.json under "predictions", how to resample under "bootstrap" and, under "expected", those parts of
results.json that are known here; null stands for NaN and for what scikit-learn refuses to compute. Lines with "folds" are of
cross-validations. Needs Debian's python3-sklearn. Entities are found by seqeval where it can be imported, otherwise by
the rules below. Answers are normalised by the rules of SQuAD v1.1, which no library of Debian's has.
"""
import collections
import json
import math
import re
import string
import sys
import warnings

import numpy as np
import scipy.stats
import sklearn
import sklearn.calibration
import sklearn.metrics as sk

try:
    import seqeval.metrics as seqeval
except ImportError:
    seqeval = None

BINS = 15
RESAMPLES = 20


def number(compute):
    """What a metric comes to, or null where it has no finite value or is refused."""
    try:
        value = float(compute())
    except (ValueError, ZeroDivisionError, IndexError):
        return None
    return value if math.isfinite(value) else None


def numbers(values):
    return [float(value) if math.isfinite(value) else None for value in values]


def averages(metrics, truth, said, kinds):
    for kind in kinds:
        for name, score in (("f1", sk.f1_score), ("precision", sk.precision_score), ("recall", sk.recall_score)):
            metrics[f"{name}_{kind}"] = number(lambda: score(truth, said, average=kind, zero_division=0))


# One label.


def class_metrics(case):
    labels, probabilities, said = class_arrays(case)
    count = len(case["names"])
    metrics = {
        "accuracy": number(lambda: sk.accuracy_score(labels, said)),
        "balanced_accuracy": number(lambda: sk.balanced_accuracy_score(labels, said)),
        "log_loss": number(lambda: sk.log_loss(labels, probabilities, labels=range(count))),
        "matthews_corrcoef": number(lambda: sk.matthews_corrcoef(labels, said)),
        "cohen_kappa": number(lambda: sk.cohen_kappa_score(labels, said)),
        "expected_calibration_error": number(lambda: calibration_error(labels, probabilities, said)),
    }
    averages(metrics, labels, said, ("macro", "weighted", "micro"))
    if count == 2:
        positive = probabilities[:, 1]
        metrics["f1"] = number(lambda: sk.f1_score(labels, said, zero_division=0))
        metrics["precision"] = number(lambda: sk.precision_score(labels, said, zero_division=0))
        metrics["recall"] = number(lambda: sk.recall_score(labels, said, zero_division=0))
        metrics["roc_auc"] = number(lambda: sk.roc_auc_score(labels, positive))
        metrics["average_precision"] = number(lambda: sk.average_precision_score(labels, positive))
        metrics["brier_score"] = number(lambda: sk.brier_score_loss(labels, positive, pos_label=1))
    else:
        ovr = dict(multi_class="ovr", labels=range(count))
        truth = labels[:, None] == np.arange(count)
        metrics["roc_auc_ovr"] = number(lambda: sk.roc_auc_score(labels, probabilities, average="macro", **ovr))
        metrics["roc_auc_ovr_weighted"] = number(lambda: sk.roc_auc_score(labels, probabilities, average="weighted", **ovr))
        metrics["average_precision_macro"] = number(lambda: sk.average_precision_score(truth, probabilities))
        metrics["brier_score"] = number(lambda: ((probabilities - truth) ** 2).sum() / len(labels))
    return metrics


def class_arrays(case):
    labels = np.array([row["label"] for row in case["rows"]], dtype=int)
    probabilities = np.array([row["probabilities"] for row in case["rows"]], dtype=float)
    probabilities = probabilities.reshape(len(labels), len(case["names"]))
    return labels, probabilities, probabilities.argmax(axis=1)


def bins(confidence):
    return np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], confidence)


def calibration_error(labels, probabilities, said):
    confidence, right, bin_of = probabilities.max(axis=1), labels == said, bins(probabilities.max(axis=1))
    if len(labels) == 0:
        return math.nan
    gaps = [abs(right[bin_of == b].mean() - confidence[bin_of == b].mean()) * (bin_of == b).mean() for b in set(bin_of)]
    return sum(gaps)


def class_details(case):
    labels, probabilities, said = class_arrays(case)
    count = len(case["names"])
    details = {"confusion_matrix": sk.confusion_matrix(labels, said, labels=range(count)).tolist()}
    scores = sk.precision_recall_fscore_support(labels, said, labels=range(count), average=None, zero_division=0)
    details["classes"] = [by_class(scores, labels == c, probabilities[:, c], c) for c in range(count)]
    if len(labels):
        confidence = probabilities.max(axis=1)
        rows = np.bincount(bins(confidence), minlength=BINS)
        right, mean = sklearn.calibration.calibration_curve((labels == said).astype(int), confidence, n_bins=BINS)
        filled = iter(zip(right, mean))
        details["reliability"] = []
        for n in rows:
            accuracy, confident = next(filled) if n else (None, None)
            details["reliability"].append({"rows": int(n), "accuracy": accuracy, "confidence": confident})
    return details


def by_class(scores, truth, ranked, c):
    details = dict(zip(("precision", "recall", "f1"), (float(score[c]) for score in scores)))
    details["support"] = int(scores[3][c])
    details["roc_auc"] = number(lambda: sk.roc_auc_score(truth, ranked))
    details["average_precision"] = number(lambda: sk.average_precision_score(truth, ranked))
    if len(truth):
        false_rate, true_rate, thresholds = sk.roc_curve(truth, ranked, drop_intermediate=False)
        details["roc_curve"] = {
            "false_positive_rate": numbers(false_rate),
            "true_positive_rate": numbers(true_rate),
            "thresholds": [None] + numbers(thresholds[1:]),
        }
        precision, recall, thresholds = sk.precision_recall_curve(truth, ranked)
        details["precision_recall_curve"] = {
            "recall": numbers(recall[::-1]),
            "precision": numbers(precision[::-1]),
            "thresholds": [None] + numbers(thresholds[::-1]),
        }
    return details


def class_case(rng, rows=None, count=None, only=None):
    count = count or int(rng.choice([2, 2, 3, 4, 7]))
    rows = int(rng.integers(1, rng.choice([10, 150]))) if rows is None else rows
    kinds = max(1, rows // int(rng.choice([1, 1, 3, 10])))  # rows of equal scores
    pool = rng.dirichlet(np.full(count, rng.choice([0.05, 0.5, 2.0])), kinds)
    if rng.random() < 0.2:
        pool[rng.integers(kinds)] = np.full(count, 1 / count)
    shares = rng.dirichlet(np.full(count, 2.0))
    case = []
    for _ in range(rows):
        scores = pool[rng.integers(kinds)]
        label = int(scores.argmax()) if rng.random() < 0.4 else int(rng.choice(count, p=shares))
        case.append({"label": label if only is None else only, "probabilities": scores.tolist()})
    return {"task": "single_label_classification", "names": [f"class {c}" for c in range(count)], "rows": case}


def class_edges(rng):
    for count in (2, 3):
        yield class_case(rng, rows=0, count=count)
        yield class_case(rng, rows=1, count=count)
        yield class_case(rng, rows=20, count=count, only=0)
        yield class_case(rng, rows=20, count=count, only=count - 1)
        for label in (0, 1):
            sure = [1.0] + [0.0] * (count - 1)
            names = [f"class {c}" for c in range(count)]
            same = [{"label": label if i % 3 else 0, "probabilities": sure} for i in range(7)]
            yield {"task": "single_label_classification", "names": names, "rows": same}
        equal = [{"label": i % count, "probabilities": [1 / count] * count} for i in range(8)]
        yield {"task": "single_label_classification", "names": names, "rows": equal}


# Several labels.


def label_arrays(case):
    width = len(case["names"])
    truth = np.array([row["labels"] for row in case["rows"]], dtype=int).reshape(-1, width)
    return truth, np.array([row["probabilities"] for row in case["rows"]], dtype=float).reshape(-1, width)


def label_metrics(case):
    truth, probabilities = label_arrays(case)
    said = (probabilities > 0.5).astype(int)
    metrics = {
        "subset_accuracy": number(lambda: sk.accuracy_score(truth, said)),
        "hamming_loss": number(lambda: sk.hamming_loss(truth, said)),
        "roc_auc_macro": number(lambda: sk.roc_auc_score(truth, probabilities, average="macro")),
        "average_precision_macro": number(lambda: sk.average_precision_score(truth, probabilities, average="macro")),
    }
    averages(metrics, truth, said, ("micro", "macro", "weighted", "samples") if len(truth) else ("samples",))
    return metrics


def label_details(case):
    truth, probabilities = label_arrays(case)
    if len(truth) == 0:
        return {}
    scores = sk.precision_recall_fscore_support(truth, (probabilities > 0.5).astype(int), average=None, zero_division=0)
    return {"labels": [by_class(scores, truth[:, i], probabilities[:, i], i) for i in range(len(case["names"]))]}


def label_case(rng, rows=None, fill=None):
    width = int(rng.integers(2, 6))
    rows = int(rng.integers(1, 50)) if rows is None else rows
    share = rng.random(width) if fill is None else np.full(width, fill)
    case = []
    for _ in range(rows):
        labels = rng.random(width) < share
        scores = np.clip(0.5 + (labels - 0.5) * rng.random() + rng.normal(0, 0.4, width), 0, 1)
        if rng.random() < 0.5:
            scores = np.round(scores, 1)
        case.append({"labels": labels.tolist(), "probabilities": scores.tolist()})
    return {"task": "multi_label_classification", "names": [f"label {i}" for i in range(width)], "rows": case}


def label_edges(rng):
    for rows in (0, 1, 12):
        for fill in (0.0, 0.5, 1.0):
            yield label_case(rng, rows, fill)


# Numbers.


def regression_metrics(case):
    labels = [row["label"] for row in case["rows"]]
    said = [row["prediction"] for row in case["rows"]]
    return {
        "mean_squared_error": number(lambda: sk.mean_squared_error(labels, said)),
        "root_mean_squared_error": number(lambda: sk.mean_squared_error(labels, said, squared=False)),
        "mean_absolute_error": number(lambda: sk.mean_absolute_error(labels, said)),
        "r2": number(lambda: r2(labels, said)),
        "pearsonr": number(lambda: scipy.stats.pearsonr(labels, said)[0]),
        "spearmanr": number(lambda: scipy.stats.spearmanr(labels, said)[0]),
    }


def r2(labels, said):
    """Equal labels are moved to 0 first: else scikit-learn divides by what rounding leaves of their spread."""
    base = labels[0] if len(set(labels)) == 1 else 0
    return sk.r2_score(np.subtract(labels, base), np.subtract(said, base))


def regression_case(rng):
    rows = int(rng.integers(1, 80))
    labels = rng.normal(rng.choice([0, 3, 1000]), rng.choice([0.1, 1, 50]), rows)
    said = labels * rng.choice([-1, 0.2, 1]) + rng.normal(0, rng.choice([0.01, 1, 30]), rows)
    if rng.random() < 0.4:
        labels, said = np.round(labels, 1), np.round(said, 0)
    return pairs(labels, said)


def pairs(labels, said):
    rows = [{"label": float(a), "prediction": float(b)} for a, b in zip(labels, said)]
    return {"task": "regression", "rows": rows}


def regression_edges(rng):
    yield pairs([], [])
    yield pairs([2], [2])
    yield pairs([2], [3])
    yield pairs([2, 2, 2], [2, 2, 2])
    yield pairs([2, 2, 2], [1, 2, 3])
    yield pairs([1, 2, 3], [2, 2, 2])
    yield pairs([1, 2], [5, 3])
    yield pairs([0.1, 0.1, 0.1], [0.1, 0.2, 0.1])
    yield pairs([0.0, -0.0, 1], [-0.0, 0.0, 1])
    yield pairs([1, 1, 2, 2], [4, 4, 3, 3])


# Answers.


def normalized(text):
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(?:a|an|the)\b", " ", kept).split()


def answer_f1(said, right):
    common = sum((collections.Counter(said) & collections.Counter(right)).values())
    if not said or not right:
        return float(said == right)
    return 2 * common / (len(said) + len(right))


def answer_metrics(case):
    matches, scores = [], []
    for row in case["rows"]:
        said = normalized(row["prediction"])
        answers = [normalized(answer) for answer in row["answers"] or [""]]
        matches.append(max(said == answer for answer in answers))
        scores.append(max(answer_f1(said, answer) for answer in answers))
    return {"exact_match": number(lambda: np.mean(matches)), "f1": number(lambda: np.mean(scores))}


WORDS = ["the", "The", "a", "an", "sea", "Sea.", "U.S.", "can't", "re-enter", "été", "ÉTÉ", "an_a", "1,000", "—", "the-",
         "“a”", "naïve", "theatre", "a\u00a0b", "\u2003", "x\ty", "Straße", "日本", "a日", "?", "the\u0301", "ΟΔΟΣ", "(an)"]


def answer_case(rng, rows=None):
    def words(most):
        return " ".join(rng.choice(WORDS, rng.integers(0, most)))

    case = []
    for _ in range(int(rng.integers(1, 12)) if rows is None else rows):
        answers = [words(5) for _ in range(rng.integers(0, 4))]
        copy = answers and rng.random() < 0.4
        case.append({"prediction": str(rng.choice(answers)) if copy else words(6), "answers": answers})
    return {"task": "question_answering", "rows": case}


def answer_edges(rng):
    yield answer_case(rng, 0)
    for said, answers in (("", []), ("", ["the"]), ("a", ["the"]), ("sea", []), ("", ["sea"]), ("Sea", ["the sea!", "x"])):
        yield {"task": "question_answering", "rows": [{"prediction": said, "answers": answers}]}


# Tags.


def spans(tags):
    """Entities as (type, first, last): a tag that is not O opens one unless it goes on with what is open."""
    found, types = set(), [(tag[0], tag[1:].split("-", 1)[-1] or "_") for tag in tags]
    opening = [
        prefix != "O" and (i == 0 or prefix in "BS" or types[i - 1][0] in "OES" or types[i - 1][1] != kind)
        for i, (prefix, kind) in enumerate(types)
    ]
    for i in (i for i, opens in enumerate(opening) if opens):
        last = i
        while last + 1 < len(tags) and types[last + 1][0] != "O" and not opening[last + 1]:
            last += 1
        found.add((types[i][1], i, last))
    return found


def tag_rows(case):
    for row in case["rows"]:
        judged = [i for i, label in enumerate(row["labels"]) if label != -100]
        yield [[case["names"][row[key][i]] for i in judged] for key in ("labels", "predictions")]


def tag_metrics(case):
    rows = list(tag_rows(case))
    truth, said = [row[0] for row in rows], [row[1] for row in rows]
    metrics = {"accuracy": number(lambda: np.mean([a == b for t, s in rows for a, b in zip(t, s)]))}
    entities = collections.Counter(), collections.Counter(), collections.Counter()
    for t, s in rows:
        for counter, of in zip(entities, (spans(t) & spans(s), spans(s), spans(t))):
            counter.update(kind for kind, _, _ in of)
    kinds = sorted(set(entities[1]) | set(entities[2]))
    if not kinds:
        for name in ("f1", "precision", "recall"):
            metrics[name], metrics[f"{name}_weighted"], metrics[f"{name}_macro"] = 0, 0, None
        return metrics
    if seqeval:
        for name in ("f1", "precision", "recall"):
            score = getattr(seqeval, f"{name}_score")
            for suffix, average in (("", "micro"), ("_macro", "macro"), ("_weighted", "weighted")):
                metrics[name + suffix] = float(score(truth, said, average=average, zero_division=0))
        return metrics
    scores = np.array([prf(*(counter[kind] for counter in entities)) for kind in kinds])
    support = np.array([entities[2][kind] for kind in kinds])
    micro = prf(*(sum(counter.values()) for counter in entities))
    weighted = support @ scores / max(1, support.sum())
    for i, name in enumerate(("precision", "recall", "f1")):
        metrics[name] = float(micro[i])
        metrics[f"{name}_macro"] = float(scores[:, i].mean())
        metrics[f"{name}_weighted"] = float(weighted[i])
    return metrics


def prf(found, predicted, there):
    precision, recall = found / predicted if predicted else 0, found / there if there else 0
    return precision, recall, 2 * precision * recall / (precision + recall) if found else 0


def tag_case(rng, rows=None, only=None):
    names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"] + (["E-LOC", "S-PER", "B", "I-MISC-X"] if rng.random() < 0.4 else [])
    case = []
    for _ in range(int(rng.integers(1, 10)) if rows is None else rows):
        labels = rng.integers(0, len(names), rng.integers(0, 15))
        said = np.where(rng.random(len(labels)) < 0.8, labels, rng.integers(0, len(names), len(labels)))
        labels = np.where(rng.random(len(labels)) < 0.1, -100, labels)
        if only is not None:
            labels, said = np.full(len(labels), only), np.full(len(labels), rng.choice([only, 0]))
        case.append({"labels": labels.tolist(), "predictions": said.tolist()})
    return {"task": "token_classification", "names": names, "rows": case}


def tag_edges(rng):
    yield tag_case(rng, 0)
    for only in (0, 1, 2, -100):
        yield tag_case(rng, 3, only)
    one = {"labels": [2], "predictions": [2]}
    yield {"task": "token_classification", "names": ["O", "B-X", "I-X"], "rows": [one]}


# Likelihoods.


def language_metrics(case):
    sums = [sum(row[key] for row in case["rows"]) for key in ("negative_log_likelihood", "tokens", "bytes")]
    loss = sums[0] / sums[1] if sums[1] else math.nan
    return {
        "loss": number(lambda: loss),
        "perplexity": number(lambda: np.exp(loss)),
        "bits_per_byte": number(lambda: np.log2(np.e) * sums[0] / sums[2]),
    }


def language_case(rng, rows=None, tokens=None):
    case = []
    for _ in range(int(rng.integers(1, 20)) if rows is None else rows):
        count = int(rng.integers(0, 500)) if tokens is None else tokens
        loss = float(count * rng.gamma(3, 1))
        case.append({"negative_log_likelihood": loss, "tokens": count, "bytes": count * int(rng.integers(0, 6))})
    return {"task": "language_modeling", "rows": case}


def language_edges(rng):
    yield language_case(rng, 0)
    yield language_case(rng, 3, 0)
    yield language_case(rng, 1, 1)


def choice_metrics(case):
    right = [np.argmax(row["log_likelihoods"]) == row["label"] for row in case["rows"]]
    normal = [np.argmax(np.divide(row["log_likelihoods"], row["lengths"])) == row["label"] for row in case["rows"]]
    return {"accuracy": number(lambda: np.mean(right)), "accuracy_normalized": number(lambda: np.mean(normal))}


def choice_case(rng, rows=None):
    case = []
    for _ in range(int(rng.integers(1, 30)) if rows is None else rows):
        endings = int(rng.integers(1, 6))
        lengths = rng.integers(1, 6, endings)
        likelihoods = np.round(-lengths * rng.gamma(2, 1, endings), int(rng.choice([0, 6])))
        row = {"label": int(rng.integers(endings)), "log_likelihoods": likelihoods.tolist(), "lengths": lengths.tolist()}
        case.append(row)
    return {"task": "multiple_choice", "rows": case}


def choice_edges(rng):
    yield choice_case(rng, 0)
    tied = {"label": 1, "log_likelihoods": [-2.0, -2.0], "lengths": [1, 1]}
    yield {"task": "multiple_choice", "rows": [tied]}


# Resampling.

MASK = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    """SplitMix64's finalizer."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def resample(seed, which, rows):
    start = mix((mix(seed) + GAMMA + which) & MASK)
    outputs = (mix((start + (place + 1) * GAMMA) & MASK) for place in range(rows))
    return [int((output >> 11) * 2.0**-53 * rows) for output in outputs]


def intervals(case, metrics, seed):
    drawn = []
    for which in range(RESAMPLES):
        rows = resample(seed, which, len(case["rows"]))
        drawn.append(metrics({**case, "rows": [case["rows"][row] for row in rows]}))
    found = {}
    for name in drawn[0]:
        values = [values[name] for values in drawn if values[name] is not None]
        low, high = np.percentile(values, [5, 95]).tolist() if values else (None, None)
        found[name] = {"low": low, "high": high, "undefined_resamples": RESAMPLES - len(values)}
    return found


def fold_case(rng):
    folds = [{"accuracy": float(rng.random()), "f1": float(rng.normal(3, 2))} for _ in range(rng.integers(1, 11))]
    expected = {}
    for name in folds[0]:
        values = [fold[name] for fold in folds]
        deviation = number(lambda: np.std(values, ddof=1)) if len(values) > 1 else None
        expected[name] = {"mean": float(np.mean(values)), "standard_deviation": deviation}
    return {"folds": folds, "expected": expected}


FAMILIES = (
    (class_case, class_edges, class_metrics, class_details),
    (label_case, label_edges, label_metrics, label_details),
    (regression_case, regression_edges, regression_metrics, None),
    (answer_case, answer_edges, answer_metrics, None),
    (tag_case, tag_edges, tag_metrics, None),
    (language_case, language_edges, language_metrics, None),
    (choice_case, choice_edges, choice_metrics, None),
)


def write(case, metrics, details, resampled):
    """Edge cases and one case in twenty have intervals too."""
    expected = {"rows": len(case["rows"]), "metrics": metrics(case), **(details(case) if details else {})}
    bootstrap = {"resamples": 1, "confidence": 0.9, "seed": 7}
    if resampled and case["rows"]:
        bootstrap["resamples"] = RESAMPLES
        expected["intervals"] = intervals(case, metrics, bootstrap["seed"])
    emit({"predictions": case, "bootstrap": bootstrap, "expected": expected})


def emit(line):
    print(json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":")))


def main(cases, seed):
    rng = np.random.default_rng(seed)
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    versions = f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}"
    emit({"peers": versions + (", seqeval" if seqeval else "")})
    for random_case, edges, metrics, details in FAMILIES:
        for case in edges(rng):
            write(case, metrics, details, True)
        for i in range(cases):
            write(random_case(rng), metrics, details, i % 20 == 0)
    for _ in range(cases):
        emit(fold_case(rng))


if __name__ == "__main__":
    golden = sys.argv[1] == "golden"
    main(3 if golden else int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
