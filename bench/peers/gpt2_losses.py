#!/usr/bin/python3
"""The same model, optimizer and data in PyTorch: losses of some steps and gradient norms by tensor.

An independent GPT-2 (explicit attention, ordinary cross-entropy, torch.optim.AdamW) for judging Weft's engine and
whole runs. Needs Debian's python3-torch and nothing else:

    # the golden values of GoldenLossesTest
    /usr/bin/python3 bench/peers/gpt2_losses.py --layers 3 --width 64 --heads 4 --context 32 --vocab 211 --batch 8 \\
        --seed 42 --lrs 1e-3,2e-3,3e-3,4e-3,4e-3,4e-3,3e-3,3e-3,2e-3,2e-3

    # from the initial checkpoint of a run, with the run's own tokens
    /usr/bin/python3 bench/peers/gpt2_losses.py ... --checkpoint RUN/checkpoints/step-00000000 --tokens batches.i32

Initial weights, one of
  --seed N           Weft's initialisation (org.weft.core.params.Initialization), written anew here
  --flat FILE        the flat vector, float32 little-endian
  --checkpoint DIR   a checkpoint on a local disk: the safetensors shards that its manifest.json names (or, where it
                     names none that exist, all in the folder), each with a 1-D F32 tensor `param` whose first element's
                     index is the metadata's `offset`
Batches, step after step: --tokens FILE, int32 little-endian (steps, batch, context + 1); else token j of sequence i of
step s is 7 ((7919 i + 31 j^2 + 17 j s + 101 s + 3) mod 29) mod vocab.
"""
import argparse
import array
import json
import math
import os
import struct

import torch
import torch.nn.functional as F

GAMMA, MASK = 0x9E3779B97F4A7C15, (1 << 64) - 1


def layout(a):
    """(name, shape, decays, standard deviation or constant) in the order of the flat vector; linears are (in, out)."""
    d, residual = a.width, 0.02 / math.sqrt(2 * a.layers)
    yield "wte.weight", (a.vocab, d), True, 0.02, None
    yield "wpe.weight", (a.context, d), True, 0.02, None
    for i in range(a.layers):
        h = f"h.{i}."
        for norm, linears in (
            ("ln_1", (("attn.c_attn", d, 3 * d, 0.02), ("attn.c_proj", d, d, residual))),
            ("ln_2", (("mlp.c_fc", d, 4 * d, 0.02), ("mlp.c_proj", 4 * d, d, residual))),
        ):
            yield h + norm + ".weight", (d,), False, 0, 1.0
            yield h + norm + ".bias", (d,), False, 0, 0.0
            for name, inputs, outputs, deviation in linears:
                yield h + name + ".weight", (inputs, outputs), True, deviation, None
                yield h + name + ".bias", (outputs,), False, 0, 0.0
    yield "ln_f.weight", (d,), False, 0, 1.0
    yield "ln_f.bias", (d,), False, 0, 0.0


def mix(z):
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def initial(a):
    """Box-Muller over SplitMix64, by the element's index in the flat vector."""
    start, flat = mix(a.seed), array.array("f")

    def uniform(counter):
        return ((mix((start + (counter + 1) * GAMMA) & MASK) >> 11) + 1) * 2.0**-53

    for _, shape, _, deviation, constant in layout(a):
        for index in range(len(flat), len(flat) + math.prod(shape)):
            if constant is not None:
                flat.append(constant)
                continue
            pair = index >> 1
            radius = deviation * math.sqrt(-2 * math.log(uniform(2 * pair)))
            angle = 2 * math.pi * uniform(2 * pair + 1)
            flat.append(radius * (math.sin(angle) if index & 1 else math.cos(angle)))
    return torch.frombuffer(flat, dtype=torch.float32)


def read_shard(path):
    """(offset, elements) of the shard's `param`."""
    with open(path, "rb") as f:
        (length,) = struct.unpack("<Q", f.read(8))
        header = json.loads(f.read(length))
        entry = header["param"]
        assert entry["dtype"] == "F32" and len(entry["shape"]) == 1, (path, entry)
        begin, end = entry["data_offsets"]
        f.seek(8 + length + begin)
        data = bytearray(f.read(end - begin))
    # A server that owns no bucket writes a file of no elements.
    values = torch.frombuffer(data, dtype=torch.float32) if data else torch.empty(0)
    return int(header["__metadata__"]["offset"]), values


def checkpoint(folder, elements):
    with open(os.path.join(folder, "manifest.json")) as f:
        text = json.dumps(json.load(f))
    present = sorted(name for name in os.listdir(folder) if name.endswith(".safetensors"))
    named = [name for name in present if json.dumps(name)[1:-1] in text] or present
    flat, filled = torch.empty(elements), 0
    for name in named:
        offset, values = read_shard(os.path.join(folder, name))
        flat[offset : offset + len(values)] = values
        filled += len(values)
    assert filled == elements, f"{folder}: shards hold {filled} parameters, the model has {elements}"
    return flat


