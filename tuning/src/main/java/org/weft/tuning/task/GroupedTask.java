package org.weft.tuning.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.weft.core.SplitMix64;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.Example;
import org.weft.tuning.metrics.Predictions;

/**
 * A task of labels whose rows count, or are seen, by their group ({@code finetune.reweighing}, {@code .sampling}). A reweighed example
 * has two labels: its class, and what its loss counts, which its weight has, too.
 *
 * @param column that says which group a row is of
 * @param reweighs whether the group decides what a row counts
 * @param balances whether it decides how often a row is seen
 * @param counts of the training rows
 */
record GroupedTask(Task of, String column, boolean reweighs, boolean balances, GroupCounts counts) implements Task {
    private static final long DRAWS = 0x67726f757073L;

    /** The task, which heeds groups where a configuration says so. */
    static Task of(Task task, WeftConfig config) {
        FinetuneConfig tuning = config.finetune();
        return tuning.reweighs() || tuning.balancesGroups()
                ? new GroupedTask(
                        task,
                        config.dataset().groupColumn(),
                        tuning.reweighs(),
                        tuning.balancesGroups(),
                        GroupCounts.NONE)
                : task;
    }

    @Override
    public Task counting(GroupCounts found) {
        return new GroupedTask(of, column, reweighs, balances, found);
    }

    @Override
    public Optional<GroupCounts.Cell> cell(Fields row) {
        String group = Groups.of(row, column);
        if (group == null) {
            return Optional.empty();
        }
        return Optional.of(new GroupCounts.Cell(group, reweighs ? of.labels(row).get(0) : ""));
    }

    /** By a draw that is a function of the row alone, so that a group has about as many rows as the largest, and the bytes are the same. */
    @Override
    public int times(Fields row, byte[] key) {
        String group = Groups.of(row, column);
        if (!balances || group == null) {
            return 1;
        }
        double times = counts.times(group);
        long drawn = DRAWS;
        for (byte part : key) {
            drawn = SplitMix64.start(drawn, part);
        }
        int whole = (int) times;
        return whole + (SplitMix64.uniform(drawn, 0) < times - whole ? 1 : 0);
    }

    @Override
    public List<String> toldOfGroups() {
        if (counts.size() < 2) {
            return List.of("warning: the training rows have " + (counts.size() == 0 ? "no group" : "one group alone")
                    + " in " + column + ": there is nothing to balance");
        }
        List<String> told = new ArrayList<>();
        if (reweighs) {
            told.add("what rows count by group and label: " + counts.toldOfWeights());
            counts.gaps().forEach(gap -> told.add("warning: " + gap + ": reweighing cannot make up for it"));
        }
        if (balances) {
            told.add("how often rows are seen by group: " + counts.toldOfTimes());
        }
        return told;
    }

    @Override
    public List<String> inputColumns() {
        return of.inputColumns();
    }

    /** The group's among them: it tells rows apart that count otherwise. */
    @Override
    public List<String> targetColumns() {
        return Stream.concat(of.targetColumns().stream(), Stream.of(column))
                .distinct()
                .toList();
    }

    @Override
    public boolean hasLabels() {
        return of.hasLabels();
    }

    @Override
    public List<String> labels(Fields row) {
        return of.labels(row);
    }

    @Override
    public void check(Fields row, boolean labelled) {
        of.check(row, labelled);
        if (labelled) {
            Groups.of(row, column);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        Encoded encoded = of.encode(row, encoder, labelled);
        if (!labelled || !reweighs) {
            return encoded;
        }
        Example plain = encoded.example();
        float weight = cell(row)
                .map(cell -> (float) counts.weight(cell.group(), cell.label()))
                .orElse(1f);
        float[] labels = {plain.labels()[0], weight};
        return Encoded.of(
                new Example(plain.tokens(), plain.secondSegment(), null, labels, plain.weight() * weight),
                encoded.truncated());
    }

    @Override
    public ReadText read(Fields row, Encoder encoder) {
        return of.read(row, encoder);
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return of.predictionColumns();
    }

    @Override
    public Prediction decode(Fields row, Encoded encoded, float[] outputs) {
        return of.decode(row, encoded, outputs);
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return of.judge(row, said);
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return of.predictions(judged);
    }
}
