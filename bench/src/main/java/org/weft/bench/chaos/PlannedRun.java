package org.weft.bench.chaos;

import java.util.List;

/** One training run and its faults, in order. */
public record PlannedRun(int number, Shape shape, List<PlannedFault> faults) {}
