package org.weft.dl4j.examples;

import com.univocity.parsers.common.TextParsingException;
import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;

/**
 * A table with a row of names: CSV in UTF-8, cells apart by a comma, a semicolon or a tab.
 *
 * @param names of the columns
 * @param rows in the file's order
 */
record CsvTable(Path file, List<String> names, List<Row> rows) {
    /** What people write where they have no value. */
    private static final Set<String> MISSING = Set.of("", "na", "n/a", "nan", "null", "none", "?");

    private static final String WAY_OUT = "give a CSV file with a row of names first and as many cells in each row";

    /**
     * A row.
     *
     * @param line that it ends on, from 1
     * @param cells as many as there are names; null where a value is missing
     */
    record Row(long line, String[] cells) {}

    static CsvTable read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw WeftException.invalidData(file + " is not a file", WAY_OUT);
        }
        CsvParserSettings settings = new CsvParserSettings();
        settings.detectFormatAutomatically(',', ';', '\t');
        settings.setLineSeparatorDetectionEnabled(true);
        CsvParser parser = new CsvParser(settings);
        try (InputStream in = Files.newInputStream(file)) {
            parser.beginParsing(in, StandardCharsets.UTF_8);
            List<String> names = names(file, parser.parseNext());
            List<Row> rows = new ArrayList<>();
            for (String[] row = parser.parseNext(); row != null; row = parser.parseNext()) {
                if (row.length != names.size()) {
                    throw WeftException.invalidData(
                            file + " line " + parser.getContext().currentLine() + " has " + row.length
                                    + " cells, the row of names has " + names.size(),
                            WAY_OUT);
                }
                rows.add(new Row(
                        parser.getContext().currentLine(),
                        Arrays.stream(row).map(CsvTable::value).toArray(String[]::new)));
            }
            return new CsvTable(file, names, rows);
        } catch (TextParsingException e) {
            throw new WeftException(
                    ExitStatus.INVALID_DATA, file + " line " + e.getLineIndex() + " cannot be read as CSV", WAY_OUT, e);
        } finally {
            parser.stopParsing();
        }
    }

    private static List<String> names(Path file, String[] first) {
        if (first == null || first.length < 2) {
            throw WeftException.invalidData(file + " has no row of two names or more at its beginning", WAY_OUT);
        }
        List<String> names = new ArrayList<>();
        for (int column = 0; column < first.length; column++) {
            names.add(first[column] == null ? "column " + (column + 1) : first[column]);
        }
        if (new HashSet<>(names).size() < names.size()) {
            throw WeftException.invalidData(
                    file + " has a name twice in its first row: " + names, "rename one of them");
        }
        return names;
    }

    private static String value(String cell) {
        return cell == null || MISSING.contains(cell.toLowerCase(Locale.ROOT)) ? null : cell;
    }

    /** Where a column stands. */
    int column(String name) {
        int at = names.indexOf(name);
        if (at < 0) {
            throw WeftException.usage(
                    file + " has no column " + name, "give --label one of " + String.join(", ", names));
        }
        return at;
    }
}
