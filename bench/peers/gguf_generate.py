#!/usr/bin/env python3
"""Reads what `weft export --format gguf` wrote by the package gguf, and has llama.cpp write text with it.

    python3 bench/peers/gguf_generate.py DIR    as org.weft.bench.GgufParity made it

Needs gguf and one binding of llama.cpp: xllamacpp or llama-cpp-python (pip install gguf xllamacpp). For each model and type: the prompt's
tokens by the tokenizer in the file, and greedy text beside Weft's. float32 and float16 must agree, or differ first at a token
where Weft's first choice was nearer to its second than MARGIN; of Q8_0 and Q4_0 it says how many tokens agree. With xllamacpp it says,
too, how far llama.cpp's leads of first choices were from Weft's on the way: its rounding, by number. Ends with status 1 where
something must agree and does not.
"""
import json
import pathlib
import sys

import gguf

MARGIN = 0.02  # of logits: llama.cpp multiplies float16 by float16, and looks up GELU and SiLU in a table of float16
TOKENS = 100


def by_xllamacpp(path, prompt, ids):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx = 256
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    server = xllamacpp.Server(params)
    answer = server.handle_completions({"prompt": prompt, "max_tokens": TOKENS, "temperature": 0, "top_k": 1, "logprobs": 2,
                                        "cache_prompt": False, "repeat_penalty": 1.0})
    read = answer["usage"]["prompt_tokens"]
    said = answer["choices"][0]["logprobs"]["content"]
    leads = [token["top_logprobs"][0]["logprob"] - token["top_logprobs"][1]["logprob"] for token in said]
    return ids if read == len(ids) else [f"{read} tokens"], [token["id"] for token in said], leads


def by_llama_cpp_python(path, prompt, ids):
    import llama_cpp

    model = llama_cpp.Llama(str(path), n_ctx=256, n_batch=256, n_threads=1, verbose=False, type_k=llama_cpp.GGML_TYPE_F32,
                            type_v=llama_cpp.GGML_TYPE_F32)
    tokens = model.tokenize(prompt.encode(), add_bos=True, special=False)
    written = []
    for token in model.generate(ids, top_k=1, top_p=1.0, min_p=0.0, temp=0.0, repeat_penalty=1.0):
        written.append(token)
        if len(written) == TOKENS:
            break
    return tokens, written, []


def generate(path, prompt, ids):
    try:
        import llama_cpp  # noqa: F401
    except ImportError:
        return by_xllamacpp(path, prompt, ids)
    return by_llama_cpp_python(path, prompt, ids)


def judged(directory, kind, facts):
    """Lines of what is wrong, and a line of what was seen."""
    path = directory / kind / "model.gguf"
    reader = gguf.GGUFReader(path)
    fields = {name: field for name, field in reader.fields.items()}
    wrong = []
    for tensor in reader.tensors:
        if not tensor.data.size:
            wrong.append(f"{tensor.name} is empty")
    prompt, written, leads = generate(path, facts["prompt"], facts["prompt_ids"])
    if list(prompt) != facts["prompt_ids"]:
        wrong.append(f"prompt: {list(prompt)} instead of {facts['prompt_ids']}")
    expected = facts["tokens"][: len(written)]
    same = next((i for i, pair in enumerate(zip(written, expected)) if pair[0] != pair[1]), len(written))
    seen = f"{len(fields)} keys, {len(reader.tensors)} tensors, {same} of {len(written)} tokens as Weft's"
    if leads and same:
        seen += f", leads {max(abs(a - b) for a, b in zip(leads[:same], facts['margins'])):.1e} apart at most"
    if same < len(written):
        margin = facts["margins"][same]
        seen += f"; Weft's first choice there was ahead by {margin:.4f}"
        if kind in ("f32", "f16") and margin > MARGIN:
            wrong.append(f"token {same} differs")
    if len(written) < TOKENS and written[-1:] != [259]:
        wrong.append(f"only {len(written)} tokens")
    return wrong, seen


def main():
    failed = False
    for directory in sorted(pathlib.Path(sys.argv[1]).iterdir()):
        facts = json.loads((directory / "facts.json").read_text())
        for kind in ("f32", "f16", "q8_0", "q4_0"):
            wrong, seen = judged(directory, kind, facts)
            print(f"{directory.name:10} {kind:5} {seen}{''.join('; WRONG: ' + line for line in wrong)}", flush=True)
            failed |= bool(wrong)
    sys.exit(failed)


main()
