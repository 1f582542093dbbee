#!/usr/bin/env python3
"""Tiny random models of each family, made and judged by Hugging Face's transformers (PyPI).

    python bench/peers/hub_families.py make DIR       a folder a model: model/, run.json, batches.i32
    python bench/peers/hub_families.py check DIR      compares with what org.weft.bench.HubParity wrote there
    python bench/peers/hub_families.py golden FILE    small models as Weft's tests have them, with their logits

make and check take names of models after DIR; without them, all. check prints a line a model and ends with status 1 where
logits are further apart than 1e-5, a gradient by name or one of ten losses than 1e-4 of it, where transformers warns of
what Weft exported or computes something else with it, or where texts differ.
"""
import contextlib
import io
import json
import logging
import math
import os
import sys
import warnings
import zlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import transformers
from torch.nn import functional as F

from families import learning_rate

VOCABULARY, CONTEXT, SEQUENCES, STEPS = 211, 48, 4, 10
TRAINING = {"global_batch": SEQUENCES, "micro_batch": SEQUENCES, "lanes": 1, "warmup_steps": 3, "learning_rate": 1e-3,
            "steps": STEPS}
SMALL = {"vocab_size": VOCABULARY, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 4,
         "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": CONTEXT, "bos_token_id": 1,
         "eos_token_id": 2, "pad_token_id": 0}
ENCODER = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
LONGROPE = {"rope_type": "longrope", "rope_theta": 10000.0, "short_factor": [1.0, 1.1, 1.3, 1.7, 2.0, 2.5, 3.0, 4.0],
            "long_factor": [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 9.0], "original_max_position_embeddings": 16, "factor": 3.0}

MODELS = {
    "llama": ("Llama", {}),
    "llama-head-dim": ("Llama", {"head_dim": 24}),
    "mistral": ("Mistral", {"sliding_window": 16}),
    "mistral-no-window": ("Mistral", {"sliding_window": None, "head_dim": 32}),
    "mixtral": ("Mixtral", {"num_local_experts": 5, "num_experts_per_tok": 2, "router_aux_loss_coef": 0.02}),
    "qwen2": ("Qwen2", {}),
    "qwen2-window": ("Qwen2", {"use_sliding_window": True, "sliding_window": 10, "max_window_layers": 0,
                               "tie_word_embeddings": True}),
    "qwen3": ("Qwen3", {"head_dim": 24}),
    "smollm3": ("SmolLM3", {"num_hidden_layers": 5}),
    "olmo2": ("Olmo2", {}),
    "gemma2": ("Gemma2", {"head_dim": 24, "sliding_window": 12, "query_pre_attn_scalar": 20,
                          "attn_logit_softcapping": 4.0, "final_logit_softcapping": 3.0}),
    "gemma2-no-caps": ("Gemma2", {"head_dim": 16, "sliding_window": 12, "query_pre_attn_scalar": 16,
                                  "attn_logit_softcapping": None, "final_logit_softcapping": None}),
    "gemma3": ("Gemma3Text", {"head_dim": 24, "sliding_window": 12, "num_hidden_layers": 7}),
    "phi3": ("Phi3", {"sliding_window": 20}),
    "phi3-partial": ("Phi3", {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0,
                                                  "partial_rotary_factor": 0.75}}),
    "phi3-longrope": ("Phi3", {"rope_parameters": LONGROPE, "original_max_position_embeddings": 16}),
    "llama-dynamic": ("Llama", {"max_position_embeddings": 16, "rope_parameters": {
        "rope_type": "dynamic", "rope_theta": 10000.0, "factor": 3.0}}),
    "gpt_neox": ("GPTNeoX", {}),
    "gpt_neox-sequential": ("GPTNeoX", {"use_parallel_residual": False}),
    "gpt_neox-tanh": ("GPTNeoX", {"hidden_act": "gelu_fast"}),
    "t5": ("T5", {}),
    "t5-1.1": ("T5", {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False, "num_decoder_layers": 3}),
    "bert": ("Bert", ENCODER),
    "roberta": ("Roberta", {**ENCODER, "type_vocab_size": 1, "max_position_embeddings": CONTEXT + 2, "pad_token_id": 1,
                            "layer_norm_eps": 1e-5}),
    "xlm-roberta": ("XLMRoberta", {**ENCODER, "max_position_embeddings": CONTEXT + 9, "pad_token_id": 1}),
    "distilbert": ("DistilBert", {"dropout": 0.0, "attention_dropout": 0.0}),
    "modernbert": ("ModernBert", {"num_hidden_layers": 5, "local_attention": 10, "global_attn_every_n_layers": 2,
                                  "cls_token_id": 1, "sep_token_id": 2}),
    "modernbert-long": ("ModernBert", {"local_attention": 90, "max_position_embeddings": 4 * CONTEXT, "cls_token_id": 1,
                                       "sep_token_id": 2}),
}
ENCODERS = ("Bert", "Roberta", "XLMRoberta", "DistilBert", "ModernBert")  # tokens are predicted that a mask hides
DISTILBERT = {"hidden_size": "dim", "intermediate_size": "hidden_dim", "num_hidden_layers": "n_layers",
              "num_attention_heads": "n_heads"}
