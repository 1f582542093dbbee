/**
 * Faults on a plan: what is done to a run and when ({@link org.weft.bench.chaos.Schedule}), what its driver said meanwhile
 * ({@link org.weft.bench.chaos.RunLog}), and the figures that follow ({@link org.weft.bench.chaos.FaultFigures}). Nothing
 * here starts or ends a process: that is {@code live}'s.
 */
package org.weft.bench.chaos;
