package org.weft.tuning.task;

/**
 * One text or two as the model's sequence.
 *
 * @param tokens (T)
 * @param firstStart position of the first text's first token, of which {@code firstLength} were kept
 * @param secondStart position of the second text's first token, of which {@code secondLength} were kept; T for none
 * @param secondFrom the second text's tokens before the first that was kept: more than 0 in a window further on
 */
record Framed(
        int[] tokens,
        int firstStart,
        int firstLength,
        int secondStart,
        int secondLength,
        int secondFrom,
        boolean truncated) {}
