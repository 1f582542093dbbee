#!/usr/bin/env python3
"""Perplexity of texts under a Hugging Face directory: Weft beside `transformers`, each with its own tokenizer and model.

    python3 bench/peers/perplexity.py MODEL_DIR TEXTS.jsonl [COUNT]

Needs torch and transformers (pip install torch transformers). TEXTS.jsonl has a text a line under the key "text"; the first
COUNT (50) are taken. WEFT names the launcher (./weft). Ends with status 1 where the two differ by more than 1e-4 relative.

gpt2, llama   `weft evaluate --input`: exp of the mean loss of all predicted tokens. A text is tokenized with what its
              tokenizer puts around it; of each all but the first token is predicted, in windows of the model's context.
bert          `weft fill`: the word in the middle of each text is masked, and the perplexity is that of the first token of
              the word that stood there (a pseudo-perplexity: bidirectional models have no other).
"""
import json
import math
import os
import subprocess
import sys
import tempfile

import torch
import transformers

WEFT = os.environ.get("WEFT", "./weft")
MASKED_CHARACTERS = 40  # Of a text around the mask: tiny models see few tokens.


def weft(*arguments):
    run = subprocess.run([WEFT, *arguments], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(run.stdout.strip().splitlines()[-1])


def tokenizer_of(directory):
    """The class that the directory names; a tokenizer.json alone is taken as it stands."""
    if os.path.exists(f"{directory}/tokenizer_config.json"):
        return transformers.AutoTokenizer.from_pretrained(directory)
    return transformers.PreTrainedTokenizerFast(tokenizer_file=f"{directory}/tokenizer.json")


def causal(directory, texts):
    tokenizer = tokenizer_of(directory)
    model = transformers.AutoModelForCausalLM.from_pretrained(directory).eval()
    context = model.config.max_position_embeddings
    nats, count = 0.0, 0
    for text in texts:
        ids = torch.tensor(tokenizer(text)["input_ids"])  # (T)
        for start in range(0, len(ids) - 1, context):
            inputs, targets = ids[start:start + context], ids[start + 1:start + context + 1]
            inputs = inputs[:len(targets)]
            with torch.no_grad():
                logits = model(inputs[None]).logits[0].double()  # (T, V)
            nats += torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item()
            count += len(targets)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/texts.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            out.writelines(json.dumps({"text": text}) + "\n" for text in texts)
        said = weft("evaluate", "--checkpoint", directory, "--input", path, "--set", "cluster.master=local[1]")
    return math.exp(nats / count), count, said["perplexity"], said["tokens"]


def masked(directory, texts):
    tokenizer = tokenizer_of(directory)
    model = transformers.AutoModelForMaskedLM.from_pretrained(directory).eval()
    ids = {name: tokenizer.convert_tokens_to_ids(name) for name in ("[CLS]", "[SEP]", "[MASK]")}
    nats, own, predicted = 0.0, 0.0, 0
    for text in texts:
        words = text[:MASKED_CHARACTERS].split()
        at = len(words) // 2
        target = tokenizer.encode(" " + words[at], add_special_tokens=False)[0]
        prompt = " ".join(words[:at] + ["[MASK]"] + words[at + 1:])
        inner = tokenizer.encode(prompt, add_special_tokens=False)
        framed = torch.tensor([[ids["[CLS]"], *inner, ids["[SEP]"]]])  # (1, T)
        with torch.no_grad():
            logits = model(framed).logits[0].double()  # (T, V)
        place = framed[0].tolist().index(ids["[MASK]"])
        nats -= torch.log_softmax(logits[place], -1)[target].item()
        said = weft("fill", "--checkpoint", directory, "--top-k", str(model.config.vocab_size), "--text", prompt)
        own -= math.log(next(filled["probability"] for filled in said["masks"][0] if filled["id"] == target))
        predicted += len(said["masks"])
    return math.exp(nats / len(texts)), len(texts), math.exp(own / len(texts)), predicted


def main():
    directory, path = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    with open(path, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines][:count]
    with open(f"{directory}/config.json", encoding="utf-8") as config:
        family = json.load(config)["model_type"]
    theirs, predicted, ours, tokens = (masked if family == "bert" else causal)(directory, texts)
    difference = abs(ours - theirs) / theirs
    print(f"{family}: {len(texts)} texts; transformers {theirs:.6f} over {predicted} tokens, weft {ours:.6f} over {tokens};"
          f" relative difference {difference:.1e}")
    return 0 if difference < 1e-4 and predicted == tokens else 1


if __name__ == "__main__":
    sys.exit(main())
