#!/usr/bin/env python3
"""What clients do wrong to a server of Weft's, while one quiet client asks the same seeded requests again and again.

    python3 bench/peers/serve_faults.py URL PID [FAULT...]    as bench/serve_faults.sh starts it

URL has a model called chat and one called wide, both as serve_models.py writes them; PID is the server's. Prints a row a fault, and
ends with status 1 where a quiet answer is another than the undisturbed one, a status is not what docs/serve.md says, the server dies,
rows or connections are not free again, or its memory grows by more than ROOM. The standard library alone.
"""
import asyncio
import collections
import contextlib
import http.client
import json
import random
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

URL = urllib.parse.urlparse(sys.argv[1])
HOST, PORT, PID = URL.hostname, URL.port, int(sys.argv[2])
ROOM = 384  # MB beyond what is there before the first fault, of which Java's heap is all of its size
PATIENCE = 30  # seconds that a client may take to ask or to read
QUIET = [("/v1/completions", {"model": "chat", "prompt": "Say:", "max_tokens": 24, "temperature": 1, "seed": seed}) for seed in (1, 2, 3)]
QUIET += [("/v1/completions", {"model": "chat", "prompt": ["ok", "The answer:"], "max_tokens": 12, "temperature": 0.8, "seed": 7, "logprobs": 2}),
          ("/v1/chat/completions", {"model": "chat", "messages": [{"role": "user", "content": "Say:"}], "max_tokens": 16, "temperature": 1,
                                    "seed": 5})]


