package org.weft.trainer.example;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/**
 * What an example has to reach. One of the two bounds is set.
 *
 * @param metric as the figures of the run name it
 * @param atLeast null for none
 * @param atMost null for none
 */
public record Bar(@JsonProperty(required = true) String metric, Double atLeast, Double atMost) {

    public Bar {
        if (metric == null || (atLeast == null) == (atMost == null)) {
            throw new IllegalArgumentException("bar wants a metric and one of at_least and at_most");
        }
    }

    /** Whether a value reaches it; NaN never does. */
    public boolean isMetBy(double value) {
        return atLeast != null ? value >= atLeast : value <= atMost;
    }

    /** As in {@code accuracy at least 0.75}. */
    @Override
    public String toString() {
        return atLeast != null
                ? String.format(Locale.ROOT, "%s at least %s", metric, atLeast)
                : String.format(Locale.ROOT, "%s at most %s", metric, atMost);
    }
}
