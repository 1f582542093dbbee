package org.weft.dl4j.examples;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * How well an example has to do; exactly one of the two bounds is given.
 *
 * @param metric {@code accuracy} or {@code perplexity}
 */
record ExampleBar(
        String metric,
        @JsonProperty("at_least") Double atLeast,
        @JsonProperty("at_most") Double atMost) {

    /** What is wrong with it, or null. */
    String problem() {
        if (metric == null || !(metric.equals("accuracy") || metric.equals("perplexity"))) {
            return "bar.metric " + metric + " is neither accuracy nor perplexity";
        }
        return (atLeast == null) == (atMost == null) ? "bar needs one of at_least and at_most" : null;
    }

    /** The same metric, with what guessing gets as the bound: of rows that the bar was not set on. */
    ExampleBar ofGuess(double guess) {
        return new ExampleBar(metric, atLeast == null ? null : guess, atMost == null ? null : guess);
    }

    double of(Outcome outcome) {
        return metric.equals("accuracy") ? outcome.accuracy() : outcome.perplexity();
    }

    boolean passes(double measured) {
        return atLeast != null ? measured >= atLeast : measured <= atMost;
    }

    String words() {
        return String.format(
                Locale.ROOT, "%s %s %s", metric, atLeast != null ? "at least" : "at most", number(bound()));
    }

    double bound() {
        return atLeast != null ? atLeast : atMost;
    }

    /** A value of the metric with the digits that matter. */
    String number(double value) {
        return String.format(Locale.ROOT, metric.equals("accuracy") ? "%.4f" : "%.1f", value);
    }
}
