#!/usr/bin/env python3
"""A tiny random student beside a larger random teacher: Weft's losses beside Hinton's formula written in PyTorch.

    python3 bench/peers/distillation.py DIR

Needs torch, transformers and tokenizers (pip install torch transformers). Makes two Llamas and two BERTs for labels in DIR, rows for
both, and runs `weft finetune --teacher` (WEFT, default ./weft). Ten steps of the same batch: loss, the task's and the teacher's part, and that of
hidden states, within 1e-4 of a PyTorch loop. Then a run with one worker, with two, and one that is resumed: the same bits.
Ends with status 1 where one is not so.
"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import tokenizers
import torch
import transformers
from torch.nn import functional as F

from families import learning_rate
from preferences import steps, write

WEFT = os.environ.get("WEFT", "./weft")
STEPS, ROWS, TOLERANCE = 10, 8, 1e-4
TRAINING = {"learning_rate": 2e-3, "min_learning_rate": 1e-4, "warmup_steps": 2, "steps": STEPS, "weight_decay": 0.01}
WORDS = "harbour market chapel bridge garden museum station island calm warm grim foul bright rotten".split()
LABELS = ["foul", "neither", "warm"]


def rows(seed, count):
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        words = draw.choices(WORDS, k=draw.randint(4, 10))
        made.append({"text": " ".join(words),
                     "label": next((label for label in ("warm", "foul") if label in words), "neither")})
    return made


def word_tokenizer(specials, **roles):
    vocabulary = {word: place for place, word in enumerate([*specials, *WORDS])}
    words = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token=specials[0]))
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    if "[CLS]" in specials:
        words.post_processor = tokenizers.processors.TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])])
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **roles)


def saved(model, tokenizer, directory, seed):
    torch.manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.15 * torch.randn_like(parameter))
    model.float().save_pretrained(directory)
    tokenizer.save_pretrained(directory)


def make(home):
    text = word_tokenizer(["<unk>", "</s>"], eos_token="</s>", pad_token="</s>", unk_token="<unk>")
    for name, layers, width in (("llama-large", 3, 48), ("llama-small", 1, 32), ("llama-wide", 2, 48)):
        config = transformers.LlamaConfig(
            vocab_size=len(text), hidden_size=width, num_hidden_layers=layers, num_attention_heads=4, num_key_value_heads=2,
            intermediate_size=2 * width, max_position_embeddings=32, pad_token_id=None, eos_token_id=1, bos_token_id=1)
        saved(transformers.LlamaForCausalLM(config), text, home / name, layers)
    label = word_tokenizer(["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"], unk_token="[UNK]", pad_token="[PAD]",
                           cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    for name, layers, width in (("bert-large", 3, 48), ("bert-small", 1, 32), ("bert-wide", 2, 48)):
        config = transformers.BertConfig(
            vocab_size=len(label), hidden_size=width, num_hidden_layers=layers, num_attention_heads=4, intermediate_size=2 * width,
            max_position_embeddings=32, hidden_dropout_prob=0, attention_probs_dropout_prob=0, num_labels=len(LABELS),
            id2label=dict(enumerate(LABELS)), label2id={name: place for place, name in enumerate(LABELS)},
            pad_token_id=1)
        saved(transformers.BertForSequenceClassification(config), label, home / name, layers)
    return text, label


def padded(ids):
    longest = max(map(len, ids))
    return (torch.tensor([row + [1] * (longest - len(row)) for row in ids]),
            torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids]))


class Tokens:
    """Each token predicts the next, and the last that the text ends."""

    kind, model = "text", transformers.AutoModelForCausalLM

    def __init__(self, tokenizer, lines):
        ids = [tokenizer(row["text"], add_special_tokens=False).input_ids + [1] for row in lines]
        self.ids, self.there = padded([row[:-1] for row in ids])
        targets, _ = padded([row[1:] for row in ids])
        self.at = self.there.bool()
        self.targets = targets[self.at]

    def logits(self, out):
        return out.logits[self.at]

    def hidden(self, apart):
        return apart[self.at].sum()


class Classes:
    kind, model = "classification", transformers.AutoModelForSequenceClassification

    def __init__(self, tokenizer, lines):
        self.ids, self.there = padded([tokenizer(row["text"]).input_ids for row in lines])
        self.targets = torch.tensor([LABELS.index(row["label"]) for row in lines])

    def logits(self, out):
        return out.logits

    def hidden(self, apart):
        return (apart * self.there).sum(1).div(self.there.sum(1)).sum()


def before_norm(model, batch):
    """What each block gives, before a last norm."""
    blocks = model.model.layers if hasattr(model, "model") else model.bert.encoder.layer
    given = []
    hooks = [block.register_forward_hook(lambda _, __, out: given.append(out[0] if isinstance(out, tuple) else out))
             for block in blocks]
    out = model(input_ids=batch.ids, attention_mask=batch.there)
    for hook in hooks:
        hook.remove()
    return batch.logits(out), given


def followed(home, student, teacher, batch, how):
    """Figures before each of ten steps."""
    small, large = (batch.model.from_pretrained(home / name, attn_implementation="eager").float()
                    for name in (student, teacher))
    small.train()
    large.eval()
    t, a = how["temperature"], how["weight"]
    decayed = [p for p in small.parameters() if p.dim() > 1]
    others = [p for p in small.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": TRAINING["weight_decay"]},
                                   {"params": others, "weight_decay": 0.0}], betas=(0.9, 0.999), eps=1e-8)
    with torch.no_grad():
        said, states = before_norm(large, batch)
    found, count = [], len(batch.targets)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(TRAINING, step)
        optimizer.zero_grad()
        logits, own = before_norm(small, batch)
        task = F.cross_entropy(logits, batch.targets)
        taught = t * t * F.kl_div((logits / t).log_softmax(-1), (said / t).log_softmax(-1), reduction="batchmean", log_target=True)
        figures = {"task_loss": task, "teacher_loss": taught}
        loss = (1 - a) * task + a * taught
        if how.get("hidden", "none") != "none":
            beside = {"last": [(len(own) - 1, len(states) - 1)],
                      "blocks": [(i, max(1, int((i + 1) * len(states) / len(own) + 0.5)) - 1) for i in range(len(own))]}
            parts = [batch.hidden((own[i] - states[k]).square().mean(-1) if how["hidden_loss"] == "mse"
                                  else 1 - F.cosine_similarity(own[i], states[k], dim=-1))
                     for i, k in beside[how["hidden"]]]
            figures["hidden_loss"] = sum(parts) / len(parts) / count
            loss = loss + how["hidden_weight"] * figures["hidden_loss"]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(small.parameters(), 1.0)
        found.append({"loss": loss.item(), **{name: value.item() for name, value in figures.items()}})
        optimizer.step()
    return found


def weft(home, name, task, student, teacher, data, how, training, *more, resume=False):
    config = home / f"{name}.yaml"
    config.write_text(
        f"run: {{name: {name}, dir: 'file://{home}/{name}', seed: 5}}\n"
        "cluster: {master: 'local[4]', workers: 1, servers: 1, device: cpu}\n"
        f"dataset: {json.dumps(data)}\n"
        f"finetune: {json.dumps({'task': task, 'from': f'file://{home}/{student}', 'epochs': 0, 'head_dropout': 0})}\n"
        f"distillation: {json.dumps(how)}\n"
        f"training: {json.dumps(training)}\n", encoding="utf-8")
    arguments = [*WEFT.split(), "finetune", "--config", str(config), "--teacher", f"file://{home}/{teacher}", "--no-evaluate",
                 *more, *(["--resume"] if resume else [])]
    run = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise SystemExit(f"weft finetune {name}: {run.stderr[-3000:]}")
    return json.loads(run.stdout.strip().splitlines()[-1])


def main(folder):
    home = pathlib.Path(folder).resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    text, label = make(home)
    lines = rows(7, ROWS)
    data = {"train": [write(home / "rows.jsonl", lines)], "validation": [write(home / "few.jsonl", rows(8, 4))]}
    training = {"global_batch": ROWS, "micro_batch": 2, "lanes": 4, "clip_norm": 1.0, "eval_every": 0, "beta2": 0.999,
                **TRAINING}
    plain = {"temperature": 2.0, "weight": 0.5}
    cases = [("small", plain), ("small", {"temperature": 5.0, "weight": 1.0}),
             ("wide", {**plain, "hidden": "last", "hidden_loss": "cosine", "hidden_weight": 2.0}),
             ("wide", {**plain, "hidden": "blocks", "hidden_loss": "mse", "hidden_weight": 0.5})]
    failed = False
    for batch, family in ((Tokens(text, lines), "llama"), (Classes(label, lines), "bert")):
        for place, (size, how) in enumerate(cases):
            name = f"{family}-{place}"
            expected = followed(home, f"{family}-{size}", f"{family}-large", batch, how)
            weft(home, f"run-{name}", batch.kind, f"{family}-{size}", f"{family}-large", data, how, training)
            actual = steps(home, f"run-{name}")
            apart = {key: max(abs(a[key] - b[key]) for a, b in zip(actual, expected, strict=True)) for key in expected[0]}
            failed |= max(apart.values()) > TOLERANCE
            print(f"{name:8} {json.dumps(how)}: loss {actual[0]['loss']:.6f} to {actual[-1]['loss']:.6f}, furthest apart "
                  + ", ".join(f"{key} {value:.1e}" for key, value in apart.items()), flush=True)
    return same_bits(home, data, training, plain) or failed


def same_bits(home, data, training, how):
    """For any number of workers, and after a resume."""
    bits, saved_often = {}, ("--set", "checkpoint.every=4")
    for name, more in (("one", saved_often), ("two", (*saved_often, "--set", "cluster.workers=2", "--set", "cluster.servers=2"))):
        bits[name] = weft(home, name, "classification", "bert-small", "bert-large", data, how, training, *more)["params_sha256"]
    shutil.rmtree(home / "one" / "checkpoints" / f"step-{STEPS:08d}")
    bits["resumed"] = weft(home, "one", "classification", "bert-small", "bert-large", data, how, training, *saved_often,
                           resume=True)["params_sha256"]
    print(f"bits: {bits}")
    return len(set(bits.values())) != 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
