package org.weft.engine.sampling;

/**
 * What follows one prompt.
 *
 * @param tokens chosen ones, without the prompt and without the token that ended it
 */
public record GeneratedText(int[] tokens, FinishReason reason) {}
