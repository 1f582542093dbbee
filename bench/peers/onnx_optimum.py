#!/usr/bin/env python3
"""What `weft export --format onnx` wrote, loaded by Hugging Face's Optimum (PyPI: optimum-onnx) beside transformers.

    python3 bench/peers/onnx_optimum.py make DIR      tiny random models, a folder each: DIR/NAME/model
    python3 bench/peers/onnx_optimum.py check DIR     compares with what was exported to DIR/NAME/onnx

check loads each by the class of its task and prints a line: the largest difference of logits of texts of several lengths side by
side, filled up before their beginning where the model writes, and whether 200 greedy tokens are the same, each computed from kept
keys and values. Ends with status 1 where logits are further apart than 1e-4 of the largest, or a token differs whose lead was more.
"""
import os
import pathlib
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import transformers

VOCABULARY, CONTEXT, TOKENS = 211, 256, 200
DECODER = {"vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4, "num_attention_heads": 4,
           "num_key_value_heads": 2, "max_position_embeddings": CONTEXT, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
EVERY_HEAD = {"num_key_value_heads": 4}  # Optimum reads shared heads of some families alone
ENCODER = {"vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4,
           "max_position_embeddings": 64, "pad_token_id": 0}
DISTILBERT = {"vocab_size": VOCABULARY, "dim": 64, "hidden_dim": 96, "n_layers": 2, "n_heads": 4, "max_position_embeddings": 64,
              "pad_token_id": 0}
LABELS = {"id2label": {0: "a", 1: "b", 2: "c"}, "label2id": {"a": 0, "b": 1, "c": 2}}
MODELS = {  # the library's classes: of the model, and the task by Optimum's
    "gpt2": ("GPT2LMHeadModel", {"vocab_size": VOCABULARY, "n_embd": 64, "n_layer": 3, "n_head": 4, "n_positions": CONTEXT,
                                 "bos_token_id": 1, "eos_token_id": 2}),
    "llama": ("LlamaForCausalLM", DECODER),
    "mistral": ("MistralForCausalLM", DECODER | {"sliding_window": 16}),
    "qwen2": ("Qwen2ForCausalLM", DECODER),
    "qwen3": ("Qwen3ForCausalLM", DECODER | {"head_dim": 16}),
    "smollm3": ("SmolLM3ForCausalLM", DECODER),
    "olmo2": ("Olmo2ForCausalLM", DECODER | EVERY_HEAD),
    "phi3": ("Phi3ForCausalLM", DECODER | EVERY_HEAD),
    "gemma2": ("Gemma2ForCausalLM", DECODER | EVERY_HEAD | {"head_dim": 16, "sliding_window": 16, "query_pre_attn_scalar": 16}),
    "gemma3": ("Gemma3ForCausalLM", DECODER | {"head_dim": 16, "sliding_window": 16, "num_hidden_layers": 7}),
    "gpt_neox": ("GPTNeoXForCausalLM", {key: value for key, value in DECODER.items() if key != "num_key_value_heads"}),
    "llama-classes": ("LlamaForSequenceClassification", DECODER | LABELS),
    "bert-words": ("BertForMaskedLM", ENCODER),
    "bert-answers": ("BertForQuestionAnswering", ENCODER),
    "bert-classes": ("BertForSequenceClassification", ENCODER | LABELS),
    "roberta-classes": ("RobertaForSequenceClassification", ENCODER | LABELS | {"type_vocab_size": 1, "pad_token_id": 1}),
    "distilbert-tags": ("DistilBertForTokenClassification", DISTILBERT | LABELS),
    "modernbert-words": ("ModernBertForMaskedLM", ENCODER | {"local_attention": 8, "cls_token_id": 1, "sep_token_id": 2}),
}


def make(directory):
    for name, (kind, fields) in MODELS.items():
        torch.manual_seed(3)
        made = getattr(transformers, kind)
        model = made(made.config_class(**fields)).eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.08 * torch.randn_like(parameter))
        model.save_pretrained(f"{directory}/{name}/model")


def texts(left, fill):
    """Three of them, (3, 24), and which of their tokens are there."""
    ids = torch.randint(3, VOCABULARY, (3, 24), generator=torch.Generator().manual_seed(4))
    there = torch.ones_like(ids)
    for row, length in enumerate((24, 17, 5)):
        gap = slice(0, 24 - length) if left else slice(length, 24)
        ids[row, gap], there[row, gap] = fill, 0
    return ids, there


def outputs(model, ids, there):
    with torch.no_grad():
        said = model(input_ids=ids, attention_mask=there)
    return [said[key] for key in ("logits", "start_logits", "end_logits") if key in said]


def apart(ours, theirs, there):
    furthest = 0.0
    for mine, other in zip(ours, theirs, strict=True):
        seen = there.bool() if mine.shape[:2] == there.shape else torch.ones(mine.shape[:1], dtype=torch.bool)
        furthest = max(furthest, ((mine - other).abs()[seen].max() / other.abs()[seen].max()).item())
    return furthest


def written(model, ids):
    with torch.no_grad():  # where pairs may come again, some go round in a ring
        return model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False,
                              no_repeat_ngram_size=2, use_cache=True, pad_token_id=0)[0, ids.shape[1]:].tolist()


def lead(model, tokens):
    """How far the first choice behind some tokens was from the second."""
    with torch.no_grad():
        said = model(input_ids=torch.tensor([tokens])).logits[:, -1]
    said = transformers.NoRepeatNGramLogitsProcessor(2)(torch.tensor([tokens]), said)[0]
    said[2] = -torch.inf  # the end of the text, which may not come
    top = said.topk(2).values
    return (top[0] - top[1]).item()


def compared(directory, name):
    """A line of what was seen, and whether it is well."""
    from optimum import onnxruntime

    kind = MODELS[name][0]
    # The library's other attention leaves Gemma 2's caps out.
    theirs = getattr(transformers, kind).from_pretrained(f"{directory}/{name}/model", attn_implementation="eager").eval()
    writes = kind.endswith(("ForCausalLM", "LMHeadModel"))
    task = "ForCausalLM" if writes else kind[kind.index("For"):]
    ours = getattr(onnxruntime, "ORTModel" + task).from_pretrained(f"{directory}/{name}/onnx")
    ids, there = texts(left=writes, fill=theirs.config.pad_token_id or 0)
    furthest = apart(outputs(ours, ids, there), outputs(theirs, ids, there), there)
    said, well = f"{'ORTModel' + task:36s} outputs within {furthest:.1e}", furthest < 1e-4
    if writes:
        prompt = ids[:1]
        mine, other = written(ours, prompt), written(theirs, prompt)
        same = next((i for i, pair in enumerate(zip(mine, other)) if pair[0] != pair[1]), TOKENS)
        said += f", {same} of {TOKENS} greedy tokens"
        if same < TOKENS:
            ahead = lead(theirs, prompt[0].tolist() + other[:same])
            said += f", the library's first choice there was ahead by {ahead:.1e}"
            well &= ahead < 1e-4
        well &= len(set(other)) > 20  # or little was asked
    return said, well


def check(directory):
    good = True
    for name in MODELS:
        if not (pathlib.Path(directory) / name / "onnx").exists():
            continue
        try:
            said, well = compared(directory, name)
        except Exception as failure:  # whatever Optimum makes of a directory
            said, well = f"{type(failure).__name__}: {str(failure)[:200]}", False
        print(f"{name:18s} {said}{'' if well else '  WRONG'}", flush=True)
        good &= well
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(make(sys.argv[2]) if sys.argv[1] == "make" else check(sys.argv[2]))
