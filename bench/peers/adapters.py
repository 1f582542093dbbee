#!/usr/bin/env python3
"""Adapters of `peft` under Weft, and Weft's under `peft`: the same outputs to 1e-5.

    python3 bench/peers/adapters.py DIR [NAME...]    names as in READ and WRITTEN; else all

Needs torch, transformers, tokenizers and peft (pip install torch transformers peft). Makes tiny random models and adapters
with random A and B in DIR; compares the outputs of Weft's BASE+ADAPTER (and of the adapter's directory alone) with those of
peft; then `weft finetune` trains adapters of its own over the base, `weft export --adapter` writes them, and peft's outputs
are compared with the run's. WEFT and OUTPUTS as in tuned_classes.py. Ends with status 1 where they differ.
"""
import json
import os
import shutil
import sys
import warnings

import peft
import torch
import transformers

from tuned_classes import TOLERANCE, WORDS, config, labels, largest, outputs_of, tokenizer, weft, weft_outputs

LABELS = ["z", "a", "m"]

READ = [
    # name, family, class of the base, class of the adapted model, peft's settings
    ("gpt2", "GPT2", "LMHeadModel", "LMHeadModel",
     dict(task_type="CAUSAL_LM", target_modules=["c_attn"], fan_in_fan_out=True)),
    ("gpt2-all", "GPT2", "LMHeadModel", "LMHeadModel",
     dict(task_type="CAUSAL_LM", target_modules="all-linear", fan_in_fan_out=True, use_rslora=True)),
    ("llama", "Llama", "ForCausalLM", "ForCausalLM", dict(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])),
    ("llama-regex", "Llama", "ForCausalLM", "ForCausalLM",
     dict(task_type="CAUSAL_LM", target_modules=r".*layers\.1\..*(up|down)_proj", use_rslora=True)),
    ("llama-classes", "Llama", "ForCausalLM", "ForSequenceClassification",
     dict(task_type="SEQ_CLS", target_modules=["q_proj", "k_proj"])),
    ("gpt2-classes", "GPT2", "LMHeadModel", "ForSequenceClassification",
     dict(task_type="SEQ_CLS", target_modules=["c_attn", "c_fc"], fan_in_fan_out=True)),
    ("bert-classes", "Bert", "ForSequenceClassification", "ForSequenceClassification",
     dict(task_type="SEQ_CLS", target_modules=["query", "value"])),
    ("roberta-classes", "Roberta", "ForSequenceClassification", "ForSequenceClassification",
     dict(task_type="SEQ_CLS", target_modules=["query", "value"])),
    ("distilbert-classes", "DistilBert", "ForSequenceClassification", "ForSequenceClassification",
     dict(task_type="SEQ_CLS", target_modules=["q_lin", "v_lin"])),
    ("modernbert-tokens", "ModernBert", "ForMaskedLM", "ForTokenClassification",
     dict(task_type="TOKEN_CLS", target_modules=["Wqkv", "Wi"])),
    ("bert-tokens", "Bert", "ForMaskedLM", "ForTokenClassification",
     dict(task_type="TOKEN_CLS", target_modules="all-linear", modules_to_save=["classifier"])),
    ("llama-qa", "Llama", "ForQuestionAnswering", "ForQuestionAnswering",  # over another class its body would be random
     dict(task_type="QUESTION_ANS", target_modules=["q_proj"], modules_to_save=["qa_outputs"])),
]

SEQUENCES = [[(11 * i + 5 * j) % 60 + 6 for j in range(3 + 2 * i)] for i in range(6)]


