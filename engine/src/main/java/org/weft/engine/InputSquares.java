package org.weft.engine;

import java.io.Serializable;
import java.util.List;

/**
 * What linear layers were given, summed: Σ xᵀx over rows x of I inputs.
 *
 * @param parameters the layers' matrices, which were all given the same rows
 * @param inputs I
 * @param sums (I, I), row after row
 */
public record InputSquares(List<String> parameters, int inputs, float[] sums) implements Serializable {}
