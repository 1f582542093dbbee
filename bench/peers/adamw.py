#!/usr/bin/python3
"""Golden values of AdamW: PyTorch's optimizer on eight float32 elements whose gradients are a formula.

    /usr/bin/python3 bench/peers/adamw.py > bench/peers/adamw_golden.txt

p[i] = sin(i + 1) at the start; at step t (from 0) g[i] = cos(0.1 t (i + 1)) (1 + 0.5 i), computed in float64 and
rounded to float32. Learning rate 1e-2, betas 0.9 and 0.95, epsilon 1e-8, decoupled weight decay 0.1. One table without
clipping and one with the gradient clipped to a global norm of 1. Printed: p after steps 1, 10 and 100.
"""
import math

import torch

ELEMENTS, STEPS, SHOWN = 8, 100, (1, 10, 100)


def run(clip_norm):
    start = [math.sin(i + 1) for i in range(ELEMENTS)]
    p = torch.nn.Parameter(torch.tensor(start, dtype=torch.float64).float())
    optimizer = torch.optim.AdamW([p], lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    for step in range(STEPS):
        gradient = [math.cos(0.1 * step * (i + 1)) * (1 + 0.5 * i) for i in range(ELEMENTS)]
        p.grad = torch.tensor(gradient, dtype=torch.float64).float()
        if clip_norm > 0:
            torch.nn.utils.clip_grad_norm_([p], clip_norm)
        optimizer.step()
        if step + 1 in SHOWN:
            values = " ".join(f"{value:.9f}" for value in p.detach().double().tolist())
            print(f"clip={clip_norm} step={step + 1} {values}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"# torch {torch.__version__}, float32")
    run(0.0)
    run(1.0)
