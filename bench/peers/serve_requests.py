#!/usr/bin/python3
"""Forty requests to a server of Weft's, as OpenAI's client of PyPI and lm-evaluation-harness send them.

    python3 bench/peers/serve_requests.py http://127.0.0.1:8080 [table.md [TOKENIZER_DIR]]

The server has a byte-level model with a chat template, such as one of conf/finetune-instruction.yaml. Needs PyPI's openai;
where it has lm_eval and transformers too, and the third argument is the directory of the model's tokenizer, its
local-completions run against the server. Prints a row a request, and ends with status 1 where one was not answered as it
should have been.
"""
import json
import math
import os
import sys
import urllib.error
import urllib.request

import openai

BASE = sys.argv[1].rstrip("/")
MODEL = json.load(urllib.request.urlopen(BASE + "/v1/models"))["data"][0]["id"]
CLIENT = openai.OpenAI(base_url=BASE + "/v1", api_key=os.environ.get("WEFT_KEY", "none"), max_retries=0)
ROWS = []
USER = [{"role": "user", "content": "Say:"}]


class Expected(Exception):
    """What was answered is not what was expected."""


def check(holds, said=""):
    if not holds:
        raise Expected(said)


def row(client, what, request, answered):
    """Sends one request; answered looks at what came back and says it in a few words."""
    try:
        said, well = answered(request()), True
    except Expected as failure:
        said, well = str(failure), False
    except Exception as failure:  # an answer that the client could not take
        said, well = type(failure).__name__ + ": " + str(failure)[:100], False
    ROWS.append((client, what, said.replace("|", "\\|").replace("\n", "\\n"), well))


def refused(status, param, request):
    """A request that is to be refused with a status and the field's name."""

    def send():
        try:
            request()
        except openai.APIStatusError as failure:
            return failure
        raise Expected("200, and nothing said")

    def answered(failure):
        body = failure.body if isinstance(failure.body, dict) else {}
        check(failure.status_code == status, f"{failure.status_code}: {failure}")
        check(body.get("param") == param, f"param={body.get('param')}")
        return f"{status}, param={param}: {body.get('message', '')[:70]}"

    return send, answered


def complete(**fields):
    return lambda: CLIENT.completions.create(**{"model": MODEL, "prompt": "Say:", "max_tokens": 8, "temperature": 0} | fields)


def chat(**fields):
    return lambda: CLIENT.chat.completions.create(
        **{"model": MODEL, "messages": USER, "max_tokens": 8, "temperature": 0} | fields)


def text(answer):
    check(answer.choices[0].finish_reason in ("stop", "length"), answer.choices[0].finish_reason)
    return repr(answer.choices[0].text)


