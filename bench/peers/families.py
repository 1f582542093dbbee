#!/usr/bin/python3
"""GPT-2, Llama and BERT written down once more, in PyTorch, beside Weft's engine.

    /usr/bin/python3 bench/peers/families.py DIR [float64]

DIR is what org.weft.bench.FamilyParity wrote: run.json, params.f32, batches.i32, gradient.f32, losses.txt. Computes the
same ten steps and prints the largest relative differences of losses and of each parameter's gradient (the norm of the
difference over the norm). Ends with status 1 where one is above 1e-4. With float64 everything here is in float64.

Attention is written out, rotary positions are complex numbers, keys and values of grouped heads are repeated: nothing is
done the way the engine does it.
"""
import json
import math
import sys

import torch
from torch.nn import functional as F


def rotary_frequencies(model):
    k = model["width"] // model["heads"]
    theta, factor = model["rope_theta"], model["rope_factor"]
    original = model["rope_original_context"]
    plain = [theta ** (-2 * j / k) for j in range(k // 2)]
    kind = model["rope_scaling"]
    if kind == "linear":
        return [f / factor for f in plain], 1.0
    if kind == "llama3":
        low, high = model["rope_low_freq_factor"], model["rope_high_freq_factor"]
        scaled = []
        for f in plain:
            wavelength = 2 * math.pi / f
            if wavelength < original / high:
                scaled.append(f)
            elif wavelength > original / low:
                scaled.append(f / factor)
            else:
                smooth = (original / wavelength - low) / (high - low)
                scaled.append((1 - smooth) * f / factor + smooth * f)
        return scaled, 1.0
    if kind == "yarn":
        def dim(turns):
            return k * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))

        low, high = max(math.floor(dim(32)), 0), min(math.ceil(dim(1)), k - 1)
        scaled = []
        for j, f in enumerate(plain):
            ramp = min(1.0, max(0.0, (j - low) / max(high - low, 0.001)))
            scaled.append(f / factor * ramp + f * (1 - ramp))
        return scaled, 0.1 * math.log(factor) + 1
    return plain, 1.0


def attention(q, k, v, causal):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if causal:
        t = q.shape[-2]
        scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), -math.inf)
    return scores.softmax(-1) @ v


def split(x, heads):
    b, t, d = x.shape
    return x.view(b, t, heads, d // heads).transpose(1, 2)


def join(x):
    b, h, t, k = x.shape
    return x.transpose(1, 2).reshape(b, t, h * k)


def layer_norm(p, name, x, epsilon):
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.pow(2).mean(-1, keepdim=True) + epsilon).sqrt() * p[name + ".weight"] + p[name + ".bias"]


def gpt2(p, m, batch):
    t = batch["inputs"].shape[1]
    x = p["wte.weight"][batch["inputs"]] + p["wpe.weight"][:t]
    for i in range(m["layers"]):
        h = f"h.{i}."
        n = layer_norm(p, h + "ln_1", x, 1e-5)
        q, k, v = (n @ p[h + "attn.c_attn.weight"] + p[h + "attn.c_attn.bias"]).chunk(3, -1)
        a = join(attention(*(split(y, m["heads"]) for y in (q, k, v)), True))
        x = x + a @ p[h + "attn.c_proj.weight"] + p[h + "attn.c_proj.bias"]
        n = layer_norm(p, h + "ln_2", x, 1e-5)
        u = n @ p[h + "mlp.c_fc.weight"] + p[h + "mlp.c_fc.bias"]
        u = 0.5 * u * (1 + torch.tanh(math.sqrt(2 / math.pi) * (u + 0.044715 * u.pow(3))))
        x = x + u @ p[h + "mlp.c_proj.weight"] + p[h + "mlp.c_proj.bias"]
    return layer_norm(p, "ln_f", x, 1e-5) @ p["wte.weight"].T


