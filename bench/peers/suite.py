#!/usr/bin/env python3
"""A suite of tasks on a tiny model, judged by EleutherAI's lm-evaluation-harness over transformers and over a server.

    python bench/peers/suite.py make DIR                  model/ (a Llama that learnt some facts), suite.yaml and its documents;
                                                          served/, the same model for the server
    python bench/peers/suite.py check DIR URL OURS...     URL: of `weft serve --checkpoint facts=DIR/served`
                                                          OURS: what `weft evaluate --suite --output` wrote, once or more often

check prints a line a task and judge, and ends with status 1 where a metric or a document's outcome is not the harness's, where
a log-likelihood is further away than 1e-4, or where two of OURS are not the same bytes. Needs lm_eval[api], transformers, torch.
"""
import json
import math
import os
import random
import shutil
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")
import torch
import yaml

CONTEXT, STEPS = 96, 260
NAMES = ["Ada", "Bruno", "Chloé", "Dmitri", "Elif", "Farid", "Greta", "Hiro", "Inés", "Jón", "Kemal", "Léa"]
VERBS = ["likes", "paints", "sells", "counts", "fears"]
THINGS = ["plums", "red apples", "ships", "old clocks", "bees", "crêpes", "green lamps", "snow", "maps", "blue doors"]
TOLERANCE = 1e-4
# local-completions asks for one token more than it scores, and does not count it: with so many positions it gives the model what
# the harness gives the model itself. Turned positions are no part of the weights.
SERVED_CONTEXT = CONTEXT + 2


def facts(draw):
    return [(name, verb, draw.choice(THINGS)) for name in NAMES for verb in VERBS]


def text(draw, known):
    return " ".join(f"{name} {verb} {thing}." for name, verb, thing in draw.sample(known, 12))


def model(directory, draw, known):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    texts = [text(draw, known) for _ in range(400)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=340, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<|endoftext|>", eos_token="<|endoftext|>")
    torch.manual_seed(1)
    made = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(fast), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=CONTEXT, bos_token_id=0, eos_token_id=0))
    optimizer = torch.optim.AdamW(made.parameters(), lr=3e-3)
    ids = [i for one in texts for i in fast(one)["input_ids"] + [0]]
    for _ in range(STEPS):
        starts = [draw.randrange(len(ids) - CONTEXT) for _ in range(8)]
        batch = torch.tensor([ids[at:at + CONTEXT] for at in starts])
        loss = made(input_ids=batch, labels=batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"model: loss {loss.item():.3f}")
    made.eval().save_pretrained(directory)
    fast.save_pretrained(directory)


def serve(directory, copy):
    shutil.copytree(directory, copy)
    with open(f"{copy}/config.json", encoding="utf-8") as file:
        config = json.load(file) | {"max_position_embeddings": SERVED_CONTEXT}
    with open(f"{copy}/config.json", "w", encoding="utf-8") as file:
        json.dump(config, file)


def write(path, documents):
    with open(path, "w", encoding="utf-8") as file:
        for document in documents:
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


def choice(draw, fact, known):
    name, verb, thing = fact
    endings = draw.sample([other for other in THINGS if other != thing], 3)
    answer = draw.randrange(4)
    endings.insert(answer, thing)
    asked = f"{text(draw, known)[:draw.randrange(0, 60)]} {name} {verb} "  # blanks at the end belong to the answer
    return {"ask": {"text": asked.strip() + (" " if draw.random() < 0.3 else "")}, "endings": endings, "answer": answer}


def rolling(draw, known):
    pieces = [text(draw, known) for _ in range(draw.randrange(1, 4))]
    return {"page": draw.choice(["", " ", "\n"]) + "\n\n".join(pieces) + draw.choice(["", "\n", " \u2014 é"])}


def make(directory):
    draw = random.Random(17)
    known = facts(draw)
    model(f"{directory}/model", draw, known)
    serve(f"{directory}/model", f"{directory}/served")
    unsure = known + [(name, verb, draw.choice(THINGS)) for name, verb, _ in known]  # half of them were never learnt
    write(f"{directory}/choices.jsonl", [choice(draw, fact, known) for fact in unsure])
    write(f"{directory}/choices_shots.jsonl", [choice(draw, fact, known) for fact in draw.sample(known, 9)])
    words = [{"before": f"{n} {v}", "last": t} for n, v, t in unsure]
    write(f"{directory}/words.jsonl", words)
    write(f"{directory}/pages.jsonl", [rolling(draw, unsure) for _ in range(25)])
    files = {part: f"{directory}/{part}.jsonl" for part in ("choices", "choices_shots", "words", "pages")}
    choices = {"dataset_path": "json", "output_type": "multiple_choice", "doc_to_choice": "endings",
               "dataset_kwargs": {"data_files": {"test": files["choices"], "train": files["choices_shots"]}},
               "test_split": "test", "doc_to_text": "{{ask.text}}", "doc_to_target": "answer",
               "metric_list": [{"metric": m} for m in ("acc", "acc_norm", "acc_bytes")]}
    lambada = {"dataset_path": "json", "output_type": "loglikelihood", "test_split": "validation",
               "dataset_kwargs": {"data_files": {"validation": files["words"]}}, "doc_to_text": "{{before}}",
               "doc_to_target": " {{last}}", "metric_list": [
                   {"metric": "perplexity", "aggregation": "perplexity", "higher_is_better": False},
                   {"metric": "acc", "aggregation": "mean", "higher_is_better": True}]}
    two = {"num_fewshot": 2, "fewshot_config": {"sampler": "first_n"}}
    tasks = [{"task": "choices", **choices},
             {"task": "choices_2", **choices, **two, "fewshot_split": "train", "description": "What people do.\n\n"},
             {"task": "choices_2_drawn", **choices, "num_fewshot": 2, "fewshot_split": "test", "fewshot_delimiter": "\n"},
             {"task": "choices_8_drawn", **choices, "num_fewshot": 8, "fewshot_split": "train"},
             {"task": "words", **lambada},
             {"task": "words_2", **lambada, **two, "fewshot_split": "validation", "target_delimiter": "",
              "fewshot_delimiter": ". "},
             {"task": "pages", "dataset_path": "json", "output_type": "loglikelihood_rolling", "test_split": "train",
              "dataset_kwargs": {"data_files": files["pages"]}, "doc_to_text": "", "doc_to_target": "{{page}}"}]
    with open(f"{directory}/suite.yaml", "w", encoding="utf-8") as file:
        yaml.safe_dump({"group": "facts", "task": tasks}, file, sort_keys=False, allow_unicode=True)


