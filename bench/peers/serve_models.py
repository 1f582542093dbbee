#!/usr/bin/env python3
"""Tiny models for a server to be asked, as Hugging Face's library writes them, and what it says of a few inputs.

    python3 bench/peers/serve_models.py DIR

DIR/chat is a Llama of single bytes with a ChatML template that was taught to answer "Say:" with "ok"; vectors and wide are encoders
without a head, labels, rating, tags and reader encoders with one of random numbers. DIR/expected.json has the library's vectors,
probabilities, number and tags. Needs torch and transformers.
"""
import json
import os
import sys

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import tokenizers
import torch
import transformers

TEMPLATE = ("{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
            "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
LEARNT = ["Say:ok<|endoftext|>", "The answer: yes<|endoftext|>", "ok ok ok<|endoftext|>",
          "<|im_start|>user\nSay:<|im_end|>\n<|im_start|>assistant\nok<|im_end|>\n<|endoftext|>"]
STEPS = 150
WORDS = ["a", "cat", "dog", "ship", "sails", "over", "the", "sea", "who", "wrote", "it", "Ada", "notes", "in", "London", ".", "?"]
TEXTS = ["a cat", "the ship sails over the sea", "who wrote it ?"]


def chat(directory):
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<|endoftext|>", eos_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>", "<|im_end|>"], clean_up_tokenization_spaces=False)
    fast.chat_template = TEMPLATE
    torch.manual_seed(1)
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(
        vocab_size=len(fast), hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, bos_token_id=fast.eos_token_id, eos_token_id=fast.eos_token_id))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [torch.tensor([fast(text)["input_ids"]]) for text in LEARNT]
    for _ in range(STEPS):
        loss = sum(model(input_ids=row, labels=row).loss for row in rows)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"chat: loss {loss.item() / len(rows):.3f}", file=sys.stderr)
    model.eval().save_pretrained(directory)
    fast.save_pretrained(directory)


def words():
    vocabulary = {word: i for i, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + WORDS)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]")


def encoder(directory, kind, tokenizer, **more):
    torch.manual_seed(2)
    shape = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48) | more
    model = getattr(transformers, "Bert" + kind)(transformers.BertConfig(
        vocab_size=len(tokenizer), max_position_embeddings=64, pad_token_id=0, **shape)).eval()
    with torch.no_grad():  # far enough from one another to be told apart
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    model.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return model


def labels(names):
    return dict(id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})


def heads(directory):
    """What the library says of TEXTS, by model."""
    fast = words()
    encoded = [fast(text, return_tensors="pt") for text in TEXTS]
    vectors = encoder(f"{directory}/vectors", "Model", fast)
    encoder(f"{directory}/wide", "Model", fast, hidden_size=1024, num_hidden_layers=1)
    classes = encoder(f"{directory}/labels", "ForSequenceClassification", fast,
                      problem_type="single_label_classification", **labels(["bad", "good", "fair"]))
    rating = encoder(f"{directory}/rating", "ForSequenceClassification", fast, problem_type="regression", num_labels=1)
    names = ["O", "B-X", "I-X"]
    tags = encoder(f"{directory}/tags", "ForTokenClassification", fast, **labels(names))
    encoder(f"{directory}/reader", "ForQuestionAnswering", fast)
    with torch.no_grad():
        return {
            "texts": TEXTS,
            "ids": [one["input_ids"][0].tolist() for one in encoded],
            "vectors": [torch.nn.functional.normalize(vectors(**one).last_hidden_state[0].mean(0), dim=0).tolist()
                        for one in encoded],  # a vector of length 1 is what an encoder gives that says nothing else
            "labels": [dict(zip(("bad", "good", "fair"), classes(**one).logits[0].softmax(-1).tolist())) for one in encoded],
            "rating": [rating(**one).logits[0, 0].item() for one in encoded],
            "tags": [[names[i] for i in tags(**one).logits[0, 1:-1].argmax(-1).tolist()] for one in encoded],
        }


if __name__ == "__main__":
    chat(f"{sys.argv[1]}/chat")
    with open(f"{sys.argv[1]}/expected.json", "w", encoding="utf-8") as file:
        json.dump(heads(sys.argv[1]), file)
