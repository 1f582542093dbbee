#!/usr/bin/env python3
"""Fine-tuned classes of a Hugging Face directory: Weft's outputs beside `transformers`, both ways.

    python3 bench/peers/tuned_classes.py DIR [FAMILY...]    names in FAMILIES or RELATIVES below; else all

Needs torch, transformers and tokenizers (pip install torch transformers). Makes a tiny random model of each class in DIR
and has Weft's outputs of some sequences (org.weft.bench.ModelOutputs; OUTPUTS names a launcher that takes MODEL and a file
of token ids, default bench/outputs.sh), `weft import` and `weft export` (WEFT, default ./weft): the outputs equal to
1e-5, the exported directory loaded without a warning or a tensor that is missing or left over, and its outputs equal, too.
Sequence classes are also asked by text: `weft predict` on the directory as it is; qa of BERT and RoBERTa about passages of many
windows. Of Llama's relatives one case a class that the library has. Ends with status 1 where one is not so.
"""
import json
import logging
import os
import random
import shutil
import subprocess
import sys

import tokenizers
import torch
import transformers

WEFT = os.environ.get("WEFT", "./weft")
OUTPUTS = os.environ.get("OUTPUTS", "bench/outputs.sh")
WORDS = [f"w{i}" for i in range(60)]
TOLERANCE = 1e-5


FAMILIES = ["Bert", "GPT2", "Llama", "Roberta", "XLMRoberta", "DistilBert", "ModernBert"]
RELATIVES = {
    "Mistral": dict(num_key_value_heads=2, sliding_window=6),
    "Mixtral": dict(num_key_value_heads=2, num_local_experts=4, num_experts_per_tok=2, sliding_window=None),
    "Qwen2": dict(num_key_value_heads=2),
    "Qwen3": dict(num_key_value_heads=2, head_dim=12),
    "SmolLM3": dict(num_key_value_heads=2, no_rope_layers=[1, 1, 1, 0]),
    "Olmo2": dict(num_key_value_heads=2),
    "Gemma2": dict(num_key_value_heads=2, head_dim=12, sliding_window=6),
    "Gemma3Text": dict(num_key_value_heads=2, head_dim=12, sliding_window=6),
    "Phi3": dict(num_key_value_heads=2),
    "GPTNeoX": {},
}


def tokenizer(directory, family):
    bert = family in ("Bert", "DistilBert", "ModernBert")
    if family in ("Roberta", "XLMRoberta"):
        return of_roberta(directory)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "</s>"]
    vocabulary = {word: i for i, word in enumerate(special + WORDS)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    if bert:
        made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = dict(pad_token="[PAD]", unk_token="[UNK]")
    names.update(dict(cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]") if bert else dict(eos_token="</s>"))
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=made, **names)
    fast.save_pretrained(directory)
    return fast


def of_roberta(directory):
    vocabulary = {word: i for i, word in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>", "<x>"] + WORDS)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>",
        unk_token="<unk>", mask_token="<mask>")
    fast.save_pretrained(directory)
    return fast


def config(family, **more):
    common = dict(vocab_size=70, **more)  # four rows more than the tokenizer has tokens
    if family in ("Roberta", "XLMRoberta"):
        return getattr(transformers, family + "Config")(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=34, type_vocab_size=1, layer_norm_eps=1e-5, **common)
    if family == "ModernBert":
        return transformers.ModernBertConfig(
            hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=48, max_position_embeddings=32,
            local_attention=6, pad_token_id=0, bos_token_id=None, eos_token_id=None, cls_token_id=2, sep_token_id=3,
            classifier_pooling="mean" if "problem_type" in more else "cls", **common)
    if family == "DistilBert":
        return transformers.DistilBertConfig(dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=32,
                                             **common)
    if family == "Bert":
        return transformers.BertConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=32, pad_token_id=0, **common)
    if family == "GPT2":
        return transformers.GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=32, pad_token_id=0,
                                       eos_token_id=5, bos_token_id=5, **common)
    if family in RELATIVES:
        return getattr(transformers, family + "Config")(
            hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=48, max_position_embeddings=32,
            pad_token_id=0, eos_token_id=5, bos_token_id=5, **RELATIVES[family], **common)
    return transformers.LlamaConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=48,
        max_position_embeddings=32, pad_token_id=0, eos_token_id=5, bos_token_id=5, **common)


