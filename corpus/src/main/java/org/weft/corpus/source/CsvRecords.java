package org.weft.corpus.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;

/**
 * The records of a CSV file (RFC 4180): commas, or tabs, between fields; a field in quotes may hold commas, line ends and, written
 * twice, quotes. What ends the first line ends records: LF or CR LF, or a bare CR. Empty lines are passed over. Owned by
 * one thread.
 */
final class CsvRecords implements AutoCloseable {
    static final char COMMA = ',';
    static final char TAB = '\t';

    private static final char QUOTE = '"';
    private static final int SAMPLE_BYTES = 1 << 10;

    private final SplitLines lines;
    private final InputText text;
    private final char separator;
    private final StringBuilder field = new StringBuilder();
    private long recordLine;
    private byte[] begins; // of a line that was too long, and is passed over; null where none was
    private boolean restLost;
    private boolean atEnd;

    private CsvRecords(InputText text, SplitLines lines, char separator) {
        this.text = text;
        this.lines = lines;
        this.separator = separator;
    }

    static CsvRecords open(InputText text, char separator) throws IOException {
        boolean atReturns = firstEndsAtReturn(text);
        SplitLines lines = SplitLines.open(text, JsonRecords.MAX_RECORD_BYTES);
        return new CsvRecords(text, atReturns ? lines.endingAtReturns() : lines, separator);
    }

    private static boolean firstEndsAtReturn(InputText text) throws IOException {
        try (InputStream in = new BufferedInputStream(text.open(0))) {
            boolean quoted = false;
            for (int b = in.read(); b >= 0; b = in.read()) {
                quoted ^= b == QUOTE;
                if (!quoted && (b == '\n' || b == '\r')) {
                    return b == '\r' && in.read() != '\n';
                }
            }
            return false;
        } catch (IOException failure) {
            throw text.failed(failure, 1);
        }
    }

    /** The next record's fields, of which those that are empty and without quotes are null; null at the end. */
    List<String> next() throws IOException {
        String line;
        begins = null;
        do {
            line = line(false);
            recordLine = lines.at().lineNumber();
        } while (line != null && line.isEmpty());
        return line == null ? null : record(line);
    }

    /** Names the line in which the last record began. */
    String where() {
        return "file=" + text.split().path() + " line=" + recordLine;
    }

    /** Whether there may be another record after one that was bad. */
    boolean goesOn() {
        return !lines.failed() && !atEnd && !restLost;
    }

    /** The line in which the record at hand ends. */
    byte[] source() {
        return begins == null ? lines.at().line() : begins;
    }

    private String line(boolean quoted) throws IOException {
        if (!lines.next()) {
            atEnd = true;
            return null;
        }
        if (!lines.at().whole()) {
            recordLine = quoted ? recordLine : lines.at().lineNumber();
            WeftException error = tooLong("CSV line too long: " + lines.where(), "split the row's text");
            passOver(quoted);
            throw error;
        }
        return new String(lines.bytes(), StandardCharsets.UTF_8);
    }

    private static WeftException tooLong(String what, String hint) {
        return WeftException.invalidData(what + " bytes=more than " + JsonRecords.MAX_RECORD_BYTES, hint);
    }

    /** Leaves the line at hand behind. Where it ends within quotes, what follows is no row but more of a field. */
    private void passOver(boolean quoted) throws IOException {
        begins = lines.at().line();
        begins = Arrays.copyOf(begins, Math.min(begins.length, SAMPLE_BYTES));
        boolean open = quoted ^ oddQuotes(lines.at().line());
        while (!lines.at().whole() && lines.next()) {
            open ^= oddQuotes(lines.at().line());
        }
        restLost = open;
    }

    private static boolean oddQuotes(byte[] text) {
        boolean odd = false;
        for (byte b : text) {
            odd ^= b == QUOTE;
        }
        return odd;
    }

    private List<String> record(String first) throws IOException {
        List<String> fields = new ArrayList<>();
        String line = first;
        int at = 0;
        while (true) {
            if (at < line.length() && line.charAt(at) == QUOTE) {
                field.setLength(0);
                int end = quoted(line, at + 1);
                while (end < 0) {
                    field.append(lines.at().ending());
                    if (field.length() > JsonRecords.MAX_RECORD_BYTES) {
                        restLost = true; // where such a field would end nobody knows
                        throw tooLong("CSV record too long: " + where(), "close the quote that it has, or split its text");
                    }
                    line = line(true);
                    if (line == null) {
                        throw broken("a quote in the record that begins here is never closed");
                    }
                    end = quoted(line, 0);
                }
                fields.add(field.toString());
                at = end;
                if (at < line.length() && line.charAt(at) != separator) {
                    throw broken("text follows the closing quote of field " + fields.size());
                }
            } else {
                int separated = line.indexOf(separator, at);
                int end = separated < 0 ? line.length() : separated;
                fields.add(end == at ? null : line.substring(at, end));
                at = end;
            }
            if (at == line.length()) {
                return fields;
            }
            at++; // the separator
        }
    }

    private WeftException broken(String what) {
        return WeftException.invalidData(
                "broken CSV: " + where() + ": " + what,
                "put the whole field in quotes, and write a quote within it twice");
    }

    /** Adds a line's text up to the closing quote to the field; where it ends, or -1 where it goes on. */
    private int quoted(String line, int from) {
        int at = from;
        while (true) {
            int quote = line.indexOf(QUOTE, at);
            if (quote < 0) {
                field.append(line, at, line.length());
                return -1;
            }
            field.append(line, at, quote);
            if (quote + 1 == line.length() || line.charAt(quote + 1) != QUOTE) {
                return quote + 1;
            }
            field.append(QUOTE);
            at = quote + 2;
        }
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
