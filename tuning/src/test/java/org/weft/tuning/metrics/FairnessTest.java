package org.weft.tuning.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Gaps between groups: fairlearn's figures, and what has none. */
class FairnessTest {
    private static final Path GOLDEN = Path.of("..", "bench", "peers", "fairness_golden.jsonl");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Bootstrap FEW = new Bootstrap(50, 0.9, 1);

    @Test
    void everyFigureIsFairlearns() throws IOException {
        int cases = 0;
        for (String text : Files.readAllLines(GOLDEN)) {
            JsonNode line = JSON.readTree(text);
            if (line.has("groups")) {
                cases++;
                compare("case " + cases, line);
            }
        }
        assertThat(cases).isGreaterThan(20);
    }

    private static void compare(String name, JsonNode line) {
        List<String> groups = new ArrayList<>();
        line.path("groups").forEach(group -> groups.add(group.textValue()));
        Decisions decisions = decisions(
                line.path("classes").asInt(),
                JSON.convertValue(line.path("labels"), int[].class),
                JSON.convertValue(line.path("said"), int[].class));
        Fairness fairness = new Fairness(decisions, line.path("positive").asInt(), groups, 1);
        JsonNode expected = line.path("expected");
        Map<String, Double> gaps = fairness.gaps();
        assertThat(gaps).hasSize(expected.path("gaps").size());
        expected.path("gaps")
                .properties()
                .forEach(gap -> same(name + " " + gap.getKey(), gaps.get(gap.getKey()), gap.getValue()));
        List<Fairness.OfClass> classes = fairness.byClass();
        assertThat(classes).hasSize(expected.path("by_class").size());
        for (int i = 0; i < classes.size(); i++) {
            Map<String, Double> own = classes.get(i).gaps();
            expected.path("by_class")
                    .path(i)
                    .properties()
                    .forEach(gap -> same(name + " " + gap.getKey(), own.get(gap.getKey()), gap.getValue()));
        }
        List<Fairness.Group> found = fairness.groups();
        assertThat(found).hasSize(expected.path("groups").size());
        for (int i = 0; i < found.size(); i++) {
            JsonNode group = expected.path("groups").path(i);
            assertThat(found.get(i).rows()).isEqualTo(group.path("rows").asLong());
            same(name, found.get(i).accuracy(), group.path("accuracy"));
            for (int k = 0; k < found.get(i).rates().size(); k++) {
                Fairness.Rates rates = found.get(i).rates().get(k);
                same(name, rates.selectionRate(), group.path("rates").path(k).path("selection_rate"));
                same(name, rates.truePositiveRate(), group.path("rates").path(k).path("true_positive_rate"));
                same(
                        name,
                        rates.falsePositiveRate(),
                        group.path("rates").path(k).path("false_positive_rate"));
            }
        }
    }

    private static void same(String name, double value, JsonNode expected) {
        if (expected.isNull()) {
            assertThat(value).as(name).isNaN();
        } else {
            assertThat(value).as(name).isCloseTo(expected.asDouble(), within(1e-12));
        }
    }

    private static Decisions decisions(int classes, int[] labels, int[] said) {
        double[] probabilities = new double[labels.length * classes];
        for (int row = 0; row < labels.length; row++) {
            probabilities[row * classes + said[row]] = 1;
        }
        List<String> names =
                IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
        return ClassPredictions.of(names, labels, probabilities).decisions().orElseThrow();
    }

    /** Rows of one group after those of another: (label, prediction) each. */
    private static Decisions pairs(int... labelsAndPredictions) {
        int rows = labelsAndPredictions.length / 2;
        return decisions(
                2,
                IntStream.range(0, rows).map(i -> labelsAndPredictions[2 * i]).toArray(),
                IntStream.range(0, rows)
                        .map(i -> labelsAndPredictions[2 * i + 1])
                        .toArray());
    }

    /** The small group would make each gap 1. */
    @Test
    void aShareOfFewRowsIsInNoGap() {
        Decisions decisions =
                pairs(1, 1, 0, 0, 1, 1, 0, 1, /* b */ 1, 1, 0, 0, 1, 0, 0, 0, /* c */ 0, 1, /* none */ 1, 0);
        List<String> groups = Arrays.asList("a", "a", "a", "a", "b", "b", "b", "b", "c", null);
        Fairness fairness = new Fairness(decisions, -1, groups, 2);
        assertThat(fairness.gaps())
                .containsEntry(Fairness.DEMOGRAPHIC_PARITY, 0.5)
                .containsEntry(Fairness.EQUAL_OPPORTUNITY, 0.5)
                .containsEntry(Fairness.EQUALIZED_ODDS, 0.5)
                .containsEntry(Fairness.ACCURACY, 0.0)
                .containsEntry(Fairness.MAX_GAP, 0.5);
        assertThat(fairness.gaps().keySet()).first().isEqualTo(Fairness.MAX_GAP);
        assertThat(fairness.groups()).extracting(Fairness.Group::compared).containsExactly(true, true, false);
        assertThat(fairness.groups().get(2).rates().get(0).truePositiveRate()).isNaN();
        assertThat(fairness.withoutGroup()).isEqualTo(1);
        assertThat(fairness.judgedClasses()).containsExactly("class 1");
        Fairness ofFew = new Fairness(decisions, -1, groups, 3);
        assertThat(ofFew.gaps())
                .as("two rows of a class are too few where three are wanted, the group is not")
                .containsEntry(Fairness.EQUAL_OPPORTUNITY, Double.NaN)
                .containsEntry(Fairness.EQUALIZED_ODDS, Double.NaN)
                .containsEntry(Fairness.DEMOGRAPHIC_PARITY, 0.5);
    }

