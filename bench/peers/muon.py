#!/usr/bin/env python3
"""Golden values of Muon: PyTorch 2.9's and later on three matrices whose gradients are a formula.

    python3 bench/peers/muon.py > bench/peers/muon_golden.txt

The reference is written out here in float32, for torch.optim.Muon orthogonalises in bfloat16; its own values stand beside, as
"torch". Learning rate 2e-2, weight decay 0.1, momentum 0.95, nesterov, 5 steps, adjust_lr_fn match_rms_adamw. Element i of a matrix,
row by row, starts as sin(i + 1), and its gradient at step s is cos(0.1 s (i % 7 + 1)) (1 + 0.25 (i % 5)) + 0.3 sin(0.7 i + s).
Printed: the matrix after steps 1, 10 and 50.
"""
import math

import torch

SHAPES, STEPS, SHOWN = ((6, 4), (4, 10), (5, 5)), 50, (1, 10, 50)
RATE, DECAY, MOMENTUM, EPSILON = 2e-2, 0.1, 0.95, 1e-7
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonal(g):
    x = g.T if g.size(0) > g.size(1) else g
    x = x / x.norm().clamp(min=EPSILON)
    for _ in range(5):
        gram = x @ x.T
        x = A * x + (B * gram + C * gram @ gram) @ x
    return x.T if g.size(0) > g.size(1) else x


class Float32Muon:
    def __init__(self, parameters):
        self.p = parameters[0]
        self.m = torch.zeros_like(self.p)

    @torch.no_grad()
    def step(self):
        g = self.p.grad
        self.m.lerp_(g, 1 - MOMENTUM)
        update = orthogonal(g.lerp(self.m, MOMENTUM))
        self.p.mul_(1 - RATE * DECAY)
        self.p.add_(update, alpha=-RATE * 0.2 * math.sqrt(max(self.p.shape)))


OPTIMIZERS = {
    "float32": Float32Muon,
    "torch": lambda p: torch.optim.Muon(p, lr=RATE, weight_decay=DECAY, momentum=MOMENTUM, adjust_lr_fn="match_rms_adamw"),
}


def gradient(step, elements):
    return [math.cos(0.1 * step * (i % 7 + 1)) * (1 + 0.25 * (i % 5)) + 0.3 * math.sin(0.7 * i + step) for i in range(elements)]


def run(name, shape):
    elements = shape[0] * shape[1]
    start = torch.tensor([math.sin(i + 1) for i in range(elements)], dtype=torch.float64).float().view(shape)
    p = torch.nn.Parameter(start)
    optimizer = OPTIMIZERS[name]([p])
    for step in range(STEPS):
        p.grad = torch.tensor(gradient(step, elements), dtype=torch.float64).float().view(shape)
        optimizer.step()
        if step + 1 in SHOWN:
            values = " ".join(f"{value:.9f}" for value in p.detach().double().flatten().tolist())
            print(f"muon={name} shape={shape[0]}x{shape[1]} step={step + 1} {values}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(f"# torch {torch.__version__}")
    for muon_name in OPTIMIZERS:
        for muon_shape in SHAPES:
            run(muon_name, muon_shape)
