#!/usr/bin/python3
"""A GPT trained by PyTorch's DistributedDataParallel over gloo: what Weft is measured beside (bench/compare.sh).

    /usr/bin/python3 bench/peers/ddp_gpt.py WIDTH LAYERS CONTEXT BATCH VOCABULARY STEPS RANKS THREADS

BATCH sequences of CONTEXT tokens a rank and step, THREADS a rank. As Weft has it: heads of 64, learned positions,
pre-LayerNorm, tanh GELU, fused qkv, tied head, clipping at 1.0, AdamW. Tokens are random, drawn outside the timed part.
Prints parameters, the median step after the warm-up and tokens a second over all ranks. Needs Debian's python3-torch.

B batch, T tokens, D width, H heads, K head width, V vocabulary.
"""
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing
import torch.nn as nn
import torch.nn.functional as F

HEAD_WIDTH, WARM_UP = 64, 2


class Block(nn.Module):
    def __init__(self, width, context):
        super().__init__()
        self.heads = max(1, width // HEAD_WIDTH)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.c_attn, self.c_proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.c_fc, self.c_out = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        future = torch.full((context, context), float("-inf")).triu(1)
        self.register_buffer("future", future, persistent=False)  # (T, T)

    def attention(self, x):
        b, t, d = x.shape
        q, k, v = self.c_attn(x).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)  # 3 of (B, H, T, K)
        scores = q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5 + self.future  # (B, H, T, T)
        return self.c_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, d))  # (B, T, D)

    def forward(self, x):
        x = x + self.attention(self.ln_1(x))
        return x + self.c_out(F.gelu(self.c_fc(self.ln_2(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, width, layers, context, vocabulary):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, context) for _ in range(layers)))
        self.ln_f = nn.LayerNorm(width)
        for parameter in self.parameters():
            if parameter.dim() == 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, tokens, targets):  # (B, T), (B, T)
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))  # (B, T, D)
        logits = self.ln_f(self.blocks(x)) @ self.wte.weight.t()  # (B, T, V)
        return F.cross_entropy(logits.view(-1, logits.shape[-1]), targets.view(-1))


def train(rank, width, layers, context, batch, vocabulary, steps, ranks, threads, port):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if ranks > 1:
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks)
    gpt = Gpt(width, layers, context, vocabulary)
    model = nn.parallel.DistributedDataParallel(gpt) if ranks > 1 else gpt
    matrices = [p for p in gpt.parameters() if p.dim() > 1]
    vectors = [p for p in gpt.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, 6e-4, betas=(0.9, 0.95))
    torch.manual_seed(100 + rank)
    seconds = []
    for _ in range(steps):
        tokens = torch.randint(vocabulary, (batch, context + 1))
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = model(tokens[:, :-1], tokens[:, 1:].contiguous())
        loss.backward()
        nn.utils.clip_grad_norm_(gpt.parameters(), 1.0)
        optimizer.step()
        loss.item()
        seconds.append(time.perf_counter() - start)
    if rank == 0:
        step = statistics.median(seconds[WARM_UP:] or seconds)
        parameters = sum(p.numel() for p in gpt.parameters())
        rate = ranks * batch * context / step
        print(f"params={parameters} world={ranks} median_step_s={step:.4f} tokens_per_s={rate:.0f}", flush=True)
    if ranks > 1:
        dist.destroy_process_group()


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    if len(sys.argv) != 9:
        sys.exit(__doc__)
    numbers = [int(word) for word in sys.argv[1:]]
    ranks = numbers[6]
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    arguments = (*numbers, free_port())
    if ranks > 1:
        multiprocessing.spawn(train, args=arguments, nprocs=ranks)
    else:
        train(0, *arguments)
