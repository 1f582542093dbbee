package org.weft.trainer.sweep;

/**
 * What a size came to.
 *
 * @param tokens that it was trained on
 * @param loss on the whole validation split, nats a token
 * @param seconds of training steps; of a resumed run those after the last stop
 */
public record SizeResult(FamilyMember member, long tokens, double loss, double seconds) {}