def labels(names):
    return dict(id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})


CASES = [
    ("single", "ForSequenceClassification", dict(problem_type="single_label_classification", **labels(["z", "a", "m"]))),
    ("unsaid", "ForSequenceClassification", dict(num_labels=2)),
    ("multi", "ForSequenceClassification", dict(problem_type="multi_label_classification", **labels(["x", "y", "b"]))),
    ("regression", "ForSequenceClassification", dict(problem_type="regression", num_labels=1)),
    ("tokens", "ForTokenClassification", labels(["O", "B-X", "I-X"])),
    ("qa", "ForQuestionAnswering", {}),
]


def cases(family):
    """Those whose class the library has; of a relative one of each class."""
    few = [case for case in CASES if case[0] in ("single", "tokens", "qa")]
    return [case for case in (few if family in RELATIVES else CASES) if hasattr(transformers, family + case[1])]


class Warnings(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


def loaded(cls, directory):
    """The model, and everything that loading it gave rise to."""
    heard = Warnings()
    logger = logging.getLogger("transformers")
    logger.addHandler(heard)
    try:
        model, info = cls.from_pretrained(directory, output_loading_info=True)
    finally:
        logger.removeHandler(heard)
    return model.eval(), heard.said + [f"{key}: {value}" for key, value in info.items() if value]


def outputs_of(model, sequences):
    """A list a sequence: K numbers of a sequence's class, T K of tokens', T 2 of spans'."""
    said = []
    for ids in sequences:
        with torch.no_grad():
            out = model(input_ids=torch.tensor([ids]))
        if hasattr(out, "start_logits"):
            said.append(torch.stack([out.start_logits[0], out.end_logits[0]], -1).flatten())  # (T 2)
        else:
            said.append(out.logits[0].flatten())
    return said


def weft(*arguments):
    run = subprocess.run([WEFT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode != 0:
        raise SystemExit(f"weft {' '.join(arguments)}: {run.stderr[-2000:]}")
    return json.loads(run.stdout.strip().splitlines()[-1])


def weft_outputs(directory, sequences, path, *more):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(" ".join(map(str, ids)) + "\n" for ids in sequences)
    run = subprocess.run([*OUTPUTS.split(), directory, path, *more], stdout=subprocess.PIPE, check=True, text=True)
    return [torch.tensor([float(x) for x in line.split()]) for line in run.stdout.strip().splitlines()]


def largest(one, other):
    return max((a - b).abs().max().item() for a, b in zip(one, other, strict=True))


def predicted(directory, rows, place, *options):
    """The rows with what `weft predict` says of them, on the directory as it is."""
    with open(f"{place}.jsonl", "w", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    weft("predict", "--checkpoint", directory, "--input", f"{place}.jsonl", "--output", f"{place}.out",
         "--output-format", "jsonl", "--set", "cluster.master=local[1]", *options)
    said = []
    for name in os.listdir(f"{place}.out"):
        if name.startswith("part-"):
            with open(f"{place}.out/{name}", encoding="utf-8") as lines:
                said.extend(map(json.loads, lines))
    return said


def by_windows(directory, model, fast, place, negative):
    """
    Spans of passages of up to eight windows, chosen as run_qa.py chooses them, with or without --version_2_with_negative; the
    difference of their probabilities, or 1.
    """
    rows = [{"question": " ".join(WORDS[(3 * i + j) % 60] for j in range(1 + i % 4)),
             "context": "  ".join(random.Random(i).choices(WORDS, k=5 + 9 * i))} for i in range(20)]
    worst = 0.0
    options = ["--set", "dataset.unanswerable=some"] if negative else []
    shutil.rmtree(f"{place}.out", ignore_errors=True)
    for said in predicted(directory, rows, place, *options):
        windows = fast(said["question"], said["context"], truncation="only_second", max_length=32, stride=32 // 4 - 2,
                       return_overflowing_tokens=True, return_offsets_mapping=True, return_token_type_ids=True)
        best, nothing = (-1e9, 0, 0, 0), (1e9, 0, 0, 0)
        for i, ids in enumerate(windows["input_ids"]):
            with torch.no_grad():
                out = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([windows["token_type_ids"][i]]))
            starts, ends = out.start_logits[0], out.end_logits[0]
            chance = starts.softmax(-1)[:, None] * ends.softmax(-1)[None]
            passage = [t for t, of in enumerate(windows.sequence_ids(i)) if of == 1]
            nothing = min(nothing, ((starts[0] + ends[0]).item(), chance[0, 0].item(), 0, 0))
            for first in passage:
                for last in (t for t in passage if t >= first):
                    at = windows["offset_mapping"][i]
                    best = max(best, ((starts[first] + ends[last]).item(), chance[first, last].item(), at[first][0], at[last][1]))
        _, score, start, end = best if best[0] > nothing[0] or not negative else nothing
        same = (said["start"], said["end"], said["prediction"]) == (start, end, said["context"][start:end])
        worst = max(worst, abs(said["score"] - score) if same else 1.0)
    return worst


def by_text(directory, model, fast, case, place):
    texts = [" ".join(WORDS[(7 * i + j * j) % 60] for j in range(2 + i % 9)) for i in range(20)]
    said = {row["text"]: row for row in predicted(directory, [{"text": text} for text in texts], place)}
    worst = 0.0
    for text in texts:
        logits = outputs_of(model, [fast(text)["input_ids"]])[0]
        if case == "regression":
            worst = max(worst, abs(said[text]["prediction"] - logits.item()))
            continue
        expected = logits.sigmoid() if case == "multi" else logits.softmax(-1)
        for i, p in enumerate(expected.tolist()):
            worst = max(worst, abs(said[text]["probabilities"][model.config.id2label[i]] - p))
    return worst


def main(folder, families):
    torch.manual_seed(3)
    failed = False
    os.makedirs(folder, exist_ok=True)
    for family in families:
        for case, suffix, more in cases(family):
            cls = getattr(transformers, family + suffix)
            place = f"{folder}/{family}-{case}"
            shutil.rmtree(place, ignore_errors=True)
            for name in [f"{place}.out", f"{place}.run", f"{place}.back"]:
                shutil.rmtree(name, ignore_errors=True)
            model = cls(config(family, **more)).eval()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(0.1 * torch.randn_like(parameter))
            model.save_pretrained(place)
            fast = tokenizer(place, family)
            sequences = [[(11 * i + 5 * j) % 60 + 6 for j in range(3 + 2 * i)] for i in range(6)]
            expected = outputs_of(model, sequences)
            there = largest(expected, weft_outputs(place, sequences, f"{place}.ids"))
            text = by_text(place, model, fast, case, place) if "Sequence" in suffix else 0.0
            if case == "qa" and family in ("Bert", "Roberta"):
                text = max(by_windows(place, model, fast, place, negative) for negative in (False, True))
            weft("import", place, "--to", f"{place}.run")
            weft("export", "--checkpoint", f"{place}.run", "--to", f"{place}.back")
            again, warned = loaded(cls, f"{place}.back")
            back = largest(expected, outputs_of(again, sequences))
            named = again.config.id2label == model.config.id2label
            wrong = bool(warned) or not named or max(there, text, back) > TOLERANCE
            failed |= wrong
            print(f"{family + suffix:32} {case:10} outputs {there:.1e} texts {text:.1e} exported {back:.1e}"
                  f"{' labels differ' if not named else ''}{' ' + str(warned) if warned else ''}{' FAILED' if wrong else ''}",
                  flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:] or FAMILIES + list(RELATIVES)))