def completions():
    row("openai", "completion", complete(), text)
    row("openai", "prompts side by side", complete(prompt=["a", "b"]), lambda a: f"{len(a.choices)} choices")
    row("openai", "a prompt of token ids", complete(prompt=[1, 2, 3]), lambda a: f"prompt_tokens={a.usage.prompt_tokens}")
    row("openai", "prompts of token ids", complete(prompt=[[1], [2, 3]]), lambda a: f"prompt_tokens={a.usage.prompt_tokens}")
    row("openai", "n=3", complete(n=3, temperature=1, seed=5), lambda a: f"{len(a.choices)} choices")
    row("openai", "seed twice", lambda: [complete(temperature=1, seed=7)().choices[0].text for _ in range(2)],
        lambda texts: check(texts[0] == texts[1], str(texts)) or "the same text")
    row("openai", "stop", complete(stop=["END"], max_tokens=40), text)
    row("openai", "best_of=1, suffix=None, user, stream_options=None",
        complete(best_of=1, suffix=None, user="u", stream_options=None), text)
    row("openai", "logprobs=3", complete(logprobs=3), logprobs(8))
    row("openai", "logprobs=0", complete(logprobs=0), logprobs(8))
    row("openai", "echo", complete(echo=True), lambda a: check(a.choices[0].text.startswith("Say:"), text(a)) or text(a))
    row("openai", "echo, logprobs=1, max_tokens=0", complete(echo=True, logprobs=1, max_tokens=0),
        lambda a: check(a.usage.completion_tokens == 0 and a.choices[0].text == "Say:", text(a)) or text(a))
    row("openai", "logit_bias bans a token", banned, lambda said: said)
    row("openai", "presence_penalty, frequency_penalty", complete(presence_penalty=1.5, frequency_penalty=-0.5), text)
    row("openai", "stream", complete(stream=True), streamed)
    row("openai", "stream, logprobs, echo", complete(stream=True, logprobs=1, echo=True), streamed)
    row("openai", "stream, include_usage", complete(stream=True, stream_options={"include_usage": True}),
        lambda chunks: f"usage: {[c.usage for c in chunks][-1].completion_tokens} tokens")
    row("openai", "best_of=3, n=2", complete(best_of=3, n=2, temperature=1, seed=5), lambda a: f"{len(a.choices)} choices")
    send, answered = refused(400, "best_of", complete(best_of=2, n=3))
    row("openai", "best_of=2, n=3", send, answered)
    for name, value in [("suffix", "end"), ("logit_bias", {"99999999": 1}), ("presence_penalty", 3),
                        ("logprobs", 99), ("max_tokens", 0), ("stop", [""])]:
        send, answered = refused(400, name, complete(**{name: value}))
        row("openai", f"{name}={value!r}", send, answered)
    send, answered = refused(400, "guided_json", complete(extra_body={"guided_json": {}}))
    row("openai", "a field that nobody reads", send, answered)
    send, answered = refused(404, "model", complete(model="gpt-9"))
    row("openai", "another model", send, answered)


def logprobs(count):
    def answered(answer):
        scores = answer.choices[0].logprobs
        check(len(scores.tokens) == answer.usage.completion_tokens <= count, str(scores))
        check(all(score <= 0 for score in scores.token_logprobs), str(scores.token_logprobs))
        return f"{len(scores.tokens)} tokens, sum {sum(scores.token_logprobs):.4f}"

    return answered


def banned():
    first = complete(echo=False, max_tokens=1)().choices[0].text
    ids = [i for i in range(256) if complete(prompt=[i], echo=True, max_tokens=0)().choices[0].text == first]
    check(ids, f"no id of {first!r}")
    other = complete(max_tokens=1, logit_bias={str(i): -100 for i in ids})().choices[0].text
    check(other != first, f"{first!r} came again")
    return f"{other!r} in place of {first!r}"


def streamed(chunks):
    chunks = list(chunks)
    said = "".join(c.choices[0].text for c in chunks if c.choices)
    tokens = sum(len(c.choices[0].logprobs.tokens) for c in chunks if c.choices and c.choices[0].logprobs)
    return f"{said!r} in {len(chunks)} chunks" + (f", {tokens} tokens scored" if tokens else "")


def chats():
    content = lambda a: repr(a.choices[0].message.content)
    row("openai", "chat", chat(), content)
    row("openai", "chat in parts, with a system message",
        chat(messages=[{"role": "system", "content": "Be brief."},
                       {"role": "user", "content": [{"type": "text", "text": "Say:"}]}]), content)
    row("openai", "chat that goes on from an answer",
        chat(messages=USER + [{"role": "assistant", "content": "ok", "refusal": None, "tool_calls": None}] + USER), content)
    row("openai", "chat, logprobs, top_logprobs=2", chat(logprobs=True, top_logprobs=2),
        lambda a: f"{len(a.choices[0].logprobs.content)} tokens, {len(a.choices[0].logprobs.content[0].top_logprobs)} beside each")
    row("openai", "chat, stream, usage", chat(stream=True, stream_options={"include_usage": True}),
        lambda chunks: repr("".join(c.choices[0].delta.content or "" for c in chunks if c.choices)))
    row("openai", "chat, max_completion_tokens, store, metadata",
        lambda: CLIENT.chat.completions.create(model=MODEL, messages=USER, max_completion_tokens=4, store=True,
                                               metadata={"a": "b"}), content)
    row("openai", "chat, response_format json_object",
        chat(response_format={"type": "json_object"}, max_tokens=200, temperature=1, seed=3), written_object)
    for name, value in [("tools", [{"type": "function", "function": {"name": "f"}}]), ("response_format", {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}),
                        ("top_logprobs", 2), ("reasoning_effort", "low")]:
        send, answered = refused(400, name, chat(**{name: value}))
        row("openai", f"chat, {name}", send, answered)
    row("openai", "chat, half a surrogate pair", raw("/v1/chat/completions", {"messages": [{"role": "user", "content": "\ud83d"}]}),
        lambda answer: check(answer[0] == 400 and answer[1]["error"]["param"] == "messages", str(answer)) or "400, param=messages")