RENAMED = {"lm_head.weight": "embed_out.weight"}  # in memory and in files of GPT-NeoX
CLASSES = {"Gemma3Text": "Gemma3ForCausalLM", "T5": "T5ForConditionalGeneration"}
SOURCES, ANSWER = [33, 30, 9, 20], 16  # tokens that are read of each sequence, and written
T5 = {"d_model": 64, "d_kv": 24, "d_ff": 96, "num_layers": 2, "num_heads": 4, "n_positions": CONTEXT,
      "relative_attention_num_buckets": 16, "relative_attention_max_distance": 24, "decoder_start_token_id": 0,
      "eos_token_id": 1, "pad_token_id": 0, "dropout_rate": 0.0}
# Transformers 5 says so of every T5 with a head of its own, Google's too: its configuration can no longer say that it has one.
OF_ITSELF = "but both are present in the checkpoints with different values, so we will NOT tie them"


def context_of(name):
    """Of one with windows several runs of tokens."""
    return 4 * CONTEXT if name.endswith("-long") else CONTEXT


def made(name, changes=None):
    """The model of a name, every number of it its own, in float32."""
    kind, usual = MODELS[name]
    settings = {**SMALL, **(usual if changes is None else changes)}
    if kind == "T5":
        settings = {"vocab_size": settings["vocab_size"], **T5, **(usual if changes is None else changes)}
    if kind == "GPTNeoX" or kind in ENCODERS:
        settings.pop("num_key_value_heads")
    if kind == "DistilBert":
        for key, other in DISTILBERT.items():
            settings[other] = settings.pop(key)
    config = getattr(transformers, kind + "Config")(**settings)
    config._attn_implementation = "eager"
    torch.manual_seed(sum(map(ord, name)))
    ending = "ForMaskedLM" if kind in ENCODERS else "ForCausalLM"
    model = getattr(transformers, CLASSES.get(kind, kind + ending))(config).float().eval()
    if kind == "T5" and not config.scale_decoder_outputs:
        model.lm_head.weight = torch.nn.Parameter(0.1 * torch.randn_like(model.lm_head.weight))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * (0.1 if parameter.dim() == 1 else 0.06))
    return model


