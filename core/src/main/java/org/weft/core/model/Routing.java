package org.weft.core.model;

/**
 * How a block's tokens are spread over several perceptrons, its experts.
 *
 * @param experts E
 * @param chosen C, experts that each token goes to
 * @param balanced whether the balance of the experts adds to the loss
 */
public record Routing(int experts, int chosen, boolean balanced) {}
