package org.weft.engine;

/**
 * The likeliest tokens at each place of some sequences, the likeliest first; zeros where nothing is to be predicted.
 *
 * @param k tokens at each place
 * @param ids (B T, k)
 * @param logits (B T, k)
 */
public record TopLogits(int k, int[] ids, float[] logits) {}
