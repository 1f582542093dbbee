package org.weft.tuning.suite;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a model is asked for. */
public enum OutputType {
    /** The likelihood of each of several answers. */
    MULTIPLE_CHOICE,
    /** The likelihood of one answer, and whether the model would have given it. */
    LOGLIKELIHOOD,
    /** The likelihood of a whole text, window by window. */
    LOGLIKELIHOOD_ROLLING;

    /** As YAML has it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<OutputType> of(String word) {
        return Arrays.stream(values()).filter(type -> type.word().equals(word)).findFirst();
    }

    static List<String> words() {
        return Arrays.stream(values()).map(OutputType::word).toList();
    }

    /** The metrics that it can have. */
    List<SuiteMetric> metrics() {
        return switch (this) {
            case MULTIPLE_CHOICE -> List.of(SuiteMetric.ACC, SuiteMetric.ACC_NORM, SuiteMetric.ACC_BYTES);
            case LOGLIKELIHOOD -> List.of(SuiteMetric.PERPLEXITY, SuiteMetric.ACC);
            case LOGLIKELIHOOD_ROLLING ->
                List.of(SuiteMetric.WORD_PERPLEXITY, SuiteMetric.BYTE_PERPLEXITY, SuiteMetric.BITS_PER_BYTE);
        };
    }

    /** Those that it has where nobody says which: the harness's. */
    List<SuiteMetric> usualMetrics() {
        return this == MULTIPLE_CHOICE ? List.of(SuiteMetric.ACC, SuiteMetric.ACC_NORM) : metrics();
    }
}