def forward(p, tokens, a):
    """Logits of tokens. (B, T) to (B, T, V)"""
    batch, length = tokens.shape
    d, k = a.width, a.width // a.heads
    future = torch.full((length, length), float("-inf")).triu(1)
    x = p["wte.weight"][tokens] + p["wpe.weight"][:length]
    for i in range(a.layers):
        w = {name[len(f"h.{i}.") :]: value for name, value in p.items() if name.startswith(f"h.{i}.")}
        y = F.layer_norm(x, (d,), w["ln_1.weight"], w["ln_1.bias"], 1e-5)
        y = y @ w["attn.c_attn.weight"] + w["attn.c_attn.bias"]
        q, key, value = (part.view(batch, length, a.heads, k).transpose(1, 2) for part in y.split(d, dim=2))
        scores = (q @ key.transpose(2, 3) / math.sqrt(k) + future).softmax(3)
        y = (scores @ value).transpose(1, 2).reshape(batch, length, d)
        x = x + y @ w["attn.c_proj.weight"] + w["attn.c_proj.bias"]
        y = F.layer_norm(x, (d,), w["ln_2.weight"], w["ln_2.bias"], 1e-5)
        y = y @ w["mlp.c_fc.weight"] + w["mlp.c_fc.bias"]
        y = 0.5 * y * (1 + torch.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
        x = x + y @ w["mlp.c_proj.weight"] + w["mlp.c_proj.bias"]
    return F.layer_norm(x, (d,), p["ln_f.weight"], p["ln_f.bias"], 1e-5) @ p["wte.weight"].t()


def batches(a, steps):
    if a.tokens:
        values = array.array("i")
        with open(a.tokens, "rb") as f:
            values.fromfile(f, steps * a.batch * (a.context + 1))
        yield from torch.frombuffer(values, dtype=torch.int32).long().view(steps, a.batch, a.context + 1)
        return
    i, j = torch.arange(a.batch).view(-1, 1), torch.arange(a.context + 1).view(1, -1)
    for s in range(steps):
        yield 7 * ((7919 * i + 31 * j * j + 17 * j * s + 101 * s + 3) % 29) % a.vocab


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("layers", "width", "heads", "context", "vocab", "batch"):
        parser.add_argument("--" + name, type=int, required=True)
    parser.add_argument("--lrs", required=True, help="learning rate of each step, separated by commas")
    parser.add_argument("--beta1", type=float, default=0.9)
    parser.add_argument("--beta2", type=float, default=0.95)
    parser.add_argument("--eps", type=float, default=1e-8)
    parser.add_argument("--weight-decay", type=float, default=0.1)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--tokens")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--seed", type=int)
    source.add_argument("--flat")
    source.add_argument("--checkpoint")
    a = parser.parse_args()
    torch.set_num_threads(1)

    table = list(layout(a))
    elements = sum(math.prod(shape) for _, shape, _, _, _ in table)
    if a.checkpoint:
        flat = checkpoint(a.checkpoint, elements)
    elif a.flat:
        with open(a.flat, "rb") as f:
            flat = torch.frombuffer(bytearray(f.read()), dtype=torch.float32)
        assert len(flat) == elements, f"{a.flat}: {len(flat)} parameters, the model has {elements}"
    else:
        flat = initial(a)
    p, at = {}, 0
    for name, shape, _, _, _ in table:
        size = math.prod(shape)
        p[name] = flat[at : at + size].clone().view(shape).requires_grad_()
        at += size
    groups = [
        {"params": [p[n] for n, shape, _, _, _ in table if len(shape) >= 2], "weight_decay": a.weight_decay},
        {"params": [p[n] for n, shape, _, _, _ in table if len(shape) < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, betas=(a.beta1, a.beta2), eps=a.eps)

    lrs = [float(lr) for lr in a.lrs.split(",")]
    print(f"# torch {torch.__version__}, float32, {elements} parameters")
    for step, tokens in enumerate(batches(a, len(lrs))):
        for group in optimizer.param_groups:
            group["lr"] = lrs[step]
        optimizer.zero_grad()
        logits = forward(p, tokens[:, :-1], a)
        loss = F.cross_entropy(logits.reshape(-1, a.vocab), tokens[:, 1:].reshape(-1))
        loss.backward()
        if step == 0:
            for name, value in p.items():
                print(f"grad {name} {value.grad.double().norm().item():.9e}")
        norm = torch.nn.utils.clip_grad_norm_(p.values(), a.clip) if a.clip > 0 else float("nan")
        optimizer.step()
        print(f"step {step} loss {loss.item():.9f} grad_norm {float(norm):.9f}")


if __name__ == "__main__":
    main()
