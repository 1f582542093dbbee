package org.weft.tuning.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Whether a model serves groups of rows alike. Gaps have fairlearn's names and definitions ({@code method="between_groups"}): the
 * greatest value of a group less the least; equalised odds is the larger one of the gaps of true and of false positive rates. Of more
 * classes each is judged against the rest, and a gap is the largest of any class.
 *
 * <p>A share of fewer than {@link #leastRows} rows says little, and is in no gap: a small group in none, a group of few rows of a class
 * not in that of the class's true positive rate. A gap has no value where fewer than two groups are left. Which are is
 * decided on all rows, not in each resample. Immutable, for any thread.
 *
 * <p>N rows, G groups, C of them large enough, K classes.
 */
public final class Fairness {
    public static final String DEMOGRAPHIC_PARITY = "demographic_parity_difference";
    public static final String EQUAL_OPPORTUNITY = "equal_opportunity_difference";
    public static final String EQUALIZED_ODDS = "equalized_odds_difference";
    public static final String ACCURACY = "accuracy_difference";

    /** The largest of the others between groups. */
    public static final String MAX_GAP = "max_gap";

    /** Between the classes that are recalled best and worst, whatever the groups. */
    public static final String CLASS_RECALL = "class_recall_difference";

    /** Gaps between groups, by name. */
    public static final List<String> OF_GROUPS =
            List.of(MAX_GAP, DEMOGRAPHIC_PARITY, EQUAL_OPPORTUNITY, EQUALIZED_ODDS, ACCURACY);

    private final Decisions classes; // all of them
    private final Decisions judged; // those whose rates are compared
    private final List<String> groups; // (G), the largest first
    private final int[] groupOf; // (N), -1 for none
    private final int large; // C
    private final long leastRows;
    private final GroupTally tally; // of all rows, (G)
    private final GroupTally whole; // of all rows as one group, of all classes

    /**
     * @param positive number of the one class whose rates are compared; -1 for the second of two, and each of more
     * @param values the group of each row, null for none, (N); empty where there are no groups
     * @param leastRows of a share that is compared with others
     */
    public Fairness(Decisions classes, int positive, List<String> values, long leastRows) {
        this.classes = classes;
        this.judged = positive >= 0 ? classes.only(positive) : classes.opposed() ? classes.only(1) : classes;
        this.leastRows = leastRows;
        Map<String, Long> sizes = new LinkedHashMap<>();
        values.stream().filter(value -> value != null).forEach(value -> sizes.merge(value, 1L, Long::sum));
        this.groups = sizes.keySet().stream()
                .sorted(Comparator.comparingLong((String group) -> -sizes.get(group))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        this.large = (int)
                groups.stream().filter(group -> sizes.get(group) >= leastRows).count();
        Map<String, Integer> numbers = new LinkedHashMap<>();
        groups.forEach(group -> numbers.put(group, numbers.size()));
        this.groupOf = IntStream.range(0, classes.rows())
                .map(row -> values.isEmpty() || values.get(row) == null ? -1 : numbers.get(values.get(row)))
                .toArray();
        int[] all = IntStream.range(0, classes.rows()).toArray();
        this.tally = tally(all, groups.size());
        this.whole = whole(all);
    }

    private GroupTally tally(int[] rows, int upTo) {
        GroupTally counted = new GroupTally(judged, upTo);
        for (int row : rows) {
            if (groupOf[row] >= 0 && groupOf[row] < upTo) {
                counted.add(groupOf[row], row);
            }
        }
        return counted;
    }

    private GroupTally whole(int[] rows) {
        GroupTally counted = new GroupTally(classes, 1);
        for (int row : rows) {
            counted.add(0, row);
        }
        return counted;
    }

    /** Names of the classes whose rates are compared. */
    public List<String> judgedClasses() {
        return judged.names();
    }

    public long leastRows() {
        return leastRows;
    }

    /** Rows that are of no group: they are in no gap between groups. */
    public long withoutGroup() {
        return IntStream.of(groupOf).filter(group -> group < 0).count();
    }

    /** Gaps by name, those of groups where there are any; NaN where one has no value. */
    public Map<String, Double> gaps() {
        return gaps(tally, whole);
    }

    /** How far each gap would lie from there, had other rows been drawn. */
    public Map<String, Interval> intervals(Bootstrap bootstrap) {
        return bootstrap.intervals(classes.rows(), rows -> gaps(tally(rows, large), whole(rows)));
    }

    private Map<String, Double> gaps(GroupTally of, GroupTally ofAll) {
        Map<String, Double> gaps = new LinkedHashMap<>();
        if (!groups.isEmpty()) {
            gaps.put(MAX_GAP, Double.NaN); // stands first
            gaps.put(DEMOGRAPHIC_PARITY, largest(k -> demographicParity(of, k)));
            gaps.put(EQUAL_OPPORTUNITY, largest(k -> equalOpportunity(of, k)));
            gaps.put(EQUALIZED_ODDS, largest(k -> equalizedOdds(of, k)));
            gaps.put(ACCURACY, gap(large, any -> true, of::accuracy));
            gaps.put(MAX_GAP, largest(gaps.values().stream().mapToDouble(Double::doubleValue)));
        }
        int all = classes.names().size();
        gaps.put(CLASS_RECALL, gap(all, k -> whole.positives(0, k) >= leastRows, k -> ofAll.truePositiveRate(0, k)));
        return gaps;
    }

    private double largest(IntToDoubleFunction gapOfClass) {
        return largest(IntStream.range(0, judged.names().size()).mapToDouble(gapOfClass));
    }

    /** Of those that have a value. */
    private static double largest(DoubleStream gaps) {
        return gaps.filter(gap -> !Double.isNaN(gap)).max().orElse(Double.NaN);
    }

    private double demographicParity(GroupTally of, int k) {
        return gap(large, any -> true, group -> of.selectionRate(group, k));
    }

    private double equalOpportunity(GroupTally of, int k) {
        return gap(large, group -> tally.positives(group, k) >= leastRows, group -> of.truePositiveRate(group, k));
    }

    private double equalizedOdds(GroupTally of, int k) {
        double falsePositives =
                gap(large, group -> tally.negatives(group, k) >= leastRows, group -> of.falsePositiveRate(group, k));
        return largest(DoubleStream.of(equalOpportunity(of, k), falsePositives));
    }

    /** The greatest less the least of those that are compared and have a value; NaN of fewer than two. */
    private static double gap(int count, IntPredicate compared, IntToDoubleFunction value) {
        double[] values = IntStream.range(0, count)
                .filter(compared)
                .mapToDouble(value)
                .filter(one -> !Double.isNaN(one))
                .sorted()
                .toArray();
        return values.length < 2 ? Double.NaN : values[values.length - 1] - values[0];
    }

    /**
     * Gaps of one class against the rest.
     *
     * @param gaps by name, without accuracy's, which is of all classes
     */
    public record OfClass(String name, Map<String, Double> gaps) {}

    /** Of each class whose rates are compared. */
    public List<OfClass> byClass() {
        IntFunction<OfClass> of = k -> {
            Map<String, Double> gaps = new LinkedHashMap<>();
            gaps.put(DEMOGRAPHIC_PARITY, demographicParity(tally, k));
            gaps.put(EQUAL_OPPORTUNITY, equalOpportunity(tally, k));
            gaps.put(EQUALIZED_ODDS, equalizedOdds(tally, k));
            return new OfClass(judged.names().get(k), gaps);
        };
        return groups.isEmpty()
                ? List.of()
                : IntStream.range(0, judged.names().size()).mapToObj(of).toList();
    }

    /**
     * The rows of one group.
     *
     * @param compared whether there are enough of them to be in a gap
     * @param rates one for each class whose rates are compared
     */
    public record Group(String value, long rows, boolean compared, double accuracy, List<Rates> rates) {}

    /**
     * A class against the rest within a group; NaN of no rows.
     *
     * @param positives rows that are of it
     */
    public record Rates(
            String name, long positives, double selectionRate, double truePositiveRate, double falsePositiveRate) {}

    /** All groups, the largest first. */
    public List<Group> groups() {
        List<Group> found = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            int group = g;
            List<Rates> rates = IntStream.range(0, judged.names().size())
                    .mapToObj(k -> new Rates(
                            judged.names().get(k),
                            tally.positives(group, k),
                            tally.selectionRate(group, k),
                            tally.truePositiveRate(group, k),
                            tally.falsePositiveRate(group, k)))
                    .toList();
            found.add(new Group(groups.get(g), tally.rows(g), g < large, tally.accuracy(g), rates));
        }
        return found;
    }
}
