"""MB/s of text to token ids on one thread, by the libraries of PyPI: tokenizers, tiktoken, rs_bpe (where they are installed).

    encode.py ROUNDS TOKENIZER TEXT...

TOKENIZER is gpt2 or a tokenizer.json; TEXT a file, .jsonl with "text" or plain, .gz too. tiktoken reads its ranks out of the
tokenizer.json, or GPT-2's out of jtokkit's jar (JTOKKIT, else Maven's repository), so that nothing is fetched. rs_bpe has
cl100k_base and o200k_base of its own alone: it encodes with the first of them, whatever the tokenizer is.
The time is the thread's own.
"""

import base64
import glob
import gzip
import json
import os
import sys
import time
import zipfile

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

WARM_UP = 1
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"


def texts(files):
    for name in files:
        with (gzip.open if name.endswith(".gz") else open)(name, "rb") as file:
            content = file.read().decode()
        if ".jsonl" in name:
            yield from (json.loads(line)["text"] for line in content.splitlines() if line)
        else:
            yield content


def gpt2_ranks():
    jar = os.environ.get("JTOKKIT") or glob.glob(
        os.path.expanduser("~/.m2/repository/com/knuddels/jtokkit/*/jtokkit-*.jar"))[0]
    with zipfile.ZipFile(jar) as archive:
        lines = archive.read("com/knuddels/jtokkit/r50k_base.tiktoken").splitlines()
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}


def byte_of_spelling():
    printable = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or b >= 174]
    others = [b for b in range(256) if b not in printable]
    return {chr(b): b for b in printable} | {chr(256 + i): b for i, b in enumerate(others)}


def file_ranks(path):
    with open(path, encoding="utf-8") as file:
        tokenizer = json.load(file)
    spelling = byte_of_spelling()
    added = {token["content"] for token in tokenizer["added_tokens"]}
    ranks = {}
    for token, rank in tokenizer["model"]["vocab"].items():
        if token not in added and all(c in spelling for c in token):
            ranks[bytes(spelling[c] for c in token)] = rank
    pattern = tokenizer["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]
    return ranks, pattern


def is_byte_level(path):
    """Whether a file's ranks can be tiktoken's."""
    with open(path, encoding="utf-8") as file:
        tokenizer = json.load(file)
    parts = (tokenizer.get("pre_tokenizer") or {}).get("pretokenizers") or []
    return tokenizer["model"]["type"] == "BPE" and bool(parts) and "Regex" in parts[0].get("pattern", {})


def measure(name, rounds, documents, size, encode):
    figures = []
    for round_number in range(-WARM_UP, rounds):
        started, wall = time.thread_time(), time.perf_counter()
        tokens = sum(len(encode(text)) for text in documents)
        ran, passed = time.thread_time() - started, time.perf_counter() - wall
        if round_number >= 0:
            figures.append((size / 1e6 / ran, size / 1e6 / passed))
    figures.sort()
    cpu, wall = figures[len(figures) // 2]
    print(f"{name:28s} {tokens} tokens   median {cpu:7.3f} MB/s of the thread's time, {wall:7.3f} of the wall's", flush=True)


def main():
    rounds, tokenizer = int(sys.argv[1]), sys.argv[2]
    documents = list(texts(sys.argv[3:]))
    size = sum(len(text.encode()) for text in documents)
    if tokenizer != "gpt2":
        import tokenizers

        library = tokenizers.Tokenizer.from_file(tokenizer)
        measure("tokenizers", rounds, documents, size, lambda text: library.encode(text, add_special_tokens=False).ids)
    if tokenizer != "gpt2" and not is_byte_level(tokenizer):
        return  # The others know nothing else.
    try:
        import tiktoken

        ranks, pattern = (gpt2_ranks(), GPT2) if tokenizer == "gpt2" else file_ranks(tokenizer)
        encoding = tiktoken.Encoding("bench", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
        measure("tiktoken", rounds, documents, size, encoding.encode_ordinary)
    except ImportError:
        print("tiktoken: not installed")
    try:
        from rs_bpe.bpe import openai

        measure("rs_bpe, cl100k_base", rounds, documents, size, openai.cl100k_base().encode)
    except ImportError:
        print("rs_bpe: not installed")


if __name__ == "__main__":
    main()