def llama(p, m, batch):
    frequencies, magnitude = rotary_frequencies(m)
    t = batch["inputs"].shape[1]
    angles = torch.outer(torch.arange(t, dtype=torch.float64), torch.tensor(frequencies, dtype=torch.float64))
    turn = torch.polar(torch.full_like(angles, magnitude), angles)

    def rms(name, x):
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * p[name + ".weight"]

    def rotate(x):
        half = x.shape[-1] // 2
        turned = torch.complex(x[..., :half].double(), x[..., half:].double()) * turn
        return torch.cat((turned.real, turned.imag), -1).to(x.dtype)

    groups = m["kv_heads"] or m["heads"]
    x = p["model.embed_tokens.weight"][batch["inputs"]]
    for i in range(m["layers"]):
        h = f"model.layers.{i}."
        n = rms(h + "input_layernorm", x)
        q = rotate(split(n @ p[h + "self_attn.q_proj.weight"].T, m["heads"]))
        k = rotate(split(n @ p[h + "self_attn.k_proj.weight"].T, groups))
        v = split(n @ p[h + "self_attn.v_proj.weight"].T, groups)
        k, v = (y.repeat_interleave(m["heads"] // groups, 1) for y in (k, v))
        x = x + join(attention(q, k, v, True)) @ p[h + "self_attn.o_proj.weight"].T
        n = rms(h + "post_attention_layernorm", x)
        gate = n @ p[h + "mlp.gate_proj.weight"].T
        x = x + (gate * torch.sigmoid(gate) * (n @ p[h + "mlp.up_proj.weight"].T)) @ p[h + "mlp.down_proj.weight"].T
    head = p.get("lm_head.weight", p["model.embed_tokens.weight"])
    return rms("model.norm", x) @ head.T


def bert(p, m, batch):
    def linear(name, x):
        return x @ p[name + ".weight"].T + p[name + ".bias"]

    def gelu(x):
        return 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))

    e = "bert.embeddings."
    t = batch["inputs"].shape[1]
    x = p[e + "word_embeddings.weight"][batch["inputs"]] + p[e + "position_embeddings.weight"][:t]
    x = layer_norm(p, e + "LayerNorm", x + p[e + "token_type_embeddings.weight"][batch["types"]], 1e-12)
    for i in range(m["layers"]):
        h = f"bert.encoder.layer.{i}."
        q, k, v = (split(linear(h + "attention.self." + n, x), m["heads"]) for n in ("query", "key", "value"))
        a = linear(h + "attention.output.dense", join(attention(q, k, v, False)))
        x = layer_norm(p, h + "attention.output.LayerNorm", x + a, 1e-12)
        u = linear(h + "output.dense", gelu(linear(h + "intermediate.dense", x)))
        x = layer_norm(p, h + "output.LayerNorm", x + u, 1e-12)
    c = "cls.predictions."
    n = layer_norm(p, c + "transform.LayerNorm", gelu(linear(c + "transform.dense", x)), 1e-12)
    batch["pair"] = None
    if m["next_sentence"]:
        batch["pair"] = linear("cls.seq_relationship", torch.tanh(linear("bert.pooler.dense", x[:, 0])))
    return n @ p[e + "word_embeddings.weight"].T + p[c + "bias"]


def loss_of(p, m, batch):
    logits = {"gpt2": gpt2, "llama": llama, "bert": bert}[m["architecture"]](p, m, batch)
    loss = F.cross_entropy(logits.flatten(0, 1), batch["targets"].flatten(), ignore_index=-1)
    if batch.get("pair") is not None:
        loss = loss + F.cross_entropy(batch["pair"], batch["related"])
    return loss


def learning_rate(training, step):
    peak, low, warm = training["learning_rate"], training["min_learning_rate"], training["warmup_steps"]
    if step < warm:
        return peak * (step + 1) / warm
    done = (step - warm) / max(1, training["steps"] - warm)
    return low + 0.5 * (peak - low) * (1 + math.cos(math.pi * min(1, done)))


def main():
    directory, kind = sys.argv[1], torch.float64 if sys.argv[2:] == ["float64"] else torch.float32
    run = json.load(open(f"{directory}/run.json"))
    m, training = run["model"], run["training"]

    def floats(name):
        return torch.frombuffer(bytearray(open(f"{directory}/{name}", "rb").read()), dtype=torch.float32).to(kind)

    flat, gradient = floats("params.f32"), floats("gradient.f32")
    p = {}
    for entry in run["parameters"]:
        end = entry["offset"] + math.prod(entry["shape"])
        p[entry["name"]] = flat[entry["offset"]:end].clone().view(entry["shape"]).requires_grad_()
    decayed = [p[entry["name"]] for entry in run["parameters"] if entry["decay"]]
    others = [p[entry["name"]] for entry in run["parameters"] if not entry["decay"]]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": training["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        betas=(training["beta1"], training["beta2"]), eps=training["epsilon"])
    integers = torch.frombuffer(bytearray(open(f"{directory}/batches.i32", "rb").read()), dtype=torch.int32).long()
    b, t = run["sequences"], m["context"]
    ours = [float(line) for line in open(f"{directory}/losses.txt")]
    worst_loss = worst_gradient = 0.0
    worst_name = ""
    for step in range(run["steps"]):
        i, y, s, r = integers[step * b * (3 * t + 1):(step + 1) * b * (3 * t + 1)].split([b * t, b * t, b * t, b])
        batch = {"inputs": i.view(b, t), "targets": y.view(b, t), "types": s.view(b, t), "related": r}
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(training, step)
        optimizer.zero_grad()
        loss = loss_of(p, m, batch)
        loss.backward()
        worst_loss = max(worst_loss, abs(ours[step] / loss.item() - 1))
        if step == 0:
            for entry in run["parameters"]:
                theirs = p[entry["name"]].grad.flatten()
                mine = gradient[entry["offset"]:entry["offset"] + theirs.numel()]
                # A key's bias moves every score of a row alike: its gradient is zero but for rounding.
                scale = max(theirs.norm().item(), 1e-3 * gradient.norm().item() / math.sqrt(len(p)))
                difference = (theirs - mine).norm().item() / scale
                if difference > worst_gradient:
                    worst_gradient, worst_name = difference, entry["name"]
        optimizer.step()
    print(f"{m['architecture']}: {len(p)} parameters, {run['steps']} losses {ours[0]:.6f} to {ours[-1]:.6f}; largest relative "
          f"difference of losses {worst_loss:.1e}, of gradients {worst_gradient:.1e} ({worst_name})")
    sys.exit(worst_loss > 1e-4 or worst_gradient > 1e-4)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