def shaken(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model.eval()


def ours_read(folder, names):
    failed = False
    for name, family, base_class, adapted_class, settings in (row for row in READ if not names or row[0] in names):
        base, adapter = f"{folder}/{name}-base", f"{folder}/{name}-adapter"
        for path in (base, adapter):
            shutil.rmtree(path, ignore_errors=True)
        more = labels(LABELS) if base_class == "ForSequenceClassification" else {}
        shaken(getattr(transformers, family + base_class)(config(family, **more))).save_pretrained(base)
        tokenizer(base, family)
        tuned = {} if "LM" in adapted_class or "Question" in adapted_class else dict(num_labels=3)
        model = getattr(transformers, family + adapted_class).from_pretrained(base, **tuned)
        model = peft.get_peft_model(model, peft.LoraConfig(r=4, lora_alpha=6, **settings))
        with torch.no_grad():
            for parameter in (p for p in model.parameters() if p.requires_grad):
                parameter.add_(0.2 * torch.randn_like(parameter))
        model.save_pretrained(adapter)
        expected = outputs_of(model.eval(), SEQUENCES)
        pair = largest(expected, weft_outputs(f"{base}+{adapter}", SEQUENCES, f"{adapter}.ids"))
        alone = largest(expected, weft_outputs(adapter, SEQUENCES, f"{adapter}.ids"))
        bare = getattr(transformers, family + adapted_class).from_pretrained(base, **tuned).eval()
        moved = largest(expected, outputs_of(bare, SEQUENCES))  # the test can fail
        wrong = max(pair, alone) > TOLERANCE or moved < 1e-2
        failed |= wrong
        print(f"peft to Weft  {name:16} base+adapter {pair:.1e} adapter alone {alone:.1e} without it {moved:.1e}"
              f"{' FAILED' if wrong else ''}", flush=True)
    return failed


WRITTEN = [
    ("gpt2", "GPT2", "LMHeadModel", "classification", "ForSequenceClassification", ""),
    ("llama", "Llama", "ForCausalLM", "classification", "ForSequenceClassification", "[q_proj, down_proj]"),
    ("llama", "Llama", "ForCausalLM", "text", "ForCausalLM", ""),
    ("bert", "Bert", "ForMaskedLM", "classification", "ForSequenceClassification", "[dense]"),
    ("roberta", "Roberta", "ForMaskedLM", "classification", "ForSequenceClassification", ""),
    ("distilbert", "DistilBert", "ForMaskedLM", "classification", "ForSequenceClassification", ""),
    ("modernbert", "ModernBert", "ForMaskedLM", "classification", "ForSequenceClassification", ""),
]


def ours_written(folder, names):
    failed = False
    for name, family, base_class, task, adapted_class, targets in (row for row in WRITTEN if not names or row[0] in names):
        base, run, adapter = (f"{folder}/{name}-{task}-{part}" for part in ("from", "run", "exported"))
        for path in (base, run, adapter):
            shutil.rmtree(path, ignore_errors=True)
        shaken(getattr(transformers, family + base_class)(config(family))).save_pretrained(base)
        tokenizer(base, family)
        with open(f"{run}.jsonl", "w", encoding="utf-8") as rows:
            rows.writelines(json.dumps({"text": f"{WORDS[i % 60]} {WORDS[7 * i % 60]}", "label": LABELS[i % 3]}) + "\n"
                            for i in range(48))
        said = weft("finetune", "--from", base, "--no-evaluate", "--set", f"run.dir={run}", "--set", f"dataset.train=[{run}.jsonl]",
             "--set", f"finetune.task={task}", "--set", "finetune.method=lora", "--set", "finetune.epochs=0",
             "--set", "training.steps=4", "--set", "training.learning_rate=0.05", "--set", "checkpoint.every=4",
             "--set", "training.warmup_steps=1", "--set", "cluster.master=local[2]", "--set", "cluster.workers=1",
             "--set", "cluster.servers=1", "--set", "training.eval_every=4", "--set", "dataset.validation_fraction=0",
             *(["--set", f"finetune.lora_targets={targets}"] if targets else []))
        weft("export", "--checkpoint", run, "--to", adapter, "--adapter")
        tuned = {} if "LM" in adapted_class else labels(sorted(LABELS))
        bare = getattr(transformers, family + adapted_class).from_pretrained(base, **tuned).eval()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model = peft.PeftModel.from_pretrained(bare, adapter).eval()
        told = [str(w.message) for w in caught if not issubclass(w.category, FutureWarning)]  # of its own calls
        expected = weft_outputs(run, SEQUENCES, f"{run}.ids")
        far = largest(expected, outputs_of(model, SEQUENCES))
        again = largest(expected, weft_outputs(f"{base}+{adapter}", SEQUENCES, f"{run}.ids"))
        with model.disable_adapter():
            moved = largest(expected, outputs_of(model, SEQUENCES))
        wrong = max(far, again) > TOLERANCE or moved < 1e-3 or bool(told)
        failed |= wrong
        print(f"Weft to peft  {name:6} {task:16} peft {far:.1e} Weft again {again:.1e} without it {moved:.1e}"
              f"{' ' + str(told) if told else ''}{' FAILED' if wrong else ''}", flush=True)
    return failed


def main(folder, names):
    torch.manual_seed(5)
    os.makedirs(folder, exist_ok=True)
    read = ours_read(folder, names)
    return ours_written(folder, names) or read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
