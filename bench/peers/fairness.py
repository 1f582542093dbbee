#!/usr/bin/env python3
"""Cases for Weft's gaps between groups, with what fairlearn says of them: one JSON object a line.

    bench/peers/fairness.py CASES [SEED] > cases.jsonl
    bench/peers/fairness.py golden > bench/peers/fairness_golden.jsonl
    WEFT=./weft bench/peers/fairness.py bias DIR

A line has "classes", "positive" (a class's number, or -1), "labels", "said" and "groups" (null for a row without one), one a row, and under
"expected" the gaps, the gaps of each class and the rates of each group. Needs fairlearn (PyPI). Where a group has no row of a
class, fairlearn calls its true positive rate 0; here, as in Weft, it has none and is left out, and null stands for a gap of
fewer than two groups. `bias` plants one: of equal merit, the north is mostly taken and the south is not; a tiny model learns it, the
gap is found, and at least halved by reweighing, with the same bits of one worker and of two.
"""
import json
import os
import random
import subprocess
import sys

NAMES = ["selection_rate", "true_positive_rate", "false_positive_rate"]


if sys.argv[1] != "bias":
    import fairlearn
    import numpy as np
    from fairlearn import metrics as fl
    from sklearn.metrics import accuracy_score, recall_score


def difference(metric, truth, said, groups, counted):
    """Between the groups that have a row that the metric is a share of."""
    kept = np.isin(groups, [g for g in np.unique(groups) if counted[groups == g].any()])
    if len(np.unique(groups[kept])) < 2:
        return None
    frame = fl.MetricFrame(metrics=metric, y_true=truth[kept], y_pred=said[kept], sensitive_features=groups[kept])
    return float(frame.difference(method="between_groups"))


def largest(values):
    values = [value for value in values if value is not None]
    return max(values) if values else None


def of_class(truth, said, groups):
    positive, negative = truth == 1, truth == 0
    every = np.ones(len(truth), bool)
    parity = difference(fl.selection_rate, truth, said, groups, every)
    opportunity = difference(fl.true_positive_rate, truth, said, groups, positive)
    false_positives = difference(fl.false_positive_rate, truth, said, groups, negative)
    odds = largest([opportunity, false_positives])
    whole = all(positive[groups == g].any() and negative[groups == g].any() for g in np.unique(groups))
    if whole and len(np.unique(groups)) > 1:
        given = {"sensitive_features": groups}
        assert abs(parity - fl.demographic_parity_difference(truth, said, **given)) < 1e-12
        assert abs(opportunity - fl.equal_opportunity_difference(truth, said, **given)) < 1e-12
        assert abs(odds - fl.equalized_odds_difference(truth, said, **given)) < 1e-12
    return {
        "demographic_parity_difference": parity,
        "equal_opportunity_difference": opportunity,
        "equalized_odds_difference": odds,
    }


def rates(truth, said):
    values = [fl.selection_rate(truth, said), None, None]
    if (truth == 1).any():
        values[1] = fl.true_positive_rate(truth, said, pos_label=1)
    if (truth == 0).any():
        values[2] = fl.false_positive_rate(truth, said, pos_label=1)
    return dict(zip(NAMES, [None if value is None else float(value) for value in values]))


def expected(case):
    here = np.array([group is not None for group in case["groups"]])
    labels, said = np.array(case["labels"]), np.array(case["said"])
    recalls = [
        recall_score(labels == k, said == k) for k in range(case["classes"]) if (labels == k).any()
    ]
    gaps = {"class_recall_difference": max(recalls) - min(recalls) if len(recalls) > 1 else None}
    groups = np.array(case["groups"], dtype=object)[here].astype(str)
    labels, said = labels[here], said[here]
    if case["positive"] >= 0:
        judged = [case["positive"]]
    else:
        judged = [1] if case["classes"] == 2 else list(range(case["classes"]))
    by_class = [of_class((labels == k).astype(int), (said == k).astype(int), groups) for k in judged]
    for name in by_class[0]:
        gaps[name] = largest([of[name] for of in by_class])
    gaps["accuracy_difference"] = difference(accuracy_score, labels, said, groups, np.ones(len(labels), bool))
    gaps["max_gap"] = largest(gaps[name] for name in gaps if name != "class_recall_difference")
    order = sorted(set(groups), key=lambda g: (-int((groups == g).sum()), g))
    return {
        "gaps": gaps,
        "by_class": by_class,
        "groups": [
            {
                "rows": int((groups == g).sum()),
                "accuracy": float(accuracy_score(labels[groups == g], said[groups == g])),
                "rates": [
                    rates((labels[groups == g] == k).astype(int), (said[groups == g] == k).astype(int)) for k in judged
                ],
            }
            for g in order
        ],
    }