def written_object(answer):
    """A whole object, or the beginning of one."""
    said = answer.choices[0].message.content
    whole = answer.choices[0].finish_reason == "stop"
    check(said.lstrip().startswith("{") and (not whole or isinstance(json.loads(said), dict)), repr(said))
    return repr(said[:60])


def raw(path, body):
    def send():
        request = urllib.request.Request(BASE + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            return 200, json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as failure:
            return failure.code, json.load(failure)

    return send


def harness_shapes():
    """What lm-evaluation-harness's local-completions sends, and reads of the answer."""
    contexts, continuations = [[72, 105], [72]], [[33, 33], [10, 32, 72]]
    score = {"model": MODEL, "prompt": [c + e for c, e in zip(contexts, continuations)], "temperature": 0, "max_tokens": 1,
             "logprobs": 1, "seed": 1234, "echo": True}

    def answered(answer):
        check(answer[0] == 200, str(answer))
        sums = []
        for choice, context, continuation in zip(answer[1]["choices"], contexts, continuations):
            scores = choice["logprobs"]["token_logprobs"][len(context):-1]
            check(len(scores) == len(continuation), f"{len(scores)} scores for {len(continuation)} tokens")
            sums.append(sum(scores))
        check(all(math.isfinite(s) for s in sums), str(sums))
        return "sums " + ", ".join(f"{s:.4f}" for s in sums)

    row("lm-eval's shape", "loglikelihood", raw("/v1/completions", score), answered)
    row("lm-eval's shape", "generate_until",
        raw("/v1/completions", {"prompt": ["Say:"], "model": MODEL, "max_tokens": 40, "temperature": 0, "stop": ["\n\n", "END"],
                                "seed": 1234}),
        lambda answer: check(answer[0] == 200, str(answer)) or repr(answer[1]["choices"][0]["text"]))


def harness(directory):
    """The harness itself."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.openai_completions import LocalCompletionsAPI

    model = LocalCompletionsAPI(model=MODEL, base_url=BASE + "/v1/completions", tokenizer=directory,
                                tokenizer_backend="huggingface", batch_size=2, max_length=200)

    def instances(kind, arguments):
        return [Instance(request_type=kind, doc={}, arguments=each, idx=i) for i, each in enumerate(arguments)]

    row("lm-eval", "loglikelihood of local-completions",
        lambda: model.loglikelihood(instances("loglikelihood", [("Say:", "ok"), ("Say:", "no"), ("The answer:", " yes")])),
        lambda a: check(a[0][0] > a[1][0] and a[0][1] and not a[1][1], str(a))
        or ", ".join(f"{s:.4f}{' greedy' if g else ''}" for s, g in a))
    row("lm-eval", "loglikelihood_rolling",
        lambda: model.loglikelihood_rolling(instances("loglikelihood_rolling", [("ok ok ok",)])), lambda a: f"{a[0]}")
    row("lm-eval", "generate_until",
        lambda: model.generate_until(instances("generate_until", [("Say:", {"until": ["END"], "max_gen_toks": 40})])), repr)


completions()
chats()
harness_shapes()
if len(sys.argv) > 3:
    harness(sys.argv[3])
lines = ["| | client | request | answer | |", "|---|---|---|---|---|"]
lines += [f"| {i} | {client} | {what} | {said} | {'ok' if well else 'WRONG'} |" for i, (client, what, said, well) in enumerate(ROWS, 1)]
print("\n".join(lines))
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as table:
        table.write("\n".join(lines) + "\n")
wrong = sum(not well for *_, well in ROWS)
print(f"{len(ROWS)} requests, {wrong} answered as they should not have been", file=sys.stderr)
sys.exit(1 if wrong else 0)