def make(directory, names):
    for name in names:
        home = f"{directory}/{name}"
        os.makedirs(home, exist_ok=True)
        made(name).save_pretrained(f"{home}/model")
        generator = torch.Generator().manual_seed(11)
        masked = MODELS[name][0] in ENCODERS
        context = context_of(name)
        shape = (STEPS, 2, SEQUENCES, context) if masked else (STEPS, SEQUENCES, context + 1)
        tokens = torch.randint(3, VOCABULARY, shape, dtype=torch.int32, generator=generator)
        if masked:
            hidden = torch.rand(tokens[:, 1].shape, generator=generator) < 0.2
            tokens[:, 1][~hidden] = -1
        with open(f"{home}/batches.i32", "wb") as file:
            file.write(tokens.numpy().tobytes())
        with open(f"{home}/run.json", "w") as file:
            sources = {"sources": SOURCES} if MODELS[name][0] == "T5" else {}
            facts = {"context": context, "sequences": SEQUENCES, "training": TRAINING, "masked": masked, **sources}
            json.dump(facts, file)


def golden(path):
    """A line a model: config.json, shapes of its tensors, whose numbers follow from their names, tokens, logits."""
    with open(path, "w") as file:
        for name, (kind, changes) in ((name, model) for name, model in MODELS.items() if not name.endswith("-long")):
            tiny = {"vocab_size": 13, "hidden_size": 16, "intermediate_size": 20, "num_hidden_layers": 3,
                    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 12}
            smaller = {key: 4 if key == "sliding_window" and value else value for key, value in changes.items()}
            smaller.pop("num_hidden_layers", None)
            if "local_attention" in smaller:
                smaller["local_attention"] = 4
            if kind in ("Roberta", "XLMRoberta"):
                smaller["max_position_embeddings"] = 14
            if "long_factor" in smaller.get("rope_parameters", {}):
                half = {key: LONGROPE[key][::2] for key in ("short_factor", "long_factor")}
                smaller["rope_parameters"] = {**LONGROPE, **half, "original_max_position_embeddings": 4}
                smaller["original_max_position_embeddings"] = 4
            elif "max_position_embeddings" in smaller and kind not in ENCODERS:
                smaller["max_position_embeddings"] = 4
            if kind == "T5":
                tiny = {"vocab_size": 13, "d_model": 16, "d_ff": 20, "num_layers": 2, "num_heads": 2, "d_kv": 6,
                        "n_positions": 12, "relative_attention_num_buckets": 8, "relative_attention_max_distance": 6}
            model = made(name, {**tiny, **smaller, **({"no_rope_layer_interval": 2} if kind == "SmolLM3" else {})})
            shapes = {}
            with torch.no_grad():
                for key, tensor in by_name(model, lambda parameter: parameter.data).items():
                    at = torch.arange(tensor.numel(), dtype=torch.float64)
                    tensor.copy_((0.4 * torch.sin(zlib.crc32(key.encode()) % 1000 + 0.7 * at)).view_as(tensor))
                    shapes[key] = list(tensor.shape)
                tokens = [(5 * i + 3) % 13 for i in range(11)]
                if "Roberta" in kind:
                    tokens = [11 if token == 1 else token for token in tokens]  # padding has no position of its own
                # A text that is read, and the same written beside it.
                beside = {"decoder_input_ids": torch.tensor([[0, *tokens[:-1]]]), "use_cache": False} if kind == "T5" else {}
                logits = model(torch.tensor([tokens]), **beside).logits[0]
            config = json.loads(model.config.to_json_string(use_diff=True))
            config["architectures"] = [type(model).__name__]
            rounded = [[float(f"{value:.7g}") for value in row] for row in logits[::3].tolist()]
            json.dump({"name": name, "config": config, "shapes": shapes, "tokens": tokens, "logits": rounded}, file)
            file.write("\n")


def floats(path):
    return torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.float32)


