package org.weft.tuning.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Metrics over likelihoods, with the harness's definitions. */
class TaskScoresTest {
    private static SuiteTask task(OutputType output) {
        return new SuiteTask(
                "t", null, output, null, new SuiteTask.Shots(0, SuiteTask.Sampler.FIRST_N, false), output.metrics());
    }

    private static Question question(int document, int right, String... answers) {
        return new Question(0, document, "", "", "", List.of(answers), right);
    }

    private static Question.Answer answer(int document, boolean greedy, double... likelihoods) {
        return new Question.Answer(0, document, likelihoods, greedy);
    }

    @Test
    void lengthsAreCharactersOrBytes() {
        TaskScores scores = new TaskScores(
                task(OutputType.MULTIPLE_CHOICE),
                List.of(question(0, 1, "a", "éé"), question(1, 1, "ab", "é"), question(2, 0, "a", "b")),
                List.of(answer(0, false, -1, -1.5), answer(1, false, -1, -0.8), answer(2, false, -2, -2)));
        assertThat(scores.score(SuiteMetric.ACC).value()).isEqualTo(2 / 3.0); // the first of equals
        assertThat(scores.score(SuiteMetric.ACC_NORM).value()).isEqualTo(2 / 3.0);
        assertThat(scores.score(SuiteMetric.ACC_BYTES).value()).isEqualTo(1.0);
        assertThat(scores.score(SuiteMetric.ACC).stderr()).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void perplexitiesAreOfAnswersWordsAndBytes() {
        TaskScores lasts = new TaskScores(
                task(OutputType.LOGLIKELIHOOD),
                List.of(question(0, 0, "a"), question(1, 0, "b")),
                List.of(answer(0, true, -1), answer(1, false, -3)));
        assertThat(lasts.score(SuiteMetric.PERPLEXITY).value()).isEqualTo(Math.exp(2));
        assertThat(lasts.score(SuiteMetric.ACC).value()).isEqualTo(0.5);
        TaskScores pages = new TaskScores(
                task(OutputType.LOGLIKELIHOOD_ROLLING),
                List.of(question(0, 0, "one two"), question(1, 0, "é")),
                List.of(answer(0, false, -4), answer(1, false, -5)));
        assertThat(pages.score(SuiteMetric.WORD_PERPLEXITY).value()).isCloseTo(Math.exp(3), within(1e-12));
        assertThat(pages.score(SuiteMetric.BYTE_PERPLEXITY).value()).isCloseTo(Math.exp(1), within(1e-12));
        assertThat(pages.score(SuiteMetric.BITS_PER_BYTE).value()).isCloseTo(1 / Math.log(2), within(1e-12));
    }

    @Test
    void oneDocumentHasNoStandardError() {
        SuiteReport report = new SuiteReport(List.of(new TaskScores(
                task(OutputType.LOGLIKELIHOOD), List.of(question(0, 0, "a")), List.of(answer(0, true, -1)))));
        assertThat(report.json().at("/results/t/acc_stderr").isNull()).isTrue();
        assertThat(report.table()).contains("| t    |      0 | acc ").contains(" N/A |");
    }
}
