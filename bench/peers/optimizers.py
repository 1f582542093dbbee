#!/usr/bin/python3
"""Golden values of sgd, nesterov, adam, adamw and amsgrad: PyTorch's on eight float32 elements whose gradients are a formula.

    /usr/bin/python3 bench/peers/optimizers.py > bench/peers/optimizers_golden.txt

Start and gradients as in adamw.py. Learning rate 1e-2, momentum 0.9, betas 0.9 and 0.95, epsilon 1e-8, weight decay 0.1
as each takes it. Printed: p after steps 1, 10 and 100.
"""
import math

import torch

ELEMENTS, STEPS, SHOWN = 8, 100, (1, 10, 100)
ADAM = {"lr": 1e-2, "betas": (0.9, 0.95), "eps": 1e-8, "weight_decay": 0.1}
OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-2, weight_decay=0.1),
    "nesterov": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda p: torch.optim.Adam(p, **ADAM),
    "adamw": lambda p: torch.optim.AdamW(p, **ADAM),
    "amsgrad": lambda p: torch.optim.Adam(p, amsgrad=True, **ADAM),
}


def run(name):
    start = [math.sin(i + 1) for i in range(ELEMENTS)]
    p = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64).float())
    optimizer = OPTIMIZERS[name]([p])
    for step in range(STEPS):
        gradient = [math.cos(0.1 * step * (i + 1)) * (1 + 0.5 * i) for i in range(ELEMENTS)]
        p.grad = torch.tensor(gradient, dtype=torch.float64).float()
        optimizer.step()
        if step + 1 in SHOWN:
            values = " ".join(f"{value:.9f}" for value in p.detach().double().tolist())
            print(f"optimizer={name} step={step + 1} {values}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"# torch {torch.__version__}, float32")
    for optimizer_name in OPTIMIZERS:
        run(optimizer_name)