def loaded(path):
    """A model of a directory, and everything that transformers said while it read it."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    logger = logging.getLogger("transformers")
    logger.addHandler(handler)
    transformers.logging.set_verbosity_warning()
    with open(f"{path}/config.json") as file:
        kind = json.load(file)["architectures"][0]
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("always")
        model = getattr(transformers, kind).from_pretrained(path, attn_implementation="eager").float().eval()
    logger.removeHandler(handler)
    lines = [line for line in said.getvalue().strip().splitlines() if not (kind.startswith("T5") and OF_ITSELF in line)]
    return model, "\n".join(lines) + "".join(str(warning.message) for warning in caught)


def by_name(model, tensor=lambda parameter: parameter):
    """What a function gives of each parameter, by the parameters' names in files."""
    kind, named, names = type(model).__name__, {}, {}
    for name, parameter in model.named_parameters(remove_duplicate=False):  # of a tied one the body's name
        if id(parameter) not in names or name.startswith(model.base_model_prefix + "."):
            names[id(parameter)] = name
    for name, parameter in ((names[id(parameter)], parameter) for parameter in model.parameters()):
        value = tensor(parameter)
        if kind.startswith("GPTNeoX"):
            named[RENAMED.get(name, name)] = value
        elif kind.startswith("Mixtral") and ".mlp." in name:
            home = name.split(".mlp.")[0] + ".block_sparse_moe."
            if ".gate." in name:
                named[home + "gate.weight"] = value
                continue
            for expert, own in enumerate(value):
                parts = {"w1": own[:len(own) // 2], "w3": own[len(own) // 2:]} if "gate_up" in name else {"w2": own}
                named.update({f"{home}experts.{expert}.{key}.weight": part for key, part in parts.items()})
        else:
            named[name] = value
    return named


def predicted(model, tokens, **more):
    """What a model says of tokens, and what it should."""
    if not model.config.is_encoder_decoder:
        inputs, targets = inputs_and_targets(tokens)
        return model(inputs, **more), targets
    longest = max(SOURCES)
    present = torch.arange(longest)[None] < torch.tensor(SOURCES)[:, None]
    labels = tokens[:, longest:].contiguous()
    return model(tokens[:, :longest] * present, attention_mask=present.long(), labels=labels,
                 use_cache=False), labels


def searched(model, batch):
    """What greedy choice and then beam search say to each source."""
    said = []
    for beams in (1, 3):
        texts = []
        for row, length in enumerate(SOURCES):
            text = model.generate(batch[row:row + 1, :length], num_beams=beams, max_new_tokens=24, do_sample=False,
                                  length_penalty=1.0, early_stopping=False, use_cache=False)[0].tolist()[1:]
            texts.append(text[:text.index(1)] if 1 in text else text)
        said += [texts, texts]
    return said


def imbalance(model, router_logits):
    """Of each block's experts by themselves, the mean of the blocks, as much as the configuration lets it count."""
    config, total = model.config, 0.0
    for logits in router_logits:
        probabilities = logits.softmax(-1)
        chosen = probabilities.topk(config.num_experts_per_tok).indices
        shares = F.one_hot(chosen, config.num_local_experts).sum(1).float().mean(0)
        total = total + config.num_local_experts * (shares * probabilities.mean(0)).sum()
    return config.router_aux_loss_coef * total / len(router_logits)


def inputs_and_targets(batch):
    """Of (B, T + 1) tokens those that follow; or of (2, B, T) the second half, -1 where nothing is asked."""
    return (batch[0], batch[1]) if batch.dim() == 3 else (batch[:, :-1], batch[:, 1:])


def trained(model, facts, batches):
    """Losses of ten steps, and the first one's gradients by name."""
    training = facts["training"]
    plain = {"relative_attention_bias"}
    decays = {name: parameter.dim() > 1 and not any(part in name for part in plain)
              for name, parameter in model.named_parameters()}
    decayed = [parameter for name, parameter in model.named_parameters() if decays[name]]
    others = [parameter for name, parameter in model.named_parameters() if not decays[name]]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": training["weight_decay"]},
                                   {"params": others, "weight_decay": 0.0}],
                                  betas=(training["beta1"], training["beta2"]), eps=training["epsilon"])
    experts = {"output_router_logits": True} if hasattr(model.config, "num_local_experts") else {}
    losses, gradients = [], {}
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(training, step)
        optimizer.zero_grad()
        given, targets = predicted(model, batches[step], **experts)
        loss = F.cross_entropy(given.logits.flatten(0, 1), targets.flatten(), ignore_index=-1)
        (loss + imbalance(model, given.router_logits) if experts else loss).backward()
        losses.append(loss.item())
        if step == 0:
            gradients = by_name(model, lambda parameter: parameter.grad.clone())
        optimizer.step()
    return losses, gradients


