package org.weft.tuning.task;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How many training rows each group has of each label; rows without a group are in none of it. Counts of parts add up to the
 * whole's in any order.
 *
 * @param rows by group, then by label
 */
public record GroupCounts(TreeMap<String, TreeMap<String, Long>> rows) implements Serializable {
    /** Of no row. */
    public static final GroupCounts NONE = new GroupCounts(new TreeMap<>());

    private static final int SHOWN = 12;

    /**
     * A row's group and label.
     *
     * @param label empty where labels are not told apart
     */
    public record Cell(String group, String label) {}

    /** Empty counts that rows are added to. */
    public static GroupCounts counting() {
        return new GroupCounts(new TreeMap<>());
    }

    /** One row more; owned by one thread while it is added to. */
    public void add(Cell cell) {
        add(cell.group(), cell.label(), 1);
    }

    private void add(String group, String label, long count) {
        rows.computeIfAbsent(group, any -> new TreeMap<>()).merge(label, count, Long::sum);
    }

    /** Both together. */
    public GroupCounts plus(GroupCounts other) {
        GroupCounts sum = counting();
        for (GroupCounts one : List.of(this, other)) {
            one.rows.forEach((group, labels) -> labels.forEach((label, count) -> sum.add(group, label, count)));
        }
        return sum;
    }

    private long ofGroup(String group) {
        return rows.getOrDefault(group, new TreeMap<>()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private long of(String group, String label) {
        return rows.getOrDefault(group, new TreeMap<>()).getOrDefault(label, 0L);
    }

    private long ofLabel(String label) {
        return rows.keySet().stream().mapToLong(group -> of(group, label)).sum();
    }

    private long all() {
        return rows.keySet().stream().mapToLong(this::ofGroup).sum();
    }

    private Set<String> labels() {
        Set<String> labels = new TreeSet<>();
        rows.values().forEach(of -> labels.addAll(of.keySet()));
        return labels;
    }

    /**
     * P(g) P(y) / P(g, y), the weight under which group and label are independent (Kamiran and Calders, "Data preprocessing
     * techniques for classification without discrimination", 2012, section 4.2); 1 of rows that were not counted.
     */
    double weight(String group, String label) {
        long both = of(group, label);
        return both == 0 ? 1 : (double) ofGroup(group) * ofLabel(label) / ((double) all() * both);
    }

    /** How often a row of a group is to be seen for all groups to be as large as the largest: 1 or more. */
    double times(String group) {
        long own = ofGroup(group);
        long most = rows.keySet().stream().mapToLong(this::ofGroup).max().orElse(0);
        return own == 0 ? 1 : (double) most / own;
    }

    /** What rows of some groups and labels count, the rarest cells first, for a person to look at. */
    String toldOfWeights() {
        List<String> told = new ArrayList<>();
        rows.entrySet().stream()
                .flatMap(group -> group.getValue().entrySet().stream()
                        .map(label -> Map.entry(new Cell(group.getKey(), label.getKey()), label.getValue())))
                .sorted(Map.Entry.comparingByValue())
                .limit(SHOWN)
                .forEach(cell -> told.add(String.format(
                        Locale.ROOT,
                        "%s/%s (%d) %.3f",
                        cell.getKey().group(),
                        cell.getKey().label(),
                        cell.getValue(),
                        weight(cell.getKey().group(), cell.getKey().label()))));
        return String.join(", ", told);
    }

    /** How often rows of some groups are seen, the smallest groups first. */
    String toldOfTimes() {
        List<String> told = new ArrayList<>();
        rows.keySet().stream()
                .sorted((a, b) -> Long.compare(ofGroup(a), ofGroup(b)))
                .limit(SHOWN)
                .forEach(group -> told.add(
                        String.format(Locale.ROOT, "%s (%d) %.2f times", group, ofGroup(group), times(group))));
        return String.join(", ", told);
    }

    /** Labels that a group has no row of: no weight makes up for that. */
    List<String> gaps() {
        List<String> gaps = new ArrayList<>();
        for (String group : rows.keySet()) {
            for (String label : labels()) {
                if (of(group, label) == 0) {
                    gaps.add("group " + group + " has no row of label " + label);
                }
            }
        }
        return gaps;
    }

    /** Groups that there are. */
    int size() {
        return rows.size();
    }
}
