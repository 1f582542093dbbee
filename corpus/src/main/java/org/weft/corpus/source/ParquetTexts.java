package org.weft.corpus.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.weft.core.WeftException;
import org.weft.core.config.CorpusConfig;
import org.weft.core.config.SourceConfig;
import org.weft.core.storage.Store;

/**
 * Rows of Parquet files, of each of which one column is the document; of the others nothing is read. A row group belongs to
 * the split that holds its middle. Memory is that of one row group's column.
 *
 * @param fields the columns of text and id
 */
record ParquetTexts(TextFields fields) implements CorpusFormat {

    ParquetTexts(SourceConfig source) {
        this(TextFields.of(source));
    }

    @Override
    public CorpusConfig.Format word() {
        return CorpusConfig.Format.PARQUET;
    }

    @Override
    public List<String> extensions() {
        return List.of("parquet");
    }

    @Override
    public boolean splittable() {
        return true;
    }

    @Override
    public Documents open(Store store, InputSplit split) throws IOException {
        ParquetInput input = new ParquetInput(store, split.path());
        if (input.getLength() == 0) {
            input.close();
            return Nothing.of(split);
        }
        ParquetFileReader reader = null;
        try {
            reader = ParquetFileReader.open(
                    input,
                    ParquetReadOptions.builder()
                            .withRange(split.start(), split.end())
                            .build());
            MessageType columns = columns(reader.getFooter().getFileMetaData().getSchema(), "file=" + split.path());
            reader.setRequestedSchema(columns);
            return new Texts(fields, split, reader, columns);
        } catch (WeftException unusable) {
            reader.close();
            return ofWholeFile(split, unusable);
        } catch (IOException | RuntimeException fault) {
            input.close();
            if (StorageFailure.isWithin(fault)) {
                throw new IOException("cannot read " + split.path(), fault);
            }
            return ofWholeFile(split, damaged(split, fault));
        }
    }

    /** What is wrong with a file is one bad record, however many splits it has: the first one's. */
    private static Documents ofWholeFile(InputSplit split, WeftException wrong) {
        if (split.start() == 0) {
            throw wrong;
        }
        return Nothing.of(split);
    }

    private static WeftException damaged(InputSplit split, Exception fault) {
        return WeftException.invalidData(
                "damaged or no Parquet file: file=" + split.path() + ": " + fault.getMessage(),
                "take another copy of it, or leave it out");
    }

    private MessageType columns(MessageType schema, String where) {
        List<Type> columns = new ArrayList<>();
        columns.add(column(schema, fields.text(), where));
        Type text = columns.get(0);
        if (!isText(text)) {
            throw fields.noText("a column of " + described(text), where);
        }
        if (!fields.id().isEmpty()) {
            Type id = column(schema, fields.id(), where);
            if (!isText(id) && !isWhole(id)) {
                throw fields.noText("a column of " + described(id), where + " id field \"" + fields.id() + "\"");
            }
            columns.add(id);
        }
        return new MessageType(schema.getName(), columns);
    }

    private Type column(MessageType schema, String name, String where) {
        if (!schema.containsField(name)) {
            throw fields.missing(
                    name,
                    "columns=" + schema.getFields().stream().map(Type::getName).toList(),
                    where);
        }
        return schema.getType(name);
    }

    private static boolean isText(Type type) {
        return isPrimitive(type)
                && type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
                && (type.getLogicalTypeAnnotation() == null
                        || type.getLogicalTypeAnnotation().equals(LogicalTypeAnnotation.stringType()));
    }

    private static boolean isWhole(Type type) {
        return isPrimitive(type)
                && (type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32
                        || type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT64);
    }

    private static boolean isPrimitive(Type type) {
        return type.isPrimitive() && !type.isRepetition(Type.Repetition.REPEATED);
    }

    private static String described(Type type) {
        return type.toString().strip().replaceAll("\\s+", " ");
    }

    /** The texts of one split's rows. */
    private static final class Texts implements Documents {
        private final TextFields fields;
        private final InputSplit split;
        private final ParquetFileReader reader;
        private final MessageType columns;
        private RecordReader<Group> rows;
        private long left; // rows of the group at hand
        private long row;
        private String id;
        private boolean failed;

        Texts(TextFields fields, InputSplit split, ParquetFileReader reader, MessageType columns) {
            this.fields = fields;
            this.split = split;
            this.reader = reader;
            this.columns = columns;
        }

        @Override
        public byte[] next() throws IOException {
            Group found = row();
            while (found != null && found.getFieldRepetitionCount(0) == 0) {
                found = row(); // no text there
            }
            if (found == null) {
                return null;
            }
            byte[] text = found.getBinary(0, 0).getBytes();
            if (!Utf8.isValid(text)) {
                throw WeftException.invalidData(
                        "input is not UTF-8: " + where(),
                        "Parquet's texts are UTF-8: write the column anew, or leave the file out");
            }
            id = fields.id().isEmpty() ? null : idOf(found);
            return text;
        }

        private String idOf(Group found) {
            String told = found.getFieldRepetitionCount(1) == 0 ? "" : found.getValueToString(1, 0);
            if (told.isEmpty()) {
                throw fields.noId(where());
            }
            return told;
        }

        private Group row() throws IOException {
            try {
                while (left == 0) {
                    PageReadStore group = reader.readNextRowGroup();
                    if (group == null) {
                        return null;
                    }
                    left = group.getRowCount();
                    row = group.getRowIndexOffset().orElse(row);
                    rows = new ColumnIOFactory()
                            .getColumnIO(columns)
                            .getRecordReader(group, new GroupRecordConverter(columns));
                }
                left--;
                row++;
                return rows.read();
            } catch (IOException | RuntimeException fault) {
                failed = true;
                if (StorageFailure.isWithin(fault)) {
                    throw new IOException("cannot read " + split.path(), fault);
                }
                throw damaged(split, fault);
            }
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String where() {
            return "file=" + split.path() + " row=" + row;
        }

        @Override
        public boolean goesOn() {
            return !failed;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}
