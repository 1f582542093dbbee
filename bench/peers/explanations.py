"""Integrated gradients of exported classifiers as Captum computes them, beside what weft predict --explain wrote.

    weft export --checkpoint RUN --to HF_DIR
    weft predict --checkpoint RUN --input ROWS --output OUT --output-format jsonl --explain
    python bench/peers/explanations.py HF_DIR OUT [--rows N] [--trigger WORD --label LABEL]

Needs torch, transformers and captum. Prints the largest differences and, of a trigger that was planted in the rows of a label, in how many of
them it ranks first.
"""

import argparse
import json
import pathlib

import torch
from captum.attr import LayerIntegratedGradients
from transformers import AutoModelForSequenceClassification, AutoTokenizer

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("predictions")
parser.add_argument("--rows", type=int, default=50)
parser.add_argument("--trigger")
parser.add_argument("--label")
arguments = parser.parse_args()

rows = [
    json.loads(line)
    for part in sorted(pathlib.Path(arguments.predictions).glob("part-*"))
    for line in part.read_text(encoding="utf-8").splitlines()
]
tokenizer = AutoTokenizer.from_pretrained(arguments.model)
model = AutoModelForSequenceClassification.from_pretrained(arguments.model, attn_implementation="eager").eval()
embeddings = model.get_input_embeddings()
method = LayerIntegratedGradients(lambda ids: model(input_ids=ids).logits, embeddings)
filling = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
frame = {tokenizer.cls_token_id, tokenizer.sep_token_id}


def rollout(attentions):
    """Abnar and Zuidema 2020: (A + I) / 2 of the heads' mean, multiplied from the first block up."""
    product = None
    for attention in attentions:
        mixed = attention[0].double().mean(0)
        mixed = (mixed + torch.eye(mixed.shape[0], dtype=torch.float64)) / 2
        mixed = mixed / mixed.sum(1, keepdim=True)
        product = mixed if product is None else mixed @ product
    return product


apart = apart_delta = apart_rollout = incomplete = 0.0
for row in rows[: arguments.rows]:
    ids = torch.tensor([tokenizer(row["text"])["input_ids"]])
    assert ids.shape[1] == len(row["attributions"]), row
    start = torch.tensor([[i if i in frame else filling for i in ids[0].tolist()]])
    with torch.no_grad():
        output = model(input_ids=ids, output_attentions=True)
    target = int(output.logits.argmax())
    attributions, delta = method.attribute(
        ids, start, target=target, n_steps=row["explain_steps"], method="gausslegendre", return_convergence_delta=True
    )
    theirs = attributions.sum(-1)[0]
    ours = torch.tensor(row["attributions"])
    apart = max(apart, float((ours - theirs).abs().max()))
    apart_delta = max(apart_delta, abs(row["convergence_delta"] - float(delta)))
    incomplete = max(incomplete, abs(row["convergence_delta"]))
    flow = rollout(output.attentions)
    place = flow[0] if tokenizer.cls_token_id in frame and tokenizer.cls_token_id == ids[0, 0] else flow[-1]
    apart_rollout = max(apart_rollout, float((torch.tensor(row["attention_rollout"]) - place).abs().max()))
print(f"{min(len(rows), arguments.rows)} rows: attributions differ by {apart:.1e}, deltas by {apart_delta:.1e},"
      f" rollout by {apart_rollout:.1e}; the largest delta is {incomplete:.1e}")

if arguments.trigger:
    planted = [row for row in rows if row["label"] == row["prediction"] == arguments.label]
    first = sum(
        max(zip(row["attributions"], row["explained_tokens"]))[1].strip() == arguments.trigger for row in planted
    )
    print(f"{arguments.trigger} ranks first in {first} of {len(planted)} rows that are predicted as {arguments.label}")