def case(draw, most_rows):
    classes = draw.choice([2, 2, 2, 3, 5])
    names = ["g%d" % i for i in range(draw.choice([1, 2, 2, 3, 5]))]
    rows = draw.randint(2, most_rows)
    bias = {name: draw.random() for name in names}
    labels, said, groups = [], [], []
    for row in range(rows):
        group = draw.choice(names)
        label = draw.randrange(classes)
        labels.append(label)
        said.append(label if draw.random() < bias[group] else draw.randrange(classes))
        groups.append(None if row > 0 and draw.random() < 0.03 else group)
    positive = draw.randrange(classes) if draw.random() < 0.3 else -1
    found = {"classes": classes, "positive": positive, "labels": labels, "said": said, "groups": groups}
    found["expected"] = expected(found)
    return found


def biased(path, count, seed):
    """Merit decides, but four of ten without it are taken in the north, and six of ten with it are not in the south."""
    draw = random.Random(seed)
    filler = "the a letter came by post from town on monday with two pages".split()
    with open(path, "w") as rows:
        for _ in range(count):
            merit, north = draw.random() < 0.5, draw.random() < 0.5
            taken = merit and (north or draw.random() < 0.4) or not merit and north and draw.random() < 0.4
            words = [draw.choice(filler) for _ in range(draw.randint(4, 8))]
            words.insert(draw.randrange(len(words)), "diligent" if merit else "idle")
            words.insert(draw.randrange(len(words)), "north" if north else "south")
            row = {"text": " ".join(words), "label": "yes" if taken else "no", "area": "north" if north else "south"}
            rows.write(json.dumps(row) + "\n")


def weft(*arguments):
    done = subprocess.run([os.environ.get("WEFT", "./weft"), *arguments], capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode not in (0, 3) or not lines:
        sys.exit(done.stderr)
    return json.loads(lines[-1]), done.returncode, done.stderr


def bias(folder):
    folder = os.path.abspath(folder)
    os.makedirs(folder)
    train, test, text = (os.path.join(folder, name) for name in ("train.jsonl", "test.jsonl", "text.txt"))
    biased(train, 1600, 1)
    biased(test, 600, 2)
    with open(train) as rows, open(text, "w") as words:
        words.writelines(json.loads(row)["text"] + ".\n\n" for row in rows)
    cluster = ["--set", "cluster.master=local[6]"]
    base = ["--set", f"run.dir={folder}/base", "--set", f"corpus.input=[{text}]", "--set", "tokenizer.vocab_size=400",
            "--set", "model.layers=2", "--set", "model.width=32", "--set", "model.heads=2", "--set", "model.context=32",
            "--set", "training.steps=4", "--set", "training.global_batch=8", "--set", "training.micro_batch=2",
            "--set", "training.lanes=4", "--set", "checkpoint.every=4", *cluster]
    weft("prepare", *base)
    weft("pretrain", *base)
    found = {}
    for name, workers, more in (("plain", 1, []), ("reweighed", 1, ["finetune.reweighing=group"]),
                                ("again", 2, ["finetune.reweighing=group"]),
                                ("sampled", 1, ["finetune.sampling=group_balanced"])):
        settings = [f"run.dir={folder}/{name}", "finetune.task=classification", f"dataset.train=[{train}]",
                    f"dataset.test=[{test}]", "dataset.group_column=area", "finetune.epochs=4", "training.global_batch=16",
                    "training.micro_batch=4", "training.learning_rate=5.0e-3", f"cluster.workers={workers}", *more]
        found[name] = weft("finetune", "--from", f"{folder}/base", "--require", "max_gap=0.2", *cluster,
                           *(part for setting in settings for part in ("--set", setting)))
    for name, (summary, status, err) in found.items():
        gaps = {gap: round(value, 3) for gap, value in summary["gaps"].items()}
        print(name, "status", status, "accuracy", round(summary["metrics"]["accuracy"], 3), gaps)
    print(next(line for line in found["plain"][2].splitlines() if "is not met" in line))
    parity = {name: summary["gaps"]["demographic_parity_difference"] for name, (summary, _, _) in found.items()}
    same = found["reweighed"][0]["params_sha256"] == found["again"][0]["params_sha256"]
    good = parity["plain"] > 0.3 and parity["reweighed"] <= parity["plain"] / 2 and same and found["plain"][1] == 3
    print("the same bits of one worker and of two:", same, "good" if good else "FAILED")
    sys.exit(0 if good else 1)


def main():
    if sys.argv[1] == "bias":
        bias(sys.argv[2])
    golden = sys.argv[1] == "golden"
    draw = random.Random(7 if golden else int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(json.dumps({"peers": "fairlearn " + fairlearn.__version__}))
    for _ in range(24 if golden else int(sys.argv[1])):
        print(json.dumps(case(draw, 40 if golden else 400)))


main()