def ask(path, body=None):
    """Status and JSON of one request over a connection of its own."""
    with contextlib.closing(http.client.HTTPConnection(HOST, PORT, timeout=300)) as connection:
        connection.request("GET" if body is None else "POST", path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        said = response.read()
        return response.status, said if body is None else json.loads(said or "null")


def told(answer):
    return [choice.get("text", choice.get("message")) for choice in answer["choices"]]


def metric(name):
    found = re.search(rf"^{name} (\S+)$", ask("/metrics")[1].decode(), re.M)
    return float(found.group(1)) if found else 0.0


def resident():
    with open(f"/proc/{PID}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))


class Quiet(threading.Thread):
    """Compares every answer with the one of before the first fault."""

    def __init__(self):
        super().__init__(daemon=True)
        self.expected = [told(ask(*request)[1]) for request in QUIET]
        again = [told(ask(*request)[1]) for request in QUIET]
        if again != self.expected:
            sys.exit(f"undisturbed texts differ: {again} {self.expected}")
        self.seen, self.wrong, self.largest = collections.Counter(), [], 0

    def run(self):
        for turn in iter(int, 1):
            index = random.randrange(len(QUIET))
            try:
                status, answer = ask(*QUIET[index])
                self.seen[status] += 1
                if status == 200 and told(answer) != self.expected[index]:
                    self.wrong.append(f"{told(answer)} instead of {self.expected[index]}")
                elif status not in (200, 429, 503):
                    self.wrong.append(f"{status}: {answer}")
            except (OSError, http.client.HTTPException, ValueError):
                self.seen["refused"] += 1
            with contextlib.suppress(OSError, StopIteration):
                self.largest = max(self.largest, resident())
            time.sleep(0.02)


def post(path, body, headers="", length=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    length = f"Content-Length: {len(body) if length is None else length}\r\n" if length != "" else ""
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}{length}\r\n".encode() + body


async def connect(receive=None):
    made = socket.socket()
    if receive:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, (HOST, PORT))
    return await asyncio.open_connection(sock=made, limit=1 << 16)


async def answer(reader):
    """The status, or that there is none; all of it is read."""
    try:
        head = await reader.readuntil(b"\r\n")
        rest = await reader.read()
        match = re.match(rb"HTTP/1.1 (\d+)", head)
        status = int(match.group(1)) if match else "no HTTP"
        if status in (429, 503) and b"retry-after" not in rest.lower() and b"being stopped" not in rest:
            return f"{status} without Retry-After"
        if status in (400, 413) and b'"error"' not in rest and b"Content-Length: 0" not in rest:
            return f"{status} without its reason"
        return status
    except asyncio.IncompleteReadError:
        return "closed"
    except OSError:
        return "reset"


async def exchange(sent, pieces=None, pause=0.0):
    """Sends bytes, at once or in pieces, and reads what comes, meanwhile."""
    try:
        reader, writer = await connect()
    except OSError:
        return "refused"

    async def send():
        with contextlib.suppress(OSError):
            for at in range(0, len(sent), pieces or len(sent)):
                writer.write(sent[at:at + (pieces or len(sent))])
                await writer.drain()
                if pause:
                    await asyncio.sleep(pause)

    sending = asyncio.create_task(send())
    try:
        return await answer(reader)
    finally:
        sending.cancel()
        writer.close()


async def many(coroutines, at_once):
    gate = asyncio.Semaphore(at_once)

    async def one(coroutine):
        async with gate:
            return await coroutine

    return collections.Counter(await asyncio.gather(*map(one, coroutines)))


def text(**fields):
    return {"model": "chat", "prompt": "Say:", "max_tokens": 24, "temperature": 1, "logit_bias": ENDLESS} | fields


ENDLESS = {}  # what keeps a text from its end: ids that end one


async def flood():
    return await many([exchange(post("/v1/completions", text(n=4))) for _ in range(400)], 200)


async def connections():
    opened = await asyncio.gather(*[connect() for _ in range(400)], return_exceptions=True)
    opened = [one for one in opened if not isinstance(one, BaseException)]
    said = collections.Counter()
    for reader, _ in opened:
        try:
            said[await asyncio.wait_for(answer(reader), 0.05)] += 1
        except asyncio.TimeoutError:
            said["open"] += 1
    for _, writer in opened:
        writer.close()
    return said


async def hang_ups():
    async def one(stream):
        try:
            _, writer = await connect()
            writer.write(post("/v1/completions", text(max_tokens=400, n=2, stream=stream)))
            await writer.drain()
            await asyncio.sleep(random.random() / 5)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return "left"
        except OSError:
            return "refused"

    return await many([one(i % 2 == 0) for i in range(200)], 50)


async def slow_askers():
    whole = post("/v1/completions", text(padding="x" * 200))
    return await many([exchange(whole[:60 + i], pieces=1 + i % 3, pause=1) for i in range(60)], 60)


async def slow_readers(requests):
    """Who asks for much and reads nothing. What the system keeps for them is not the server's; the connection is, and its memory."""
    opened = []
    for request in requests:
        with contextlib.suppress(OSError):
            reader, writer = await connect(receive=4096)
            reader._transport.pause_reading()  # noqa: SLF001  nothing else leaves bytes where they are
            writer.write(request)
            opened.append((reader, writer))
    began, left = time.monotonic(), len(opened)
    while left > 3 and time.monotonic() - began < 5 * PATIENCE:
        await asyncio.sleep(1)
        left = await asyncio.to_thread(metric, "weft_connections")
    for _, writer in opened:
        writer.transport.abort()
    return collections.Counter({"given up" if left <= 3 else "still open": len(opened)})


async def slow_streams():
    return await slow_readers([post("/v1/completions", text(max_tokens=450, n=8, logprobs=20, stream=True))] * 8)


def vectors(texts):
    return {"model": "wide", "input": ["a cat"] * texts, "encoding_format": "float"}


async def slow_vectors():
    return await slow_readers([post("/v1/embeddings", vectors(700))] * 24)


async def large_answers():
    return await many([exchange(post("/v1/embeddings", vectors(2048))) for _ in range(6)], 6)


async def large_scores():
    request = text(prompt=["Say:" * 30] * 4, max_tokens=380, n=4, logprobs=20, echo=True)
    return await many([exchange(post("/v1/completions", request)) for _ in range(12)], 12)


async def ten_megabytes():
    body = b'{"prompt": "' + b"x" * 10_000_000 + b'"}'
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[at:at + 65536] for at in range(0, len(body), 65536)))
    said = await many([exchange(post("/v1/completions", body)) for _ in range(20)], 10)
    said += await many([exchange(post("/v1/completions", chunks + b"0\r\n\r\n", "Transfer-Encoding: chunked\r\n", "")) for _ in range(10)], 10)
    return said + await many(
        [exchange(post("/v1/completions", b"", "Expect: 100-continue\r\n", 10_000_000)) for _ in range(10)], 10)


