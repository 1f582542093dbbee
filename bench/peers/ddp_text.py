"""PyTorch DDP over gloo training a GPT-2 on the corpus that Weft prepared: what bench/time_to_loss.sh measures beside.

    ddp_text.py CORPUS [key=value ...]

Two ranks of one thread, the same windows of tokens, AdamW (or torch.optim.Muon for the blocks' matrices), linear warm-up and a cosine
down to a tenth, gradients clipped at 1. Prints a JSON line an evaluation: {"step", "seconds" of training alone, "val_loss" of the
whole validation split}. Needs torch 2.9 or newer for optimizer=muon.
"""
import glob
import json
import math
import os
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn as nn
import torch.nn.functional as F

DEFAULTS = dict(width=384, layers=6, heads=6, context=256, vocab=8192, batch=4, steps=200, rate=1e-3, warmup=50,
                eval_every=100, optimizer="adamw", precision="fp32", decay=0.1, seed=1, world=2, port=29541)


def tokens(corpus, split):
    parts = []
    for path in sorted(glob.glob(f"{corpus}/{split}-*.tokens")):
        raw = open(path, "rb").read()
        assert raw[:8] == b"WEFTTOK1", path
        width, count = int.from_bytes(raw[12:16], "little"), int.from_bytes(raw[16:24], "little")
        kind = torch.uint16 if width == 2 else torch.uint32
        parts.append(torch.frombuffer(bytearray(raw[64:64 + width * count]), dtype=kind).to(torch.int64))
    return torch.cat(parts)


class Block(nn.Module):
    def __init__(self, o):
        super().__init__()
        d = o["width"]
        self.heads = o["heads"]
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.attn(self.ln1(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(a.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.ln2(x)), approximate="tanh"))


class GPT(nn.Module):
    def __init__(self, o):
        super().__init__()
        d = o["width"]
        self.tok, self.pos = nn.Embedding(o["vocab"], d), nn.Embedding(o["context"], d)
        self.blocks = nn.ModuleList(Block(o) for _ in range(o["layers"]))
        self.norm = nn.LayerNorm(d)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                scaled = name.endswith(("proj.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * o["layers"]) if scaled else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def forward(self, x, y):
        h = self.tok(x) + self.pos(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        return F.cross_entropy((self.norm(h) @ self.tok.weight.t()).flatten(0, 1).float(), y.flatten())


def optimizers(model, o):
    blocks = [p for n, p in model.named_parameters() if p.dim() == 2 and "blocks" in n]
    rest = [p for n, p in model.named_parameters() if p.dim() == 2 and "blocks" not in n]
    plain = [p for p in model.parameters() if p.dim() != 2]
    common = dict(lr=o["rate"], betas=(0.9, 0.95), fused=True)
    if o["optimizer"] == "muon":
        return [torch.optim.Muon(blocks, lr=o["rate"], weight_decay=o["decay"], adjust_lr_fn="match_rms_adamw"),
                torch.optim.AdamW([dict(params=rest, weight_decay=o["decay"]), dict(params=plain, weight_decay=0)], **common)]
    return [torch.optim.AdamW([dict(params=blocks + rest, weight_decay=o["decay"]), dict(params=plain, weight_decay=0)], **common)]


def factor(step, o):
    if step < o["warmup"]:
        return (step + 1) / o["warmup"]
    progress = (step - o["warmup"]) / max(1, o["steps"] - o["warmup"])
    return 0.1 + 0.45 * (1 + math.cos(math.pi * progress))


def windows(stream, o):
    t = o["context"]
    return (len(stream) - 1) // t


def batch(stream, places, o):
    t = o["context"]
    rows = torch.stack([stream[i * t:i * t + t + 1] for i in places])
    return rows[:, :-1], rows[:, 1:]


def run(rank, corpus, o):
    torch.set_num_threads(1)
    torch.manual_seed(o["seed"])
    world = o["world"]
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(o["port"]))
    dist.init_process_group("gloo", rank=rank, world_size=world)
    train, val = tokens(corpus, "train"), tokens(corpus, "val")
    model = GPT(o)
    ddp = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
    opts = optimizers(model, o)
    half = o["precision"] == "bf16"
    order, epoch = [], 0
    seconds = 0.0

    def evaluate():
        total, count = 0.0, 0
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            for i in range(rank, windows(val, o), world):
                total += model(*batch(val, [i], o)).item()
                count += 1
        both = torch.tensor([total, float(count)], dtype=torch.float64)
        dist.all_reduce(both)
        return (both[0] / both[1]).item()

    for step in range(o["steps"]):
        if len(order) < o["batch"]:
            order = torch.randperm(windows(train, o), generator=torch.Generator().manual_seed(o["seed"] + epoch)).tolist()
            epoch += 1
        places, order = order[:o["batch"]], order[o["batch"]:]
        begin = time.perf_counter()
        x, y = batch(train, places[rank::world], o)
        for opt in opts:
            for group in opt.param_groups:
                group["lr"] = o["rate"] * factor(step, o)
            opt.zero_grad(set_to_none=False)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            loss = ddp(x, y)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            opt.step()
        seconds += time.perf_counter() - begin
        if (step + 1) % o["eval_every"] == 0 or step + 1 == o["steps"]:
            value = evaluate()
            if rank == 0:
                print(json.dumps(dict(step=step + 1, seconds=round(seconds, 2), val_loss=round(value, 4), torch=torch.__version__)),
                      flush=True)
    dist.destroy_process_group()


if __name__ == "__main__":
    given = dict(DEFAULTS)
    for word in sys.argv[2:]:
        key, value = word.split("=", 1)
        given[key] = type(DEFAULTS[key])(value)
    mp.spawn(run, args=(sys.argv[1], given), nprocs=given["world"])
