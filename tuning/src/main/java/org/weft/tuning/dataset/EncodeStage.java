package org.weft.tuning.dataset;

import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.broadcast.Broadcast;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig.TaskName;
import org.weft.core.config.WeftConfig;
import org.weft.core.examples.ExampleFileFormat;
import org.weft.core.examples.ExampleWriter;
import org.weft.core.examples.ExamplesFile;
import org.weft.core.examples.ExamplesSplit;
import org.weft.core.storage.Store;
import org.weft.core.tokens.TokenizerFile;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Task;
import scala.Tuple2;

/**
 * Encodes the rows of one range of keys and writes them as one file. A repeated or speculative attempt writes the same
 * bytes under the same name, and a file appears only when it is whole.
 *
 * @param name of the split
 * @param vocabulary {@code ExamplesManifest.vocabulary()} of the data set to be
 */
record EncodeStage(
        Store store, WeftConfig config, Task task, Broadcast<TokenizerFile> tokenizer, String name, String vocabulary)
        implements Function2<Integer, Iterator<Tuple2<byte[], DatasetRow>>, Iterator<EncodeStage.Written>> {

    /**
     * What one task wrote; a file without examples is not written and is null.
     *
     * @param rows that became examples
     * @param mostOfRow examples that one row became
     * @param leftOut rows by why they are
     * @param failure of the first row that cannot be used, or null: returned, for what a task throws Spark tries again
     */
    record Written(
            ExamplesFile file,
            long rows,
            int mostOfRow,
            int longest,
            long truncated,
            TreeMap<String, Long> leftOut,
            WeftException failure)
            implements Serializable {}

    /**
     * A split as it was written.
     *
     * @param rows that became examples: as many, or fewer where a long one became several
     * @param mostOfRow examples that one row became
     * @param leftOut rows by why they are
     */
    record Result(ExamplesSplit split, long rows, int mostOfRow, Map<String, Long> leftOut) {}

    /** Writes all files; they are in the order of the keys. */
    Result run(JavaPairRDD<byte[], DatasetRow> sorted) {
        List<Written> written = sorted.mapPartitionsWithIndex(this, false).collect();
        for (Written part : written) {
            if (part.failure() != null) {
                throw part.failure();
            }
        }
        Map<String, Long> leftOut = new TreeMap<>();
        written.forEach(part -> part.leftOut().forEach((why, rows) -> leftOut.merge(why, rows, Long::sum)));
        ExamplesSplit split = new ExamplesSplit(
                written.stream().map(Written::file).filter(Objects::nonNull).toList(),
                written.stream().mapToInt(Written::longest).max().orElse(0),
                written.stream().mapToLong(Written::truncated).sum(),
                leftOut.values().stream().mapToLong(Long::longValue).sum());
        return new Result(
                split,
                written.stream().mapToLong(Written::rows).sum(),
                written.stream().mapToInt(Written::mostOfRow).max().orElse(0),
                leftOut);
    }

    @Override
    public Iterator<Written> call(Integer index, Iterator<Tuple2<byte[], DatasetRow>> rows) throws IOException {
        String file = String.format(Locale.ROOT, "%s-%05d%s", name, index, ExampleFileFormat.SUFFIX);
        try (Encoder encoder = Encoder.open(config, tokenizer.value());
                ExampleWriter writer =
                        new ExampleWriter(store, config.run().directory().dataset(), file, vocabulary)) {
            return List.of(write(rows, encoder, writer)).iterator();
        } catch (WeftException unusable) {
            return List.of(new Written(null, 0, 0, 0, 0, new TreeMap<>(), unusable))
                    .iterator();
        }
    }

    private Written write(Iterator<Tuple2<byte[], DatasetRow>> rows, Encoder encoder, ExampleWriter writer)
            throws IOException {
        int longest = 0;
        long truncated = 0;
        long written = 0;
        int mostOfRow = 0;
        boolean judgedByRows = config.finetune().task() == TaskName.QA;
        TreeMap<String, Long> leftOut = new TreeMap<>();
        while (rows.hasNext()) {
            boolean cut = false;
            int ofRow = 0;
            DatasetRow row = rows.next()._2();
            int times = name.equals(DatasetSplits.TRAIN) ? task.times(row.fields(), row.key()) : 1;
            for (Encoded encoded : task.encodeAll(row.fields(), encoder, true)) {
                cut |= encoded.truncated();
                if (encoded.leftOut()) {
                    leftOut.merge(encoded.leftOutBecause(), 1L, Long::sum);
                } else {
                    for (int time = 0; time < times; time++) {
                        writer.append(encoded.example(), judgedByRows && ofRow > 0);
                    }
                    ofRow++;
                    longest = Math.max(longest, encoded.example().length());
                }
            }
            written += ofRow > 0 ? 1 : 0;
            mostOfRow = Math.max(mostOfRow, ofRow);
            truncated += cut ? 1 : 0;
        }
        ExamplesFile file = writer.examples() == 0 ? null : writer.commit();
        return new Written(file, written, mostOfRow, longest, truncated, leftOut, null);
    }
}
