package org.weft.trainer.example;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.Json;
import org.weft.core.storage.Store;

/** Some predictions, beside what is right. */
public final class ShownRows {
    private static final int ROWS = 10;
    private static final int TEXT = 72;
    private static final int LONG_TEXT = 240;
    private static final int LABEL = 24;

    private ShownRows() {}

    /** The first ten rows of the files of JSON lines in a directory, a line each, or where answers are texts one below the other. */
    public static List<String> of(Store store, Example.Show show) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Store.Entry file : store.files(show.rows())) {
            try (BufferedReader rows =
                    new BufferedReader(new InputStreamReader(store.open(file.path()), StandardCharsets.UTF_8))) {
                for (String row = rows.readLine(); row != null && lines.size() < ROWS; row = rows.readLine()) {
                    lines.add(line(Json.MAPPER.readTree(row), show));
                }
            }
        }
        return lines;
    }

    private static String shortened(String text, int most) {
        return text.codePointCount(0, text.length()) > most
                ? text.substring(0, text.offsetByCodePoints(0, most)) + "…"
                : text;
    }

    private static String line(JsonNode row, Example.Show show) {
        String right = row.path(show.label()).asText();
        String said = row.path(show.prediction()).asText();
        String text = row.path(show.text()).asText().replaceAll("\\s+", " ");
        String mark = right.equals(said) ? "right" : "wrong";
        if (Math.max(right.length(), said.length()) > LABEL) {
            return mark + "  " + shortened(text, LONG_TEXT) + "\n       says  " + said
                    + (right.equals(said) ? "" : "\n       is    " + right);
        }
        return String.format(
                Locale.ROOT,
                "%-5s  %-14s  %-14s  %s",
                mark,
                said,
                right.equals(said) ? "" : "is " + right,
                shortened(text, TEXT));
    }
}
