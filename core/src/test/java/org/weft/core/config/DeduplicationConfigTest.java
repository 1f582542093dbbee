package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.weft.core.Records;

class DeduplicationConfigTest {
    private static final DeduplicationConfig NEAR =
            Records.with(DeduplicationConfig.defaults(), "near", DeduplicationConfig.Near.MINHASH);

    @Test
    void whatIsRightIsTaken() {
        Problems problems = new Problems();
        DeduplicationConfig.defaults().validate(problems);
        NEAR.validate(problems);
        Records.with(Records.with(NEAR, "bands", 14), "rows", 8).validate(problems);
        DecontaminationConfig.defaults().validate(problems);
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void refusesWhatWouldNotBeHonoured() {
        assertProblem(
                Records.with(DeduplicationConfig.defaults(), "threshold", 0.7),
                "corpus.deduplicate.threshold, ngram, permutations, bands and rows are for near=minhash");
        assertProblem(Records.with(NEAR, "threshold", 0.0), "corpus.deduplicate.threshold=0.0 must be in (0, 1]");
        assertProblem(
                Records.with(NEAR, "repeatedLines", -1), "corpus.deduplicate.repeated_lines=-1 must be in [0, 100000]");
        assertProblem(Records.with(NEAR, "ngram", 0), "corpus.deduplicate.ngram=0 must be in [1, 100]");
        assertProblem(Records.with(NEAR, "permutations", 0), "corpus.deduplicate.permutations=0 must be in [1, 1024]");
        assertProblem(
                Records.with(NEAR, "bands", 8), "corpus.deduplicate.bands=8 and rows=0 must both be given, or neither");
        assertProblem(
                Records.with(Records.with(NEAR, "bands", 20), "rows", 8),
                "corpus.deduplicate.bands=20 times rows=8 must be at most permutations=128");
        assertProblem(
                Records.with(DecontaminationConfig.defaults(), "leastWords", 14),
                "corpus.decontaminate.least_words=14 must be in [1, ngram=13]");
    }

    private static void assertProblem(Record config, String problem) {
        Problems problems = new Problems();
        if (config instanceof DeduplicationConfig deduplicate) {
            deduplicate.validate(problems);
        } else {
            ((DecontaminationConfig) config).validate(problems);
        }
        assertThatThrownBy(() -> problems.throwIfAny("test")).hasMessageContaining(problem);
    }
}
