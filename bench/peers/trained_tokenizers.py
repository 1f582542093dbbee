#!/usr/bin/env python3
"""Corpora with trained tokenizers beside Hugging Face's and SentencePiece's trainers.

usage: trained_tokenizers.py TEXTS.jsonl CORPUS_DIR...

TEXTS.jsonl is what each corpus was prepared from, an object with "text" a line. Of each corpus:
  ids     every document of its shards beside what `tokenizers` makes of the same text with its tokenizer.json
  back    documents that decoding gives back as they were
  tokens  bytes per token, beside a vocabulary of the same size that `tokenizers` trains with the same normalizer and
          pre-tokenizer, and one that `sentencepiece` trains on the texts' lines, with a blank before each where
          `tokenizer.add_prefix_space` puts one

Needs tokenizers, sentencepiece and numpy (PyPI). `PEERS=ids` leaves the trainers out.
"""
import hashlib
import io
import json
import os
import sys
import time

import numpy
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

BATCH = 256


def shards(corpus, manifest):
    """Ids of every document, without the token that ends it."""
    for split in ("train", "val"):
        for shard in manifest[split]["shards"]:
            with open(os.path.join(corpus, shard["file"]), "rb") as file:
                raw = file.read()
            width, tokens, documents = (int(x) for x in numpy.frombuffer(raw, "<u4,<u8,<u8", 1, 12)[0])
            ids = numpy.frombuffer(raw, "<u%d" % width, tokens, 64)
            starts = numpy.frombuffer(raw, "<u8", documents, 64 + tokens * width)
            for start, end in zip(starts, list(starts[1:]) + [tokens]):
                yield ids[int(start):int(end) - 1]


def key(ids):
    return hashlib.sha256(numpy.asarray(ids, "<u4").tobytes()).digest()


def batches(tokenizer, texts):
    for at in range(0, len(texts), BATCH):
        yield from zip(texts[at:at + BATCH], tokenizer.encode_batch(texts[at:at + BATCH], add_special_tokens=False))


def compare_ids(corpus, manifest, texts):
    with open(os.path.join(corpus, manifest["tokenizer_file"])) as file:
        content = json.load(file)
    # A text is text: special tokens that it spells are found by none.
    content["added_tokens"] = [token for token in content["added_tokens"] if not token["special"]]
    content["post_processor"] = None
    tokenizer = Tokenizer.from_str(json.dumps(content))
    tokens = size = back = 0
    expected = {}
    for text, encoding in batches(tokenizer, texts):
        tokens += len(encoding.ids)
        size += len(text.encode())
        back += tokenizer.decode(encoding.ids, skip_special_tokens=False) == text
        expected[key(encoding.ids)] = text
    found = {key(ids) for ids in shards(corpus, manifest)}
    wrong = found - expected.keys()
    missing = expected.keys() - found
    print(f"  ids: {len(found)} documents, {len(wrong)} that the library encodes otherwise, {len(missing)} not there")
    print(f"  back: {back} of {len(texts)}; {size / tokens:.4f} bytes per token")
    return content, tokenizer, tokens, not wrong


def trained(content, tokenizer, vocabulary, texts):
    kind = content["model"]["type"]
    special = {"show_progress": False, "special_tokens": ["<|endoftext|>"]}
    if kind == "BPE":
        peer = Tokenizer(models.BPE())
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(vocab_size=vocabulary, min_frequency=2, initial_alphabet=alphabet, **special)
    elif kind == "Unigram":  # Without the bytes, which it does not know of: as many pieces as Weft's has.
        peer = Tokenizer(models.Unigram())
        special["special_tokens"].append("<unk>")
        trainer = trainers.UnigramTrainer(vocab_size=vocabulary - 256, unk_token="<unk>", **special)
    else:
        peer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        special["special_tokens"] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        trainer = trainers.WordPieceTrainer(vocab_size=vocabulary, min_frequency=2, **special)
    if tokenizer.normalizer is not None:
        peer.normalizer = tokenizer.normalizer
    peer.pre_tokenizer = tokenizer.pre_tokenizer
    begun = time.time()
    peer.train_from_iterator(texts, trainer)
    seconds = time.time() - begun
    return sum(len(encoding.ids) for _, encoding in batches(peer, texts)), seconds


def prefixed(content):
    normalizer = content.get("normalizer") or {}
    return any(step["type"] == "Prepend" for step in normalizer.get("normalizers", [normalizer]) if step)


def sentencepiece_trained(kind, vocabulary, lines, blank):
    import sentencepiece

    model = io.BytesIO()
    begun = time.time()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, vocab_size=vocabulary, model_type=kind.lower(),
        byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=blank,
        character_coverage=1.0, max_sentence_length=1 << 20, minloglevel=2)
    seconds = time.time() - begun
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return sum(len(ids) for ids in processor.encode(lines)), seconds


def main():
    with open(sys.argv[1]) as file:
        texts = [json.loads(line)["text"] for line in file]
    equal = True
    for corpus in sys.argv[2:]:
        with open(os.path.join(corpus, "manifest.json")) as file:
            manifest = json.load(file)
        print(f"{corpus}: vocabulary {manifest['vocab_size']}")
        content, tokenizer, tokens, same = compare_ids(corpus, manifest, texts)
        equal &= same
        if os.environ.get("PEERS") == "ids":
            continue
        kind = content["model"]["type"]
        theirs, seconds = trained(content, tokenizer, manifest["vocab_size"], texts)
        print(f"  tokens: {tokens}, tokenizers' {kind} trainer {theirs} in {seconds:.1f} s: {tokens / theirs:.4f}")
        if kind != "WordPiece":
            lines = [line for text in texts for line in text.split("\n") if line]
            ours = sum(len(encoding.ids) for _, encoding in batches(tokenizer, lines))
            theirs, seconds = sentencepiece_trained(kind, manifest["vocab_size"], lines, prefixed(content))
            print(f"  of lines: {ours}, sentencepiece's {theirs} in {seconds:.1f} s: {ours / theirs:.4f}")
    sys.exit(0 if equal else 1)


if __name__ == "__main__":
    main()
