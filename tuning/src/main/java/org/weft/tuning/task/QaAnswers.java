package org.weft.tuning.task;

import java.util.List;
import java.util.Map;

/**
 * What a row says is the right answer: a text, an array of texts, or SQuAD's {@code {text: [...], answer_start: [...]}}.
 *
 * @param texts none where there is no answer
 * @param start where the first of them begins, in characters (code points) of the passage; {@link #UNKNOWN} where the row
 *     does not say
 */
record QaAnswers(List<String> texts, int start) {
    static final int UNKNOWN = -1;

    private static final String TEXT = "text";
    private static final String HINT = "give the answer's text, or {\"text\": [...], \"answer_start\": [...]}";

    /** @param column that has them; null where the question has no answer */
    static QaAnswers of(Fields row, String column) {
        Object given = row.get(column) instanceof String written ? structure(written) : row.get(column);
        if (!(given instanceof Map<?, ?> squad)) {
            return new QaAnswers(texts(row, column, given), UNKNOWN);
        }
        if (!squad.containsKey(TEXT)) {
            throw row.wrong(column, "has no " + TEXT, HINT);
        }
        return new QaAnswers(texts(row, column, squad.get(TEXT)), start(row, column, squad.get("answer_start")));
    }

    /** What CSV has to write as JSON; any other text, such as "[3]", is the answer as it stands. */
    private static Object structure(String written) {
        Object parsed = Fields.parsed(written);
        boolean squad = parsed instanceof Map<?, ?> map && map.containsKey(TEXT);
        boolean texts = parsed instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
        return squad || texts ? parsed : written;
    }

    private static List<String> texts(Fields row, String column, Object value) {
        List<?> all = value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
        if (all.stream().anyMatch(each -> each == null || each instanceof List || each instanceof Map)) {
            throw row.wrong(column, "has an answer that is no text", HINT);
        }
        boolean none = all.isEmpty() || Fields.name(all.get(0)).isEmpty();
        return none ? List.of() : all.stream().map(Fields::name).toList();
    }

    private static int start(Fields row, String column, Object value) {
        Object first = value instanceof List<?> list ? list.isEmpty() ? null : list.get(0) : value;
        if (first == null) {
            return UNKNOWN;
        }
        if (first instanceof Number number) {
            return Math.max(UNKNOWN, number.intValue());
        }
        throw row.wrong(column, "has an answer_start that is no number", HINT);
    }

    /**
     * Where the first answer stands in a passage, as Java counts; -1 where it does not. Of several places the one where it is
     * said to begin, or else the one nearest to that, also as who counts UTF-16 or bytes says it.
     */
    int place(String passage) {
        String answer = texts.get(0);
        int nearest = passage.indexOf(answer);
        if (start == UNKNOWN) {
            return nearest;
        }
        int least = Integer.MAX_VALUE;
        int points = 0;
        int counted = 0;
        for (int at = nearest; at >= 0; at = passage.indexOf(answer, at + 1)) {
            points += passage.codePointCount(counted, at);
            counted = at;
            if (points == start) {
                return at;
            }
            int distance = Math.min(Math.abs(points - start), Math.abs(at - start));
            if (distance < least) {
                least = distance;
                nearest = at;
            }
        }
        return nearest;
    }
}
