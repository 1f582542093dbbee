#!/usr/bin/env python3
"""Vectors of texts, and a contrastive tuning: Weft's beside sentence-transformers'.

    python3 bench/peers/embeddings.py DIR [MINILM]

Needs sentence-transformers, torch, transformers and pyarrow (PyPI). Makes a small random BERT with MiniLM's form as a directory of
sentence-transformers, with prompts, and one of each pooling, in DIR; `weft embed` (WEFT, default ./weft) of each: vectors equal to
1e-5. Then tunes it on generated questions and their answers, with one worker and with two: the same bits, recall at 1 on
questions that were not seen up by more than 20 points, the losses of ten steps within 1e-4 of a PyTorch loop, and what `weft export`
wrote loaded by sentence-transformers with equal vectors. MINILM is a directory of all-MiniLM-L6-v2, such as minilm_directory.py
writes: its vectors too. Ends with status 1 where one is not so.
"""
import glob
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import pyarrow.parquet
import sentence_transformers
import sentence_transformers.models as kinds
import tokenizers
import torch
import transformers
from torch.nn import functional as F

from families import learning_rate

WEFT = os.environ.get("WEFT", "./weft")
TOLERANCE = 1e-5
STEPS, PAIRS = 10, 8
TRAINING = {"learning_rate": 1e-3, "min_learning_rate": 1e-4, "warmup_steps": 2, "steps": STEPS, "weight_decay": 0.01}
PLACES = [f"{a}{b}" for a in ("har", "bel", "tor", "mi", "sa", "ku", "lon", "ve", "gra", "pol")
          for b in ("ton", "ville", "stad", "bury", "mouth", "dale", "ford", "wick", "haven", "field")]
TRAITS = ["founded", "population", "river", "mayor", "climate", "harbour", "railway", "market"]


def pairs(seed, count):
    """A question of one place and trait in some words, and a passage that has both in others; no pair twice."""
    draw = random.Random(seed)
    asks = ["what is the {t} of {p}", "tell me of the {t} in {p}", "{p} {t} please", "who knows the {t} at {p}"]
    says = ["in {p} the matter of {t} is written here as number {n}", "number {n} is said of {p} wherever {t} comes up",
            "records on {t} for the town named {p} hold number {n}"]
    all_of = [(place, trait) for place in PLACES for trait in TRAITS]
    made = []
    for place, trait in random.Random(1).sample(all_of, len(all_of))[seed * 260:seed * 260 + count]:
        made.append({"anchor": draw.choice(asks).format(t=trait, p=place),
                     "positive": draw.choice(says).format(t=trait, p=place, n=draw.randrange(1000))})
    return made


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return f"file://{path}"


