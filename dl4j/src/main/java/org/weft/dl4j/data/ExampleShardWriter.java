package org.weft.dl4j.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;

/** Writes one shard, example by example; the file appears with {@link #commit}. Owned by one thread. */
public final class ExampleShardWriter implements AutoCloseable {
    private final String file;
    private final AtomicOutput out;
    private final List<ExampleShardFormat.Entry> entries = new ArrayList<>();
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private long position;

    public ExampleShardWriter(Store store, String directory, String file) throws IOException {
        this.file = file;
        this.out = store.create(directory + "/" + file);
        write(ExampleShardFormat.header());
    }

    /** Appends the examples of a data set, one by one. */
    public void add(MultiDataSet examples) throws IOException {
        List<MultiDataSet> single = examples.getFeatures(0).size(0) == 1 ? List.of(examples) : examples.asList();
        for (MultiDataSet example : single) {
            record.reset();
            example.save(record);
            byte[] bytes = record.toByteArray();
            int checksum = ExampleShardFormat.checksum(bytes, 0, bytes.length);
            entries.add(new ExampleShardFormat.Entry(position, bytes.length, checksum));
            write(bytes);
        }
    }

    /** Ends the file and puts it in its place. */
    public ExampleManifest.Shard commit() throws IOException {
        long tableOffset = position;
        byte[] table = ExampleShardFormat.table(entries);
        write(table);
        write(ExampleShardFormat.footer(tableOffset, entries.size(), table));
        out.commit();
        int checksum = ExampleShardFormat.checksum(table, 0, table.length);
        return new ExampleManifest.Shard(file, entries.size(), position, checksum);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        position += bytes.length;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
