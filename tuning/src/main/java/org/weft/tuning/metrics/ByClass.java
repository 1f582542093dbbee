package org.weft.tuning.metrics;

import java.util.List;
import java.util.function.IntFunction;
import org.weft.core.scores.MatchCounts;

/**
 * Scores of each class, label or type of entity.
 *
 * @param of what they are, in the plural: classes, labels, entities
 * @param ranking the rows by their probability of one of them; null where rows have no probabilities
 * @param opposed whether one of two is what the other is not, so that the second tells all
 */
public record ByClass(
        String of, List<String> names, MatchCounts matches, IntFunction<Ranking> ranking, boolean opposed) {}
