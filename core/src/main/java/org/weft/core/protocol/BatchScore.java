package org.weft.core.protocol;

import org.weft.core.model.ClassTally;

/**
 * What one validation batch says of parameters.
 *
 * @param loss the sum of nats over the batch's targets
 * @param targets what the loss is a mean over: targets of the batch, each as often as it counts
 * @param classes of the classes that were predicted or there; empty where the task has none
 */
public record BatchScore(double loss, double targets, ClassTally[] classes) {}
