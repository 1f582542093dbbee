#!/usr/bin/env python3
"""Requests to a server of Weft's, as OpenAI's client of PyPI, LangChain and lm-evaluation-harness send them.

    python3 bench/peers/serve_requests.py http://127.0.0.1:8080 [table.md [DIR]]

The first of the server's models is one of single bytes with a chat template. Where DIR is given, the server has every model that
serve_models.py wrote there, by the names of their directories, and their answers are compared with what it says of them. Needs
PyPI's openai; LangChain's rows langchain-openai, and with DIR the harness's lm_eval[api]: without them there are none. Prints a row
a request, and ends with status 1 where one was not answered as it should have been.
"""
import base64
import importlib.util
import json
import math
import os
import struct
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
    row("openai", "chat, half a surrogate pair", raw("/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": "\ud83d"}]}),
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


def near(name, found, expected):
    """Numbers side by side, with how far they are apart."""
    furthest = max(abs(a - b) for a, b in zip(found, expected, strict=True))
    check(furthest < 1e-5, f"{name}: {furthest:.1e} away")
    return f"{name}: {len(expected)} numbers within {furthest:.0e}"


def embeddings(expected):
    flat = [number for vector in expected["vectors"] for number in vector]

    def embed(**fields):
        return lambda: CLIENT.embeddings.create(**{"model": "vectors", "input": expected["texts"]} | fields)

    def vectors(answer):
        check([one.index for one in answer.data] == list(range(len(expected["texts"]))), "the order")
        return near("vectors", [number for one in answer.data for number in one.embedding], flat)

    row("openai", "embeddings", embed(), vectors)
    row("openai", "embeddings, float", embed(encoding_format="float"), vectors)
    row("openai", "embeddings, base64", raw("/v1/embeddings", {"model": "vectors", "input": expected["texts"], "encoding_format": "base64"}),
        lambda answer: near("vectors", [number for one in answer[1]["data"] for number in struct.unpack(
            f"<{len(expected['vectors'][0])}f", base64.b64decode(one["embedding"]))], flat))
    row("openai", "embeddings of token ids", embed(input=expected["ids"]), vectors)
    row("openai", "embeddings, dimensions as there are", embed(dimensions=len(expected["vectors"][0])), vectors)
    for fields in ({"dimensions": 2}, {"input": []}, {"encoding_format": "hex"}):
        name = next(iter(fields))
        send, answered = refused(400, name, embed(**fields))
        row("openai", f"embeddings, {name}={fields[name]!r}", send, answered)
    send, answered = refused(404, None, embed(model="chat"))
    row("openai", "embeddings of a model that writes", send, answered)


def predictions(expected):
    def ask(model, path="/predict", **fields):
        return raw(path, {"model": model, "input": expected["texts"]} | fields)

    def all_of(name):
        return lambda answer: [one[name] for one in answer[1]["data"]]

    row("http", "predict, classification", ask("labels"), lambda a: near("probabilities", [
        one["probabilities"][label] for one in a[1]["data"] for label in ("bad", "good", "fair")],
        [one[label] for one in expected["labels"] for label in ("bad", "good", "fair")]))
    row("http", "classify", ask("labels", "/classify"), lambda a: check(
        [one["labels"][0]["label"] for one in a[1]["data"]] == [max(one, key=one.get) for one in expected["labels"]], str(a))
        or "the library's labels")
    row("http", "predict, regression", ask("rating"), lambda a: near("numbers", all_of("prediction")(a), expected["rating"]))
    row("http", "predict, tokens", ask("tags"), lambda a: check(all_of("prediction")(a) == expected["tags"], str(a[1]["data"]))
        or "the library's tags")
    context = "Ada wrote the notes in London ."
    row("http", "predict, qa", ask("reader", input={"question": "who wrote it ?", "context": context}), lambda a: check(
        all(one["prediction"] == context[one["start"]:one["end"]] for one in a[1]["data"]), str(a)) or str(a[1]["data"][0]))
    for model, path in (("chat", "/predict"), ("vectors", "/classify"), ("labels", "/v1/completions")):
        row("http", f"{path} of {model}", ask(model, path), lambda a: check(
            a[0] == 404 and a[1]["error"]["code"] == "endpoint_not_served", str(a)) or a[1]["error"]["message"][:70])
    row("http", "predict without a model's name", raw("/predict", {"input": "a cat"}), lambda a: check(
        a[0] == 400 and a[1]["error"]["param"] == "model", str(a)) or "400, param=model")