def greedy(model, prompt, count):
    if model.config.is_encoder_decoder:
        tokens = torch.tensor([0])
        for _ in range(count):
            logits = model(prompt[None], decoder_input_ids=tokens[None], use_cache=False).logits
            tokens = torch.cat((tokens, logits[0, -1].argmax()[None]))
        return tokens[1:].tolist()
    tokens = prompt.clone()
    for _ in range(count):
        tokens = torch.cat((tokens, model(tokens[None]).logits[0, -1].argmax()[None]))
    return tokens[len(prompt):].tolist()


def judged(home):
    facts = json.load(open(f"{home}/facts.json"))
    batches = torch.frombuffer(bytearray(open(f"{home}/batches.i32", "rb").read()), dtype=torch.int32)
    with open(f"{home}/run.json") as file:
        run = json.load(file)
    masked, context = run["masked"], run["context"]
    batches = batches.view((STEPS, 2, SEQUENCES, context) if masked else (STEPS, SEQUENCES, context + 1)).long()
    model, _ = loaded(f"{home}/model")
    exported, said = loaded(f"{home}/exported")
    with torch.no_grad():
        logits = predicted(model, batches[0])[0].logits
        apart = (logits - floats(f"{home}/logits.f32").view_as(logits)).abs().max().item()
        out = (logits - predicted(exported, batches[0])[0].logits).abs().max().item()
        text = masked or greedy(model, batches[0][0, :6], len(facts["text"])) == facts["text"]
        text = text and ("searched" not in facts or facts["searched"] == searched(model, batches[0]))
    losses, gradients = trained(model, facts, batches)
    ours = [float(line) for line in open(f"{home}/losses.txt")]
    loss = max(abs(a / b - 1) for a, b in zip(ours, losses))
    whole = floats(f"{home}/gradient.f32")
    scale = 1e-3 * whole.norm().item() / math.sqrt(len(facts["parameters"]))
    worst, where = 0.0, ""
    for entry in facts["parameters"]:
        theirs = gradients[entry["name"]].flatten()
        mine = whole[entry["offset"]:entry["offset"] + theirs.numel()]
        # A key's bias moves every score of a row alike: its gradient is zero but for rounding.
        difference = (theirs - mine).norm().item() / max(theirs.norm().item(), scale)
        if difference > worst:
            worst, where = difference, entry["name"]
    same = facts["params_sha256"] == facts["again"]
    good = (apart <= 1e-5 and loss <= 1e-4 and worst <= 1e-4 and out == 0 and not said and same and text
            and facts.get("decoders_apart", 0) <= 1e-5)
    generated = "" if masked else f"cache {facts['decoders_apart']:.1e}  text {'same' if text else 'DIFFERS'}  "
    print(f"{os.path.basename(home):22} logits {apart:.1e}  gradients {worst:.1e} ({where})  losses {loss:.1e}  "
          f"exported {out:.1e}{'' if not said else ' WARNED: ' + said[:300]}  round trip {'same' if same else 'DIFFERS'}  "
          f"{generated}{'' if good else 'FAILED'}")
    return good


def main():
    command, target, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(MODELS)
    if command == "make":
        make(target, names)
        return 0
    if command == "golden":
        golden(target)
        return 0
    return 0 if all([judged(f"{target}/{name}") for name in names]) else 1


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
