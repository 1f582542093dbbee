package org.weft.tuning.task;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;

/** Which group of people, or of whatever is to be served alike, a row is of: {@code dataset.group_column}. */
public final class Groups {
    private static final String NAN = "NaN";
    private static final int SHOWN = 20;

    /** What YAML makes of other words. */
    private static final Set<String> WORDS = Set.of("true", "false");

    private Groups() {}

    /**
     * The group in a row's column, numbers of any type alike; null where it is null, blank or NaN.
     *
     * @throws WeftException that shows the row, where it is an array or an object
     */
    public static String of(Fields row, String column) {
        Object value = row.get(column);
        if (value == null) {
            return null;
        }
        if (value instanceof List || value instanceof Map) {
            throw row.wrong(column, "is no group but an array or object", "give each row the name of one group");
        }
        String name = Fields.name(value);
        return name.isBlank() || name.equals(NAN) ? null : name;
    }

    /**
     * The number of the label that {@code dataset.positive_label} names; -1 where it names none.
     *
     * @throws WeftException where it is none of these
     */
    public static int positive(DatasetConfig dataset, List<String> labels) {
        String positive = dataset.positiveLabel();
        if (positive.isEmpty()) {
            return -1;
        }
        for (int i = 0; i < labels.size(); i++) {
            if (Labels.canonical(labels.get(i)).equals(Labels.canonical(positive))) {
                return i;
            }
        }
        throw WeftException.usage(
                "dataset.positive_label=" + positive + " is none of the labels "
                        + labels.stream().limit(SHOWN).collect(Collectors.joining(", ")),
                "name one of them, or leave it out: of two labels the second is then meant, of more each"
                        + (WORDS.contains(positive)
                                ? "; YAML takes yes and no for true and false unless they stand in quotes"
                                : ""));
    }
}
