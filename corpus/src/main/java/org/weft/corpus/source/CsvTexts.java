package org.weft.corpus.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * Rows of CSV files, of each of which one column is the document; an empty one is none. Each file's first line names its
 * columns.
 *
 * @param word csv, or tsv with tabs between fields
 * @param fields the columns of text and id
 */
record CsvTexts(CorpusConfig.Format word, TextFields fields, TextEncoding encoding) implements CorpusFormat {

    static CsvTexts commas(SourceConfig source) {
        return new CsvTexts(CorpusConfig.Format.CSV, TextFields.of(source), CorpusFormats.encoding(source));
    }

    static CsvTexts tabs(SourceConfig source) {
        return new CsvTexts(CorpusConfig.Format.TSV, TextFields.of(source), CorpusFormats.encoding(source));
    }

    @Override
    public List<String> extensions() {
        return word == CorpusConfig.Format.CSV ? List.of("csv") : List.of("tsv", "tab");
    }

    @Override
    public boolean splittable() {
        return false; // whether a line end is within quotes can only be told from the beginning
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        InputText text = new InputText(store, split, encoding);
        char separator = word == CorpusConfig.Format.CSV ? CsvRecords.COMMA : CsvRecords.TAB;
        if (text.isEmpty()) {
            return Nothing.of(split);
        }
        List<String> columns = CsvRows.columns(text, separator);
        CsvRecords records = CsvRecords.open(text, separator);
        try {
            records.next(); // the header
            return new Texts(fields, columns, records);
        } catch (IOException | RuntimeException e) {
            records.close();
            throw e;
        }
    }

    /** The texts of one file's rows. */
    private static final class Texts implements Documents {
        private final TextFields fields;
        private final int columns;
        private final int textColumn;
        private final int idColumn;
        private final CsvRecords records;
        private String id;

        Texts(TextFields fields, List<String> columns, CsvRecords records) {
            this.fields = fields;
            this.columns = columns.size();
            this.records = records;
            this.textColumn = column(fields.text(), columns);
            this.idColumn = fields.id().isEmpty() ? -1 : column(fields.id(), columns);
        }

        private int column(String name, List<String> columns) {
            int found = columns.indexOf(name);
            if (found < 0) {
                WeftException missing = fields.missing(name, "columns=" + columns, records.where());
                throw WeftException.invalidData(
                        missing.getMessage(), missing.hint() + ", or take the file as it stands with format=text");
            }
            return found;
        }

        @Override
        public byte[] next() throws IOException {
            List<String> row;
            do {
                row = records.next();
                if (row == null) {
                    return null;
                }
                if (row.size() != columns) {
                    throw WeftException.invalidData(
                            "CSV row of another length: " + where() + " fields=" + row.size() + " columns=" + columns,
                            "put fields with separators or line ends in quotes; a row needs a separator for each column"
                                    + " but the last");
                }
            } while (row.get(textColumn) == null);
            id = idColumn < 0 ? null : row.get(idColumn);
            if (idColumn >= 0 && (id == null || id.isEmpty())) {
                throw fields.noId(where());
            }
            return row.get(textColumn).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String where() {
            return records.where();
        }

        @Override
        public byte[] sample() {
            return records.source();
        }

        @Override
        public boolean goesOn() {
            return records.goesOn();
        }

        @Override
        public void close() throws IOException {
            records.close();
        }
    }
}
