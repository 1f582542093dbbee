"""Compares the numbers of a run's metrics.jsonl with those of its event files, read by the real TensorBoard, and with those
of a real MLflow server: every step, every number. Arguments: the run's directory (local), the MLflow server's address."""
import json
import sys

import numpy
from mlflow.tracking import MlflowClient
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

STEP = {"loss": "train/", "learning_rate": "train/", "grad_norm": "train/", "tokens": "train/",
        "tokens_per_second": "speed/", "mfu": "speed/", "step_millis": "speed/", "wait_millis": "speed/",
        "push_bytes": "traffic/", "pull_bytes": "traffic/"}
CHECKPOINT = {"checkpoint_stall_millis": "checkpoint/stall_millis", "checkpoint_millis": "checkpoint/millis"}


def logged(path):
    """By name and step."""
    numbers = {}
    for line in open(path):
        record = json.loads(line)
        for key, value in record.items():
            if "event" in record or not isinstance(value, (int, float)):
                continue
            name = STEP[key] + key if key in STEP else CHECKPOINT.get(key)
            if key.startswith("val_"):
                name = "val/" + key[4:]
            if name:
                numbers.setdefault(name, {})[record["step"]] = value
    return numbers


def differences(what, names, expected, found, same):
    wrong = 0
    for name in names:
        if sorted(expected[name]) != sorted(found.get(name, {})):
            print(f"{what}: {name}: steps {sorted(expected[name])} but {sorted(found.get(name, {}))}")
            wrong += 1
        for step, value in expected[name].items():
            if not same(value, found.get(name, {}).get(step)):
                print(f"{what}: {name} at step {step}: {value} but {found.get(name, {}).get(step)}")
                wrong += 1
    return wrong


run, server = sys.argv[1:]
expected = logged(run + "/metrics.jsonl")

events = EventAccumulator(run + "/tensorboard", size_guidance={"scalars": 0, "tensors": 0})
events.Reload()
board = {tag: {} for tag in events.Tags()["scalars"]}
twice = 0
for tag in board:
    for event in events.Scalars(tag):
        twice += event.step in board[tag]
        board[tag][event.step] = event.value
wrong = twice
wrong += differences("TensorBoard", expected, expected, board, lambda a, b: b is not None and numpy.float32(a) == numpy.float32(b))
texts = [tag for tag in events.Tags()["tensors"]]
wrong += 0 if {"configuration", "events"} <= set(texts) else 1

link = json.load(open(run + "/mlflow.json"))
client = MlflowClient(server)
mlrun = client.get_run(link["run_id"])
tracked = {}
for name in expected:
    for metric in client.get_metric_history(link["run_id"], name):
        if metric.step in tracked.setdefault(name, {}) and not name.startswith("checkpoint/"):
            print(f"MLflow: {name} at step {metric.step} twice")
            wrong += 1
        tracked[name][metric.step] = metric.value
# What a killed process told and a later one did again has other times, never other losses.
decided = [name for name in expected if name.startswith(("train/", "val/"))]
wrong += differences("MLflow", decided, expected, tracked, lambda a, b: a == b)
timed = sum(expected[name][step] != tracked[name].get(step) for name in expected if name not in decided for step in expected[name])
print(json.dumps({
    "metrics.jsonl": {"names": len(expected), "numbers": sum(map(len, expected.values()))},
    "tensorboard": {"names": len(board), "numbers": sum(map(len, board.values())), "texts": texts},
    "mlflow": {"names": len(tracked), "numbers": sum(map(len, tracked.values())), "status": mlrun.info.status,
               "parameters": len(mlrun.data.params), "params_sha256": mlrun.data.tags.get("weft.params_sha256"),
               "artifacts": [file.path for file in client.list_artifacts(link["run_id"])],
               "times_of_steps_done_again": timed},
    "differences": wrong}))
if len(client.search_runs([mlrun.info.experiment_id])) != 1:
    print("MLflow: more than one run")
    wrong += 1
sys.exit(1 if wrong else 0)
