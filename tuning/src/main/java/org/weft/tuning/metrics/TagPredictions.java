package org.weft.tuning.metrics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.weft.core.WeftException;
import org.weft.core.scores.MatchCounts;
import org.weft.core.scores.Scores;

/**
 * Each token of a text has a tag. An entity counts as found where its type, first and last token are right. Averages are
 * over the types that occur among labels or predictions.
 */
public final class TagPredictions implements Predictions {
    /** The label of a token that is not judged, as in PyTorch: a word's second piece, padding. */
    public static final int IGNORED = -100;

    private static final int FOUND = 0;
    private static final int PREDICTED = 1;
    private static final int SUPPORT = 2;
    private static final int COUNTS = 3;

    private final TagScheme scheme;
    private final int[] entities; // (N, types, found | predicted | support)
    private final int[] tokens; // (N, right | all)
    private final Row[] rows; // without ignored tokens
    private final long ignored;

    /**
     * A row as it leaves an executor: numbers of tags, a token each.
     *
     * @param labels {@link #IGNORED} where a token is not judged, (T)
     * @param predictions (T)
     */
    public record Row(int[] labels, int[] predictions) implements Predictions.Row {}

    private TagPredictions(TagScheme scheme, int[] entities, int[] tokens, Row[] rows, long ignored) {
        this.scheme = scheme;
        this.entities = entities;
        this.tokens = tokens;
        this.rows = rows;
        this.ignored = ignored;
    }

    /** @throws WeftException where a number is no tag's */
    public static TagPredictions of(TagScheme scheme, List<Row> given) {
        int width = scheme.types().size() * COUNTS;
        int[] entities = new int[Rows.size(given.size(), width)];
        int[] tokens = new int[given.size() * 2];
        Row[] rows = new Row[given.size()];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = judged(given.get(row), scheme.tags().size(), row);
            int[] labels = rows[row].labels();
            Set<TagScheme.Entity> truly = scheme.entities(labels);
            for (TagScheme.Entity entity : truly) {
                entities[row * width + entity.type() * COUNTS + SUPPORT]++;
            }
            for (TagScheme.Entity entity : scheme.entities(rows[row].predictions())) {
                entities[row * width + entity.type() * COUNTS + PREDICTED]++;
                entities[row * width + entity.type() * COUNTS + FOUND] += truly.contains(entity) ? 1 : 0;
            }
            for (int i = 0; i < labels.length; i++) {
                tokens[2 * row] += labels[i] == rows[row].predictions()[i] ? 1 : 0;
            }
            tokens[2 * row + 1] = labels.length;
        }
        long all = given.stream().mapToLong(row -> row.labels().length).sum();
        long kept = Arrays.stream(rows).mapToLong(row -> row.labels().length).sum();
        return new TagPredictions(scheme, entities, tokens, rows, all - kept);
    }

    private static Row judged(Row given, int tags, int row) {
        int length = given.labels().length;
        Rows.check(given.predictions().length == length, given.predictions().length + " tags, not " + length, row);
        int[] labels = new int[length];
        int[] predictions = new int[length];
        int kept = 0;
        for (int i = 0; i < length; i++) {
            int label = given.labels()[i];
            if (label != IGNORED) {
                int prediction = given.predictions()[i];
                Rows.check(label >= 0 && label < tags, "label " + label + " of " + tags + " tags", row);
                Rows.check(
                        prediction >= 0 && prediction < tags,
                        "prediction " + prediction + " of " + tags + " tags",
                        row);
                labels[kept] = label;
                predictions[kept++] = prediction;
            }
        }
        return new Row(Arrays.copyOf(labels, kept), Arrays.copyOf(predictions, kept));
    }

    @Override
    public String task() {
        return "token_classification";
    }

    @Override
    public int rows() {
        return rows.length;
    }

    /** Tokens that count in no metric; 0 of some of the rows. */
    public long ignored() {
        return ignored;
    }

    public TagScheme scheme() {
        return scheme;
    }

    /** The tokens that are judged. */
    @Override
    public Row row(int row) {
        return rows[row];
    }

    @Override
    public List<String> names() {
        return scheme.tags();
    }

    @Override
    public Optional<ByClass> byClass() {
        return Optional.of(new ByClass("entities", scheme.types(), matches(), null, false));
    }

    /** For precision, recall and F1 by type of entity. */
    public MatchCounts matches() {
        int types = scheme.types().size();
        MatchCounts matches = new MatchCounts(types);
        for (int i = 0; i < entities.length; i += COUNTS) {
            matches.add(i / COUNTS % types, entities[i + FOUND], entities[i + PREDICTED], entities[i + SUPPORT]);
        }
        return matches;
    }

    /** Unnamed averages are micro, over all entities; {@code accuracy} is of tokens. */
    @Override
    public Map<String, Double> metrics() {
        MatchCounts present = matches().present();
        Map<String, Double> metrics = new LinkedHashMap<>();
        Scores micro = present.micro();
        metrics.put("f1", micro.f1());
        metrics.put("precision", micro.precision());
        metrics.put("recall", micro.recall());
        Averages.put(metrics, "macro", present.macro());
        Averages.put(metrics, "weighted", present.weighted());
        long right = 0;
        long all = 0;
        for (int i = 0; i < tokens.length; i += 2) {
            right += tokens[i];
            all += tokens[i + 1];
        }
        metrics.put("accuracy", (double) right / all);
        return metrics;
    }

    @Override
    public TagPredictions select(int[] chosen) {
        Row[] some = Arrays.stream(chosen).mapToObj(row -> rows[row]).toArray(Row[]::new);
        int width = scheme.types().size() * COUNTS;
        return new TagPredictions(
                scheme, Rows.select(entities, width, chosen), Rows.select(tokens, 2, chosen), some, 0);
    }

    /** How many tokens have a wrong tag. */
    @Override
    public double error(int row) {
        return tokens[2 * row + 1] - tokens[2 * row];
    }

    @Override
    public String expected(int row) {
        return named(rows[row].labels());
    }

    @Override
    public String predicted(int row) {
        return named(rows[row].predictions());
    }

    private String named(int[] sequence) {
        return Arrays.stream(sequence).mapToObj(tag -> scheme.tags().get(tag)).collect(Collectors.joining(" "));
    }
}
