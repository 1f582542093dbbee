#!/usr/bin/env python3
"""What Opacus's RDPAccountant says of private runs: one run a line.

    python3 bench/peers/privacy.py > bench/peers/privacy_golden.txt      (opacus 1.6.0 from PyPI)

A line is: sampling rate, noise multiplier, steps, delta, epsilon. RdpAccountantTest holds Weft's accountant to them.
"""
from opacus.accountants import RDPAccountant

RUNS = [
    (rate, noise, steps, delta)
    for rate, steps in ((0.001, 10_000), (0.01, 1_000), (0.04, 500), (0.25, 60), (1.0, 20))
    for noise in (0.5, 0.8, 1.1, 2.0, 8.0)
    for delta in (1e-5, 1e-7)
] + [(0.256, 1.1, 15_000, 1e-5), (256 / 60_000, 1.3, 14_063, 1e-5), (0.005, 0.3, 100, 1e-6)]

for rate, noise, steps, delta in RUNS:
    accountant = RDPAccountant()
    accountant.history = [(noise, rate, steps)]
    print(repr(rate), noise, steps, delta, repr(float(accountant.get_epsilon(delta))))
