#!/usr/bin/env python3
"""Preference tuning of a tiny random model: Weft's figures beside DPO's formula written in PyTorch.

    python3 bench/peers/preferences.py DIR

Needs torch, transformers and tokenizers (pip install torch transformers). Makes a Llama, pairs of answers and their conversations
by the tokenizer's own chat template in DIR, and runs `weft finetune` (WEFT, default ./weft). Ten steps of the same batches, of each
loss: losses, rewards and accuracies within 1e-4 of a PyTorch loop that follows TRL's DPOTrainer. Then a longer run with one worker
and with two, and one that is resumed: the same bits, and of pairs that it has not seen more than nine in ten the right way round.
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

WEFT = os.environ.get("WEFT", "./weft")
STEPS, PAIRS, TOLERANCE = 10, 8, 1e-4
TRAINING = {"learning_rate": 2e-3, "min_learning_rate": 1e-4, "warmup_steps": 2, "steps": STEPS, "weight_decay": 0.01}
TEMPLATE = ("{% for message in messages %}<{{ message.role }}>{{ message.content }}</s>{% endfor %}"
            "{% if add_generation_prompt %}<assistant>{% endif %}")
PORTS = ["Hull", "Cork", "Oslo", "Riga", "Bari", "Lima", "Kobe", "Faro", "Brest", "Vigo"]
THINGS = ["harbour", "market", "chapel", "bridge", "garden", "museum", "station", "island"]
KIND = ["lovely", "gentle", "bright", "calm", "warm", "fine"]
RUDE = ["dreadful", "rotten", "nasty", "grim", "foul", "vile"]


def rows(seed, count):
    """The better answer speaks well of a place; who asks, of what, and what else is said tells nothing."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        port, thing = draw.choice(PORTS), draw.choice(THINGS)
        tail = draw.choice(["today", "in spring", "for once", "as ever"])
        made.append({"prompt": f"What of the {thing} of {port}?",
                     "chosen": f"The {thing} is {draw.choice(KIND)} {tail}",
                     "rejected": f"The {thing} is {draw.choice(RUDE)} {tail}"})
    return made


def write(path, lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return f"file://{path}"


def base(directory):
    words = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token=None))
    words.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = tokenizers.decoders.ByteLevel()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=400, special_tokens=["</s>", "<user>", "<assistant>"],
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    words.train_from_iterator((text for row in rows(1, 300) for text in row.values()), trainer)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=words, eos_token="</s>", pad_token="</s>")
    fast.chat_template = TEMPLATE
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=len(fast), hidden_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=96, max_position_embeddings=64, pad_token_id=None, eos_token_id=0,
        bos_token_id=0)
    model = transformers.LlamaForCausalLM(config).float()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    model.save_pretrained(directory)
    fast.save_pretrained(directory)
    return fast


def conversation(tokenizer, prompt, answer):
    """Token ids, and how many of them the answer's likelihood is not of."""
    asked = [{"role": "user", "content": prompt}]
    before = tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(asked + [{"role": "assistant", "content": answer}], tokenize=False)
    assert whole.startswith(before)
    return (tokenizer(whole, add_special_tokens=False).input_ids,
            len(tokenizer(before, add_special_tokens=False).input_ids))


def log_probabilities(model, batch):
    """Of each answer the sum over its tokens, and their number; filled up at the right."""
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in batch])
    there = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for ids, _ in batch])
    said = torch.tensor([[start <= at < len(ids) for at in range(longest)] for ids, start in batch])[:, 1:]
    logits = model(input_ids=ids, attention_mask=there).logits[:, :-1].log_softmax(-1)
    each = logits.gather(2, ids[:, 1:, None]).squeeze(2) * said
    return each.sum(1), said.sum(1)


def pair_losses(kind, beta, smoothing, margin):
    if kind == "sigmoid":
        return -F.logsigmoid(beta * margin) * (1 - smoothing) - F.logsigmoid(-beta * margin) * smoothing
    if kind == "hinge":
        return torch.relu(1 - beta * margin)
    return (margin - 1 / (2 * beta)) ** 2


def figures(directory, tokenizer, pairs, kind, beta, smoothing):
    """Loss, rewards and accuracy before each of ten steps."""
    model = transformers.AutoModelForCausalLM.from_pretrained(directory, attn_implementation="eager").float().train()
    batch = [conversation(tokenizer, row["prompt"], row[which]) for which in ("chosen", "rejected") for row in pairs]
    with torch.no_grad():
        before, _ = log_probabilities(model, batch)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": TRAINING["weight_decay"]},
                                   {"params": others, "weight_decay": 0.0}], betas=(0.9, 0.999), eps=1e-8)
    found = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(TRAINING, step)
        optimizer.zero_grad()
        now, counts = log_probabilities(model, batch)
        gain = (now - before) / (counts if kind == "ipo" else 1)
        chosen, rejected = gain[:len(pairs)], gain[len(pairs):]
        loss = pair_losses(kind, beta, smoothing, chosen - rejected).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        found.append({"loss": loss.item(), "rewards_chosen": beta * chosen.mean().item(),
                      "rewards_rejected": beta * rejected.mean().item(),
                      "rewards_margin": beta * (chosen - rejected).mean().item(),
                      "accuracy": (chosen > rejected).float().mean().item(),
                      "kl": (before - now).mean().item()})
        optimizer.step()
    return found