def langchain(expected):
    """LangChain's classes of OpenAI's, as its own pages use them."""
    from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

    common = {"base_url": BASE + "/v1", "api_key": os.environ.get("WEFT_KEY", "none"), "max_retries": 0}
    writer = ChatOpenAI(model=MODEL, temperature=0, max_tokens=8, **common)
    completer = OpenAI(model=MODEL, temperature=0, max_tokens=8, **common)
    asked = [("system", "Be brief."), ("human", "Say:")]
    row("langchain", "ChatOpenAI.invoke", lambda: writer.invoke(asked), lambda a: check(
        a.usage_metadata["output_tokens"] > 0, str(a)) or repr(a.content))
    row("langchain", "ChatOpenAI.stream", lambda: list(writer.stream(asked)), lambda chunks: check(
        "".join(chunk.content for chunk in chunks) == writer.invoke(asked).content, str(chunks)) or f"the same in {len(chunks)} chunks")
    row("langchain", "ChatOpenAI.batch", lambda: writer.batch([asked, "Say:"]), lambda a: f"{len(a)} answers")
    row("langchain", "ChatOpenAI, logprobs", lambda: writer.bind(logprobs=True, top_logprobs=2).invoke(asked),
        lambda a: f"{len(a.response_metadata['logprobs']['content'])} tokens")
    row("langchain", "ChatOpenAI, json_object", lambda: writer.bind(  # the client takes no object that is not whole
        response_format={"type": "json_object"}, temperature=1, seed=3, max_tokens=400).invoke(asked),
        lambda a: check(isinstance(json.loads(a.content), dict), a.content) or repr(a.content[:40]))
    row("langchain", "ChatOpenAI, tools that it does not know", lambda: writer.bind_tools([{
        "type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}]),
        lambda bound: unknown(bound, asked))
    row("langchain", "OpenAI.invoke", lambda: completer.invoke("Say:"), repr)
    row("langchain", "OpenAI.stream", lambda: list(completer.stream("Say:")), lambda pieces: check(
        "".join(pieces) == completer.invoke("Say:"), str(pieces)) or f"the same in {len(pieces)} pieces")
    row("langchain", "OpenAI, n=2, best_of=3", lambda: OpenAI(
        model=MODEL, temperature=1, seed=5, n=2, best_of=3, max_tokens=8, **common).generate(["Say:"]),
        lambda a: f"{len(a.generations[0])} texts")
    if expected:
        vectors = OpenAIEmbeddings(model="vectors", check_embedding_ctx_length=False, **common)
        flat = [number for vector in expected["vectors"] for number in vector]
        row("langchain", "OpenAIEmbeddings.embed_documents", lambda: vectors.embed_documents(expected["texts"]),
            lambda a: near("vectors", [number for vector in a for number in vector], flat))
        row("langchain", "OpenAIEmbeddings.embed_query", lambda: vectors.embed_query(expected["texts"][0]),
            lambda a: near("vector", a, expected["vectors"][0]))


def unknown(bound, asked):
    try:
        bound.invoke(asked)
    except openai.BadRequestError as failure:
        check(failure.param == "tools", str(failure))
        return "400, param=tools"
    raise Expected("200, and nothing said")


def installed(package):
    found = importlib.util.find_spec(package)
    if not found:
        print(f"{package} is not installed: no rows of it", file=sys.stderr)
    return bool(found)


directory = sys.argv[3] if len(sys.argv) > 3 else None
told = json.load(open(f"{directory}/expected.json", encoding="utf-8")) if directory else None
completions()
chats()
harness_shapes()
if told:
    embeddings(told)
    predictions(told)
if installed("langchain_openai"):
    langchain(told)
if directory and installed("lm_eval"):
    harness(f"{directory}/chat")
lines = ["| | client | request | answer | |", "|---|---|---|---|---|"]
lines += [f"| {i} | {client} | {what} | {said} | {'ok' if well else 'WRONG'} |" for i, (client, what, said, well) in enumerate(ROWS, 1)]
print("\n".join(lines))
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as table:
        table.write("\n".join(lines) + "\n")
wrong = sum(not well for *_, well in ROWS)
print(f"{len(ROWS)} requests, {wrong} answered as they should not have been", file=sys.stderr)
sys.exit(1 if wrong else 0)
