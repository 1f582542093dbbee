#!/usr/bin/env python3
"""Beam search beside transformers': the same texts, token by token, of a model that both read.

    weft export --checkpoint RUN --to MODEL
    python3 bench/peers/beam_search.py prompts MODEL COUNT > prompts.jsonl           (prompts of random tokens)
    weft generate --checkpoint MODEL --prompts prompts.jsonl --output texts.jsonl --beams N --length-penalty P --early-stopping E
    python3 bench/peers/beam_search.py compare MODEL texts.jsonl N P E NEW_TOKENS

Fails where a text, its number of tokens or why it ended differs. Needs transformers from PyPI.
"""
import json
import random
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def prompts(model, count):
    tokenizer = AutoTokenizer.from_pretrained(model)
    rng = random.Random(1)
    written = 0
    while written < count:
        text = tokenizer.decode([rng.randrange(260, len(tokenizer)) for _ in range(rng.randint(1, 8))], skip_special_tokens=True)
        if text.strip() and text.isascii() and "\n" not in text:
            print(json.dumps({"prompt": text}))
            written += 1


def compare(model, texts, beams, penalty, early, new_tokens):
    tokenizer = AutoTokenizer.from_pretrained(model)
    judge = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    early = {"true": True, "false": False, "never": "never"}[early]
    rows = [json.loads(line) for line in open(texts, encoding="utf-8")]
    wrong, ended = 0, 0
    for row in rows:
        ids = tokenizer(row["prompt"], return_tensors="pt").input_ids
        with torch.no_grad():
            found = judge.generate(ids, attention_mask=torch.ones_like(ids), num_beams=beams, length_penalty=penalty,
                                   early_stopping=early, do_sample=False, max_new_tokens=new_tokens)[0, ids.shape[1]:].tolist()
        ends = judge.generation_config.eos_token_id
        ends = set(ends if isinstance(ends, list) else [ends])
        reason = "length"
        if found and found[-1] in ends:
            found, reason, ended = found[:-1], "end_of_text", ended + 1
        text = tokenizer.decode(found)
        if (text, len(found), reason) != (row["text"], row["tokens"], row["finish_reason"]):
            wrong += 1
            print(f"{row['prompt']!r}\n  weft         {row['text']!r} {row['tokens']} {row['finish_reason']}\n"
                  f"  transformers {text!r} {len(found)} {reason}")
    print(f"{len(rows)} texts, {ended} of them ended by the model, {beams} beams, length penalty {penalty}, "
          f"early stopping {early}: {wrong} differ")
    return wrong == 0 and bool(rows)


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1] == "prompts":
        prompts(sys.argv[2], int(sys.argv[3]))
    else:
        _, _, model, texts, beams, penalty, early, new_tokens = sys.argv
        sys.exit(0 if compare(model, texts, int(beams), float(penalty), early, int(new_tokens)) else 1)