async def a_megabyte_each():
    """Bodies as large as may be that all lack their last byte until all are there."""
    body = b'{"model": "chat", "prompt": "' + b"x" * 1_040_000 + b'"}'
    there = asyncio.Event()

    async def one():
        try:
            reader, writer = await connect()
        except OSError:
            return "refused"
        whole = post("/v1/completions", body)
        said = asyncio.create_task(answer(reader))
        with contextlib.suppress(OSError):
            writer.write(whole[:-1])
            await asyncio.wait({said, asyncio.create_task(writer.drain())}, return_when=asyncio.FIRST_COMPLETED, timeout=20)
            await asyncio.wait({said, asyncio.create_task(there.wait())}, return_when=asyncio.FIRST_COMPLETED)
            writer.write(whole[-1:])
        try:
            return await said
        finally:
            writer.transport.abort()

    running = [asyncio.create_task(one()) for _ in range(240)]
    await asyncio.sleep(15)
    there.set()
    return collections.Counter(await asyncio.gather(*running))


async def chunked():
    path, fields = QUIET[0]
    body = json.dumps(fields).encode()
    small = b"".join(b"1;a=b\r\n%c\r\n" % byte for byte in body) + b"0\r\nX: y\r\n\r\n"
    whole = [post(path, small, "Transfer-Encoding: chunked\r\n", "")] * 10
    broken = [post(path, part, "Transfer-Encoding: chunked\r\n", "") for part in (
        b"zz\r\n" + body, b"-1\r\n" + body, b"ffffffffffffffff\r\n" + body, b"5\r\nab")]
    said = await many([exchange(request, pieces=700) for request in whole], 5)
    return said + await many([asyncio.wait_for(exchange(request), 2 * PATIENCE) for request in broken], 4)


async def broken_utf8():
    parts = [b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xed\xa0\xbd", b"\xf4\x90\x80\x80", b"\xfe\xfe\xff\xff", b"\x80",
             b"\\ud83d", b"\\udc00\\ud83d", b"\x00"]
    return await many([exchange(post("/v1/completions", b'{"model": "chat", "prompt": "a' + part + b'"}')) for part in parts * 10], 20)


async def hostile_json():
    bodies = [b"[" * 500_000, b'{"a":' * 150_000, b'{"model": "chat", "prompt": [' + b"{}," * 340_000 + b"{}]}",
              b'{"model": "chat", "prompt": [' + b"[]," * 340_000 + b"[]]}", b'{"model": "chat", "seed": ' + b"9" * 1_000_000 + b"}",
              b'{"model": "chat", "temperature": 1e999999999}', b'{"model": "chat", "model": "wide"}', b"", b"null", b"{} {}",
              b'{"model": "chat", "prompt": [' + b"1," * 500_000 + b"1]}", b'{"' + b"k" * 1_000_000 + b'": 1}']
    return await many([exchange(post("/v1/completions", body)) for body in bodies * 4], 16)