    @Test
    void oneGroupHasNobodyToBeComparedWith() {
        Fairness fairness = new Fairness(pairs(1, 1, 0, 0), -1, List.of("a", "a"), 1);
        assertThat(fairness.gaps())
                .containsEntry(Fairness.MAX_GAP, Double.NaN)
                .containsEntry(Fairness.ACCURACY, Double.NaN)
                .containsEntry(Fairness.CLASS_RECALL, 0.0);
        Fairness without = new Fairness(pairs(1, 1, 0, 1), -1, List.of(), 1);
        assertThat(without.gaps()).containsOnlyKeys(Fairness.CLASS_RECALL).containsEntry(Fairness.CLASS_RECALL, 1.0);
        assertThat(without.groups()).isEmpty();
        assertThat(without.byClass()).isEmpty();
        Fairness nothing = new Fairness(pairs(), -1, List.of(), 1);
        assertThat(nothing.gaps().get(Fairness.CLASS_RECALL)).isNaN();
        assertThat(nothing.intervals(FEW).get(Fairness.CLASS_RECALL).undefined())
                .isEqualTo(50);
    }

    /** What counts as positive turns rates round, and accuracy stays. */
    @Test
    void anotherClassMayBeThePositiveOne() {
        Decisions decisions = pairs(1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0);
        List<String> groups = List.of("a", "a", "a", "a", "b", "b", "b", "b");
        Map<String, Double> first = new Fairness(decisions, 0, groups, 1).gaps();
        Map<String, Double> second = new Fairness(decisions, 1, groups, 1).gaps();
        assertThat(first)
                .containsEntry(Fairness.EQUAL_OPPORTUNITY, 0.5) // of class 0: 1 of 2 beside 2 of 2
                .containsEntry(Fairness.ACCURACY, second.get(Fairness.ACCURACY));
        assertThat(new Fairness(decisions, -1, groups, 1).gaps()).isEqualTo(second);
    }

    @Test
    void anyNumberOfLabelsIsJudgedLabelByLabel() {
        boolean[] labels = {true, false, true, true, false, true, true, false};
        double[] probabilities = {0.9, 0.1, 0.8, 0.2, 0.3, 0.9, 0.2, 0.6};
        Decisions decisions = MultiLabelPredictions.of(List.of("x", "y"), labels, probabilities)
                .decisions()
                .orElseThrow();
        assertThat(decisions.right()).containsExactly(true, false, true, false);
        Fairness fairness = new Fairness(decisions, -1, List.of("a", "a", "b", "b"), 1);
        assertThat(fairness.judgedClasses()).containsExactly("x", "y");
        assertThat(fairness.byClass().get(0).gaps())
                .containsEntry(Fairness.DEMOGRAPHIC_PARITY, 1.0)
                .containsEntry(Fairness.EQUAL_OPPORTUNITY, 1.0);
        assertThat(fairness.gaps()).containsEntry(Fairness.ACCURACY, 0.0).containsEntry(Fairness.MAX_GAP, 1.0);
    }

    /** What is drawn is a function of the seed, and the gap itself lies between its interval's ends where it is wide. */
    @Test
    void gapsHaveIntervals() {
        int[] pairs = IntStream.range(0, 800)
                .map(i -> i % 2 == 0 ? i / 2 % 3 % 2 : i < 400 ? i / 2 % 3 % 2 : i / 2 % 2)
                .toArray();
        List<String> groups = new ArrayList<>(Collections.nCopies(200, "a"));
        groups.addAll(Collections.nCopies(200, "b"));
        Fairness fairness = new Fairness(pairs(pairs), -1, groups, 30);
        Map<String, Interval> intervals = fairness.intervals(FEW);
        assertThat(intervals.keySet()).isEqualTo(fairness.gaps().keySet());
        assertThat(fairness.gaps().get(Fairness.ACCURACY)).isGreaterThan(0.3);
        assertThat(intervals.get(Fairness.ACCURACY).low())
                .isLessThan(fairness.gaps().get(Fairness.ACCURACY))
                .isGreaterThan(0.3);
        assertThat(intervals.get(Fairness.ACCURACY).high())
                .isGreaterThan(fairness.gaps().get(Fairness.ACCURACY));
        assertThat(fairness.intervals(FEW)).isEqualTo(intervals);
    }
}