def base(directory, mode, normalize=True):
    """A BERT as sentence-transformers saves one."""
    texts = [text for row in pairs(0, 260) + pairs(1, 260) for text in row.values()]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = tokenizers.Tokenizer(tokenizers.models.WordPiece(unk_token="[UNK]"))
    words.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=True)
    words.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    words.train_from_iterator(texts, tokenizers.trainers.WordPieceTrainer(
        vocab_size=600, special_tokens=special, show_progress=False))
    words.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]", model_max_length=64)
    torch.manual_seed(5)
    config = transformers.BertConfig(
        vocab_size=len(fast), hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96,
        max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    body = str(directory) + "-body"
    transformers.BertModel(config).float().save_pretrained(body)
    fast.save_pretrained(body)
    transformer = kinds.Transformer(body, max_seq_length=32)
    modules = [transformer, kinds.Pooling(48, pooling_mode=mode)]
    if normalize:
        modules.append(kinds.Normalize())
    model = sentence_transformers.SentenceTransformer(
        modules=modules, device="cpu", prompts={"query": "tell me of the ", "passage": ""})
    model.save(str(directory))
    shutil.rmtree(body)
    return model


def run(*arguments):
    done = subprocess.run([WEFT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"weft {' '.join(arguments)}: {done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def embedded(home, path, texts, *more):
    """Vectors that weft embed gives, by text."""
    out = home / "vectors"
    shutil.rmtree(out, ignore_errors=True)
    rows = write(home / "texts.jsonl", [{"text": text} for text in texts])
    run("embed", "--checkpoint", f"file://{path}", "--input", rows, "--output", f"file://{out}",
        "--set", "cluster.master=local[2]", *more)
    table = pyarrow.parquet.ParquetDataset(glob.glob(f"{out}/*.parquet")).read().to_pydict()
    return torch.tensor([dict(zip(table["text"], table["embedding"]))[text] for text in texts])


def compared(home, name, path, model, texts):
    failed = False
    cases = {"": ([], {})}
    if model.prompts.get("query"):
        cases["with a prompt"] = (["--prompt", "query"], {"prompt_name": "query"})
        cases["with a prefix"] = (["--prefix", "who: "], {"prompt": "who: "})
    for said, (flags, settings) in cases.items():
        apart = (embedded(home, path, texts, *flags)
                 - torch.tensor(model.encode(texts, **settings))).abs().max().item()
        failed |= not apart <= TOLERANCE
        print(f"{name:12} {said:14} vectors of {len(texts)} texts, furthest apart {apart:.1e}")
    return failed


def losses(directory, rows, scale, symmetric):
    """InfoNCE of ten steps, each of micro-batches of pairs of about one length, as Weft deals them."""
    model = sentence_transformers.SentenceTransformer(str(directory), device="cpu").train()
    pad = model.tokenizer
    lengths = [sum(len(pad(row[key], truncation=True, max_length=32).input_ids) for key in ("anchor", "positive"))
               for row in rows]
    assert len(set(lengths)) == len(lengths), "no two pairs of one length: the order of batches must be plain"
    rows = [rows[i] for i in sorted(range(len(rows)), key=lengths.__getitem__)]
    parameters = [(name, p) for name, p in model.named_parameters() if "pooler" not in name]
    optimizer = torch.optim.AdamW(
        [{"params": [p for _, p in parameters if p.dim() > 1], "weight_decay": TRAINING["weight_decay"]},
         {"params": [p for _, p in parameters if p.dim() == 1], "weight_decay": 0.0}], betas=(0.9, 0.999), eps=1e-8)
    found = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(TRAINING, step)
        optimizer.zero_grad()
        loss = 0
        for at in range(0, len(rows), 4):
            part = rows[at:at + 4]
            anchors, positives = (
                F.normalize(model(model.tokenize([row[key] for row in part]))["sentence_embedding"])
                for key in ("anchor", "positive"))
            scores = anchors @ positives.T * scale
            own = torch.arange(len(part))
            cost = F.cross_entropy(scores, own, reduction="sum")
            if symmetric:
                cost = (cost + F.cross_entropy(scores.T, own, reduction="sum")) / 2
            loss = loss + cost / len(rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for _, p in parameters], 1.0)
        found.append(loss.item())
        optimizer.step()
    return found


def tuned(home, name, data, tuning, training, *more):
    config = home / f"{name}.yaml"
    config.write_text(
        f"run: {{name: {name}, dir: 'file://{home}/{name}', seed: 5}}\n"
        "cluster: {master: 'local[4]', workers: 1, servers: 1, device: cpu}\n"
        f"dataset: {json.dumps(data)}\n"
        f"finetune: {json.dumps({'task': 'embedding', 'from': f'file://{home}/mean', **tuning})}\n"
        f"training: {json.dumps(training)}\n", encoding="utf-8")
    return run("finetune", "--config", str(config), *more)


def main(arguments):
    home = pathlib.Path(arguments[0]).resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    texts = [text for row in pairs(2, 30) for text in row.values()] + ["Town", "  a   b ", " ".join(PLACES)]
    failed = False
    for mode, normalize in (("mean", True), ("cls", True), ("lasttoken", False)):
        model = base(home / mode, mode, normalize)
        failed |= compared(home, mode, home / mode, model, texts)
    if len(arguments) > 1:
        model = sentence_transformers.SentenceTransformer(
            modules=[kinds.Transformer(arguments[1], max_seq_length=256), kinds.Pooling(384, "mean"), kinds.Normalize()],
            device="cpu")  # as the published directory says
        model.save(str(home / "minilm"))
        failed |= compared(home, "MiniLM", home / "minilm", model, texts)

    few, seen = [], set()
    words = transformers.AutoTokenizer.from_pretrained(home / "mean")
    for row in pairs(0, 260):
        length = sum(len(words(text).input_ids) for text in row.values())
        if length not in seen and len(few) < PAIRS:
            seen.add(length)
            few.append(row)
    for symmetric in (False, True):
        name = f"losses-{symmetric}".lower()
        tuned(home, name, {"train": [write(home / "few.jsonl", few)], "validation": [write(home / "v.jsonl", pairs(1, 8))]},
              {"epochs": 0, "symmetric": symmetric},
              {"global_batch": PAIRS, "micro_batch": 4, "lanes": 2, "eval_every": 0, "beta2": 0.999, **TRAINING},
              "--no-evaluate")
        lines = map(json.loads, (home / name / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
        actual = [line["loss"] for line in lines if "step_millis" in line]
        expected = losses(home / "mean", few, 20.0, symmetric)
        apart = max(abs(a - b) for a, b in zip(actual, expected, strict=True))
        failed |= not apart <= 1e-4
        print(f"{name:12} {actual[0]:.5f} to {actual[-1]:.5f}, ten losses furthest apart {apart:.1e}")
    return learns(home, texts) or failed


def learns(home, texts):
    data = {"train": [write(home / "train.jsonl", pairs(0, 260) + pairs(1, 200))],
            "validation": [write(home / "val.jsonl", pairs(1, 260)[200:])],
            "test": [write(home / "test.jsonl", pairs(2, 200))]}
    training = {"global_batch": 32, "micro_batch": 16, "lanes": 2, "learning_rate": 2e-3, "warmup_steps": 5, "eval_every": 50}
    before = tuned(home, "before", data, {"epochs": 0},
                   {**training, "steps": 1, "learning_rate": 1e-9, "warmup_steps": 0, "eval_every": 1})["metrics"]
    failed, bits = False, {}
    for name, more in (("one", []), ("two", ["--set", "cluster.workers=2", "--set", "cluster.servers=2"])):
        after = tuned(home, name, data, {"epochs": 20, "metric": "accuracy"}, training, *more)
        bits[name] = after["params_sha256"]
        metrics = after["metrics"]
        print(f"{name:12} " + ", ".join(f"{key} {before[key]:.3f} to {metrics[key]:.3f}" for key in metrics))
        failed |= metrics["recall_at_1"] < before["recall_at_1"] + 0.2
    run("export", "--checkpoint", after["best_checkpoint"], "--to", f"file://{home}/exported")
    model = sentence_transformers.SentenceTransformer(str(home / "exported"), device="cpu")
    failed |= compared(home, "exported", home / "exported", model, texts)
    apart = (embedded(home, home / "exported", texts)
             - embedded(home, after["best_checkpoint"].removeprefix("file://"), texts)).abs().max().item()
    print(f"checkpoint and export furthest apart {apart:.1e}; bits {bits}")
    return failed or apart > TOLERANCE or len(set(bits.values())) != 1


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1:]))
