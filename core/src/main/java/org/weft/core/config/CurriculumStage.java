package org.weft.core.config;

import java.io.Serializable;
import java.util.Map;

/** Weights of a corpus's sources from a step on. */
public record CurriculumStage(
        @Doc("The first step that takes these weights; the steps before have the stage before, or corpus.sources' own.")
        int fromStep,

        @Doc(
                "A weight for each source by its name, such as {web: 0.5, code: 0.3, books: 0.2}; 0 for one that has no part.")
        Map<String, Double> weights)
        implements Serializable {

    static CurriculumStage defaults() {
        return new CurriculumStage(0, Map.of());
    }

    void validate(String key, Problems problems) {
        problems.require(fromStep >= 0, "%s.from_step=%d must not be negative", key, fromStep);
        problems.require(!weights.isEmpty(), "%s.weights is empty: give each source a weight", key);
        weights.forEach((name, weight) ->
                problems.require(weight >= 0, "%s.weights: %s=%s must not be negative", key, name, weight));
        problems.require(
                weights.isEmpty() || weights.values().stream().anyMatch(weight -> weight > 0),
                "%s.weights=%s leaves nothing to draw from",
                key,
                weights);
    }
}
