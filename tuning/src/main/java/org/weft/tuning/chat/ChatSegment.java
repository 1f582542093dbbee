package org.weft.tuning.chat;

/**
 * A piece of a conversation's text.
 *
 * @param response whether it is the assistant's to say, what ends its turn included: where fine-tuning has its loss
 */
public record ChatSegment(String text, boolean response) {}
