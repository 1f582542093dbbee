package org.weft.corpus.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Small Parquet files. */
public final class ParquetFixture {
    private ParquetFixture() {}

    /** A column of whole numbers, id, and one of texts, text. */
    public static void write(Path file, long rowGroupBytes, List<String> texts) throws IOException {
        MessageType schema = MessageTypeParser.parseMessageType(
                "message rows { required int64 id; optional binary text (STRING); }");
        SimpleGroupFactory rows = new SimpleGroupFactory(schema);
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new org.apache.hadoop.fs.Path(file.toUri()))
                .withType(schema)
                .withRowGroupSize(rowGroupBytes)
                .withMinRowCountForPageSizeCheck(10)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build()) {
            for (int i = 0; i < texts.size(); i++) {
                Group row = rows.newGroup().append("id", (long) i);
                writer.write(texts.get(i) == null ? row : row.append("text", texts.get(i)));
            }
        }
    }
}