def judges(directory, url):
    from lm_eval.models.huggingface import HFLM
    from lm_eval.models.openai_completions import LocalCompletionsAPI
    yield "transformers", HFLM(pretrained=f"{directory}/model", device="cpu", dtype="float32", batch_size=1)
    yield "served", LocalCompletionsAPI(
        model="facts", base_url=f"{url}/v1/completions", tokenizer=f"{directory}/served", tokenizer_backend="huggingface",
        batch_size=3, num_concurrent=4, max_length=SERVED_CONTEXT)


def close(a, b, tolerance):
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)


def compare(judge, task, theirs, ours, directory):
    name = task["task"]
    metrics = {key.split(",")[0]: value for key, value in theirs["results"][name].items() if key.endswith(",none")}
    wrong, furthest, shown = [], 0.0, []
    for metric, value in metrics.items():
        if metric.endswith("_stderr"):
            # Of a mean there is one formula; of a perplexity both sides draw, each in its own way.
            tolerance = 0.15 if metric.startswith("perplexity") else 1e-12
            if value != "N/A" and not close(value, ours["results"][name][metric], tolerance):
                wrong.append(f"{metric} {value} {ours['results'][name][metric]}")
            continue
        shown.append(f"{metric} {value:.4f}")
        exact = metric.startswith("acc")
        if not (value == ours["results"][name][metric] if exact else close(value, ours["results"][name][metric], TOLERANCE)):
            wrong.append(f"{metric} {value} {ours['results'][name][metric]}")
    lines = [json.loads(line) for line in open(f"{directory}/samples_{name}.jsonl", encoding="utf-8")]
    samples = theirs["samples"][name]
    if len(lines) != len(samples):
        wrong.append(f"{len(samples)} documents there, {len(lines)} here")
    for sample, line in zip(sorted(samples, key=lambda sample: sample["doc_id"]), lines):
        responses = [one[0] for one in sample["resps"]]
        likelihoods = [one[0] if isinstance(one, (tuple, list)) else one for one in responses]
        for there, here in zip(likelihoods, line["log_likelihoods"], strict=True):
            furthest = max(furthest, abs(there - here) / max(1, abs(there)))
        for metric in ("acc", "acc_norm", "acc_bytes"):
            if metric in sample and sample[metric] != line[metric]:
                wrong.append(f"document {sample['doc_id']}: {metric} {sample[metric]} {line[metric]}")
        if task["output_type"] == "loglikelihood" and bool(responses[0][1]) != line["is_greedy"]:
            wrong.append(f"document {sample['doc_id']}: is_greedy {responses[0][1]} {line['is_greedy']}")
    if furthest > TOLERANCE:
        wrong.append(f"a log-likelihood is {furthest:.2e} away")
    print(f"{judge:12s} {name:16s} {len(lines):4d} documents  log-likelihoods within {furthest:.1e}  {', '.join(shown)}"
          + ("" if not wrong else "  DIFFERS: " + "; ".join(wrong[:5])))
    return not wrong


def check(directory, url, ours):
    import lm_eval
    good = True
    first = ours[0]
    results = json.load(open(f"{first}/results.json", encoding="utf-8"))
    for judge, lm in judges(directory, url):
        tasks = yaml.safe_load(open(f"{directory}/suite.yaml", encoding="utf-8"))["task"]  # the harness takes them apart
        theirs = lm_eval.simple_evaluate(model=lm, tasks=tasks, log_samples=True, bootstrap_iters=1000)
        for task in tasks:
            good &= compare(judge, task, theirs, results, first)
    for other in ours[1:]:
        for name in sorted(os.listdir(first)):
            if not name.startswith(".") and open(f"{first}/{name}", "rb").read() != open(f"{other}/{name}", "rb").read():
                print(f"{other}/{name} differs from {first}/{name}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2])
    else:
        sys.exit(check(sys.argv[2], sys.argv[3], sys.argv[4:]))