def weft(home, name, data, tuning, training, *more, resume=False):
    config = home / f"{name}.yaml"
    config.write_text(
        f"run: {{name: {name}, dir: 'file://{home}/{name}', seed: 5}}\n"
        "cluster: {master: 'local[4]', workers: 1, servers: 1, device: cpu}\n"
        f"dataset: {json.dumps(data)}\n"
        f"finetune: {json.dumps({'task': 'preference', 'from': f'file://{home}/base', **tuning})}\n"
        f"training: {json.dumps(training)}\n", encoding="utf-8")
    arguments = [WEFT, "finetune", "--config", str(config), *more, *(["--resume"] if resume else [])]
    run = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise SystemExit(f"weft finetune {name}: {run.stderr[-3000:]}")
    return json.loads(run.stdout.strip().splitlines()[-1]), run.stderr


def steps(home, name):
    lines = map(json.loads, (home / name / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
    return [line for line in lines if "step_millis" in line]


def main(folder):
    home = pathlib.Path(folder).resolve()
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    tokenizer = base(home / "base")
    pairs = rows(7, PAIRS)
    failed = False
    data = {"train": [write(home / "pairs.jsonl", pairs)], "validation": [write(home / "few.jsonl", rows(8, 4))]}
    training = {"global_batch": PAIRS, "micro_batch": 2, "lanes": 4, "clip_norm": 1.0, "eval_every": 0, "beta2": 0.999,
                **TRAINING}
    for kind, beta, smoothing in (("sigmoid", 0.1, 0), ("sigmoid", 0.3, 0.1), ("hinge", 0.2, 0), ("ipo", 0.4, 0)):
        name = f"{kind}-{beta}-{smoothing}"
        expected = figures(home / "base", tokenizer, pairs, kind, beta, smoothing)
        weft(home, name, data,
             {"preference_loss": kind, "preference_beta": beta, "label_smoothing": smoothing, "epochs": 0,
              "chat_template": "model"}, training, "--no-evaluate")
        actual = steps(home, name)
        # Before the first update both answers are as likely as at the start: rounding decides which is more so.
        apart = {key: max(abs(a[key] - b[key]) for a, b in list(zip(actual, expected, strict=True))[key == "accuracy":])
                 for key in expected[0]}
        worst = max(value for key, value in apart.items() if key != "kl")
        failed |= worst > TOLERANCE or apart["kl"] > 10 * TOLERANCE
        print(f"{name:16} loss {actual[0]['loss']:.6f} to {actual[-1]['loss']:.6f}, furthest apart "
              + ", ".join(f"{key} {value:.1e}" for key, value in apart.items()))
    failed |= learns(home)
    return failed


def learns(home):
    """Pairs that were not seen, the same bits for any number of workers, and after a resume."""
    data = {"train": [write(home / "train.jsonl", rows(11, 256))], "validation": [write(home / "val.jsonl", rows(12, 64))],
            "test": [write(home / "test.jsonl", rows(13, 200))]}
    training = {"global_batch": 32, "micro_batch": 4, "lanes": 4, "learning_rate": 1e-3, "warmup_steps": 2, "eval_every": 8}
    failed, bits = False, {}
    for name, more in (("one", []), ("two", ["--set", "cluster.workers=2", "--set", "cluster.servers=2"])):
        summary, said = weft(home, name, data, {"epochs": 3, "metric": "accuracy"}, training, *more)
        bits[name] = summary["params_sha256"]
        print(f"{name:16} held-out accuracy {summary['metrics']['accuracy']:.3f}, by likelihood "
              f"{summary['metrics']['likelihood_accuracy']:.3f}, margin {summary['metrics']['rewards_margin']:.3f}")
        failed |= summary["metrics"]["accuracy"] <= 0.9
    shutil.rmtree(home / "one" / "checkpoints" / "step-00000024")
    summary, said = weft(home, "one", data, {"epochs": 3, "metric": "accuracy"}, training, resume=True)
    bits["resumed"] = summary["params_sha256"]
    failed |= "computing how likely" in said
    untuned, _ = weft(home, "untuned", data, {"epochs": 0, "metric": "accuracy"},
                      {**training, "steps": 1, "learning_rate": 1e-9, "warmup_steps": 0, "eval_every": 1})
    print(f"{'untuned':16} held-out accuracy by likelihood {untuned['metrics']['likelihood_accuracy']:.3f}")
    lora, _ = weft(home, "lora", data, {"epochs": 3, "method": "lora"}, {**training, "learning_rate": 1e-2})
    print(f"{'lora':16} held-out accuracy {lora['metrics']['accuracy']:.3f}, first loss {steps(home, 'lora')[0]['loss']:.6f}")
    failed |= lora["metrics"]["accuracy"] <= 0.9
    print(f"bits: {bits}")
    return failed or len(set(bits.values())) != 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