async def no_http():
    draw = random.Random(3)
    sent = [draw.randbytes(2000) + b"\r\n\r\n" for _ in range(20)]
    sent += [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + draw.randbytes(300) + b"\r\n\r\n", b"\r\n\r\n" * 5000 + b"x\r\n\r\n",
             b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
             b"GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
    return await many([asyncio.wait_for(exchange(one), 2 * PATIENCE) for one in sent], 10)


async def pipelined():
    """Thousands of requests down a connection by somebody who reads no answer."""
    return await slow_readers([b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20_000] * 10)


FAULTS = {  # what is done, what may be answered, what must be among that
    "flood": (flood, {200, 429}, {200, 429}),
    "connections": (connections, {503, "open"}, {503}),
    "hang_ups": (hang_ups, {"left", "refused"}, {"left"}),
    "slow_askers": (slow_askers, {"closed", "reset"}, {"closed"}),
    "slow_streams": (slow_streams, {"given up"}, {"given up"}),
    "slow_vectors": (slow_vectors, {"given up"}, {"given up"}),
    "pipelined": (pipelined, {"given up"}, {"given up"}),
    "ten_megabytes": (ten_megabytes, {413}, {413}),
    "a_megabyte_each": (a_megabyte_each, {400, 503}, {400}),
    "chunked": (chunked, {200, 400, 413, "closed"}, {200, 400}),
    "broken_utf8": (broken_utf8, {400}, {400}),
    "hostile_json": (hostile_json, {400}, {400}),
    "no_http": (no_http, {400, 404, 414, 431, "closed", "reset"}, {400, 414, 431}),
    "large_answers": (large_answers, {200, 429, 500, 503, 504}, set()),
    "large_scores": (large_scores, {200, 429, 500, 503, 504}, set()),
}


def settled():
    """Nothing runs, waits or is open but for the quiet client's own."""
    for _ in range(600):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if metric("weft_queue_length") <= 2 and metric("weft_running_texts") <= 2 and metric("weft_connections") <= 3:
                return True
        time.sleep(0.2)
    return False


def tried(name, quiet, base):
    fault, allowed, required = FAULTS[name]
    before, quiet.largest, wrong, began = quiet.seen.copy(), 0, [], time.monotonic()
    said = asyncio.run(fault())
    seconds = time.monotonic() - began
    unexpected = {key: count for key, count in said.items() if key not in allowed}
    if unexpected or not required <= set(said):
        wrong.append(f"answers {dict(said)}")
    try:
        if not settled():
            wrong.append("rows or connections are not free again")
        for request, expected in zip(QUIET, quiet.expected):
            status, after = ask(*request)
            if status != 200 or told(after) != expected:
                wrong.append(f"afterwards {status} {after}")
        growth = max(quiet.largest, resident()) - base
        if growth > ROOM:
            wrong.append(f"memory grew by {growth} MB")
    except (OSError, http.client.HTTPException, StopIteration) as failure:
        wrong.append(f"the server is gone: {failure!r}")
        growth = 0
    wrong += quiet.wrong[:3]
    quiet.wrong.clear()
    meanwhile = quiet.seen - before
    counted = ", ".join(f"{count} of {key}" for key, count in sorted(said.items(), key=str))
    others = ", ".join(f"{count} of {key}" for key, count in sorted(meanwhile.items(), key=str))
    print(f"| {name} | {counted} | {others} | {growth} MB | {seconds:.0f} s | {'ok' if not wrong else 'WRONG: ' + '; '.join(wrong)} |", flush=True)
    return not wrong


def main():
    ENDLESS.update({str(i): -100 for i in range(256, 259)})  # of the byte-level model, what is no byte
    for texts in (1, 64):
        ask("/v1/embeddings", vectors(texts))
    quiet = Quiet()
    base = resident()
    quiet.start()
    print(f"| fault | answers | the quiet client's meanwhile | memory beyond {base} MB | time | |\n|---|---|---|---|---|---|", flush=True)
    good = [tried(name, quiet, base) for name in sys.argv[3:] or FAULTS]
    sys.exit(0 if all(good) else 1)


main()
