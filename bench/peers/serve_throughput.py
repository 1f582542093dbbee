#!/usr/bin/env python3
"""Tokens/s of a server of OpenAI's completions at 1 and at 8 texts side by side, and of llama.cpp's on the same weights, in turns.

    python3 bench/peers/serve_throughput.py URL FILE.gguf [SECONDS [ROUNDS]]     (10 3)

URL is where `weft serve` listens, FILE what `weft export --format gguf` made of its model. llama.cpp runs in a process of its own, with one
thread, as Weft is asked to (OMP_NUM_THREADS=1). Clients ask one request after the other: 16 words of prompt, 64 greedy tokens.
Needs xllamacpp (pip install xllamacpp).
"""
import concurrent.futures
import http.client
import json
import multiprocessing
import statistics
import sys
import time
import urllib.parse

TOKENS = 64
WORDS = "sea house year people war peace law ship king court money land river word hand night road stone fire wind".split()


def llama_cpp(path, told):
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_parallel = 8
    params.n_ctx = 8 * 256
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.port = 0
    params.cache_prompt = False
    server = xllamacpp.Server(params)
    told.put(server.listening_address)
    while True:
        time.sleep(60)


def client(address, number, end):
    tokens, round_ = 0, 0
    connection = http.client.HTTPConnection(address, timeout=300)
    while time.monotonic() < end:
        words = [WORDS[(number * 7 + round_ * 3 + i * 5) % len(WORDS)] for i in range(16)]
        body = json.dumps({"model": "bench", "prompt": " ".join(words), "max_tokens": TOKENS, "temperature": 0})
        connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        if "usage" not in answer:
            raise SystemExit(f"{address}: {answer}")
        tokens += answer["usage"]["completion_tokens"]
        round_ += 1
    return tokens


def speed(address, clients, seconds):
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        tokens = sum(pool.map(lambda number: client(address, number, start + seconds), range(clients)))
    return tokens / (time.monotonic() - start)


def main():
    url, path = sys.argv[1], sys.argv[2]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 10
    rounds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    told = multiprocessing.Queue()
    peer = multiprocessing.Process(target=llama_cpp, args=(path, told), daemon=True)
    peer.start()
    servers = {"weft": urllib.parse.urlparse(url).netloc, "llama.cpp": urllib.parse.urlparse(told.get(timeout=120)).netloc}
    for clients in (1, 8):
        found = {name: [] for name in servers}
        for name, address in servers.items():
            speed(address, clients, 2)
        for _ in range(rounds):
            for name, address in servers.items():
                found[name].append(speed(address, clients, seconds))
        medians = {name: statistics.median(rates) for name, rates in found.items()}
        print(f"{clients} texts: weft {medians['weft']:.0f}, llama.cpp {medians['llama.cpp']:.0f} tokens/s:"
              f" {medians['weft'] / medians['llama.cpp']:.2f} times", flush=True)
    peer.terminate()


main()
