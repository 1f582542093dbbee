package org.weft.serve;

/**
 * A label and how probable a classifier finds it.
 *
 * @param probability in [0, 1]
 */
public record LabelProbability(String label, double probability) {}
