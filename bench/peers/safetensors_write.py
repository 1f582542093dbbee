#!/usr/bin/python3
"""Makes a Hugging Face directory of a tiny random model, written anew from the public safetensors format.

    /usr/bin/python3 bench/peers/safetensors_write.py --family llama --dtype bf16 --files 2 --out DIR

Writes DIR/config.json and DIR/model.safetensors (or its shards and their index), and beside it what is in them:
DIR.f32, all parameters as float32 little-endian in the order of the forward pass, and DIR.json, each one's name, shape and
first element there. Buffers and tied copies that such files carry are written too, and are not part of DIR.f32.
Needs Debian's python3-torch and nothing else.
"""
import argparse
import json
import math
import os
import struct

import torch

DTYPES = {"f32": ("F32", torch.float32), "f16": ("F16", torch.float16), "bf16": ("BF16", torch.bfloat16)}
V, T, D, L, H = 61, 16, 32, 2, 4


def gpt2():
    yield "wte.weight", (V, D)
    yield "wpe.weight", (T, D)
    for i in range(L):
        for norm, first, second in (
            ("ln_1", ("attn.c_attn", D, 3 * D), ("attn.c_proj", D, D)),
            ("ln_2", ("mlp.c_fc", D, 4 * D), ("mlp.c_proj", 4 * D, D)),
        ):
            yield f"h.{i}.{norm}.weight", (D,)
            yield f"h.{i}.{norm}.bias", (D,)
            for name, inputs, outputs in (first, second):
                yield f"h.{i}.{name}.weight", (inputs, outputs)
                yield f"h.{i}.{name}.bias", (outputs,)
    yield "ln_f.weight", (D,)
    yield "ln_f.bias", (D,)


def llama():
    shared, hidden = D // H * 2, 88
    yield "model.embed_tokens.weight", (V, D)
    for i in range(L):
        block = f"model.layers.{i}."
        yield block + "input_layernorm.weight", (D,)
        for name, rows in (("q", D), ("k", shared), ("v", shared), ("o", D)):
            yield block + f"self_attn.{name}_proj.weight", (rows, D)
        yield block + "post_attention_layernorm.weight", (D,)
        for name, shape in (("gate", (hidden, D)), ("up", (hidden, D)), ("down", (D, hidden))):
            yield block + f"mlp.{name}_proj.weight", shape
    yield "model.norm.weight", (D,)
    yield "lm_head.weight", (V, D)


def bert():
    def dense(name, outputs, inputs):
        yield name + ".weight", (outputs, inputs)
        yield name + ".bias", (outputs,)

    def norm(name):
        yield name + ".weight", (D,)
        yield name + ".bias", (D,)

    embeddings = "bert.embeddings."
    yield embeddings + "word_embeddings.weight", (V, D)
    yield embeddings + "position_embeddings.weight", (T, D)
    yield embeddings + "token_type_embeddings.weight", (2, D)
    yield from norm(embeddings + "LayerNorm")
    for i in range(L):
        block = f"bert.encoder.layer.{i}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            yield from dense(block + name, D, D)
        yield from norm(block + "attention.output.LayerNorm")
        yield from dense(block + "intermediate.dense", 4 * D, D)
        yield from dense(block + "output.dense", D, 4 * D)
        yield from norm(block + "output.LayerNorm")
    yield from dense("bert.pooler.dense", D, D)
    yield from dense("cls.seq_relationship", 2, D)
    yield from dense("cls.predictions.transform.dense", D, D)
    yield from norm("cls.predictions.transform.LayerNorm")
    yield "cls.predictions.bias", (V,)


FAMILIES = {
    "gpt2": (
        gpt2,
        {
            "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": V, "n_layer": L, "n_embd": D,
            "n_head": H, "n_positions": T, "n_ctx": T, "n_inner": None, "activation_function": "gelu_new",
            "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0, "layer_norm_epsilon": 1e-5,
        },
    ),
    "llama": (
        llama,
        {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": V, "num_hidden_layers": L,
            "hidden_size": D, "num_attention_heads": H, "num_key_value_heads": 2, "intermediate_size": 88,
            "max_position_embeddings": T, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False,
            "rope_theta": 500000.0,
            "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                             "original_max_position_embeddings": 8},
        },
    ),
    "bert": (
        bert,
        {
            "architectures": ["BertForPreTraining"], "model_type": "bert", "vocab_size": V, "num_hidden_layers": L,
            "hidden_size": D, "num_attention_heads": H, "intermediate_size": 4 * D, "max_position_embeddings": T,
            "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": "gelu",
        },
    ),
}


def companions(family, tensors):
    """Tensors that real files carry and that are no parameters."""
    if family == "gpt2":
        yield "lm_head.weight", tensors["wte.weight"]
        for i in range(L):
            yield f"h.{i}.attn.bias", torch.ones(T, T).tril().view(1, 1, T, T)
    if family == "llama":
        for i in range(L):
            yield f"model.layers.{i}.self_attn.rotary_emb.inv_freq", torch.ones(D // H // 2)
    if family == "bert":
        yield "cls.predictions.decoder.weight", tensors["bert.embeddings.word_embeddings.weight"]
        yield "cls.predictions.decoder.bias", tensors["cls.predictions.bias"]


def raw(tensor):
    return bytes(tensor.contiguous().flatten().view(torch.uint8).tolist())


def write(path, tensors, code):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in tensors:
        part = raw(tensor)
        header[name] = {"dtype": code, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=FAMILIES, required=True)
    parser.add_argument("--dtype", choices=DTYPES, default="f32")
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    os.makedirs(a.out)
    torch.manual_seed(a.seed)
    code, dtype = DTYPES[a.dtype]
    table, config = FAMILIES[a.family]

    parameters = {name: torch.randn(shape).to(dtype) for name, shape in table()}
    index, at = [], 0
    with open(a.out + ".f32", "wb") as f:
        for name, tensor in parameters.items():
            index.append({"name": name, "shape": list(tensor.shape), "offset": at})
            at += math.prod(tensor.shape)
            f.write(raw(tensor.float()))
    with open(a.out + ".json", "w") as f:
        json.dump(index, f)

    tensors = sorted([*parameters.items(), *((n, t.to(dtype)) for n, t in companions(a.family, parameters))])
    with open(os.path.join(a.out, "config.json"), "w") as f:
        json.dump({**config, "torch_dtype": str(dtype).split(".")[1]}, f, indent=2)
    if a.files == 1:
        write(os.path.join(a.out, "model.safetensors"), tensors, code)
        return
    where = {}
    for i in range(a.files):
        name = f"model-{i + 1:05d}-of-{a.files:05d}.safetensors"
        write(os.path.join(a.out, name), tensors[i :: a.files], code)
        where.update((tensor, name) for tensor, _ in tensors[i :: a.files])
    with open(os.path.join(a.out, "model.safetensors.index.json"), "w") as f:
        json.dump({"metadata": {}, "weight_map": where}, f)


if __name__ == "__main__":
    main()
