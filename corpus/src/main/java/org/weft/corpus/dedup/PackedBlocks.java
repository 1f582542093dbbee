package org.weft.corpus.dedup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * The sending side of a shuffle of small records of one width: they are packed by the partition that they go to, and travel
 * as blocks. Spark sees a block for a thousand records or more. Memory: {@value #BUFFERED_BYTES} bytes a task, or the least
 * block a partition where there are more than two thousand of these. Owned by the task's thread.
 */
final class PackedBlocks implements Iterator<Tuple2<Integer, byte[]>> {
    private static final int BUFFERED_BYTES = 8 << 20;
    private static final int MOST_BLOCK_BYTES = 1 << 16;
    private static final int LEAST_BLOCK_BYTES = 1 << 12;
    private static final int FIRST_RECORDS = 16;

    /** What fills the blocks, a little at a time. */
    @FunctionalInterface
    interface Source {
        /** Adds the records of one more element; false where there was none. */
        boolean advance(PackedBlocks to) throws IOException;
    }

    private final int width;
    private final int blockBytes;
    private final Source source;
    private final byte[][] buffers;
    private final int[] used;
    private final ArrayDeque<Tuple2<Integer, byte[]>> full = new ArrayDeque<>();
    private boolean ended;

    PackedBlocks(int width, int partitions, Source source) {
        this.width = width;
        int share = Math.max(LEAST_BLOCK_BYTES, Math.min(MOST_BLOCK_BYTES, BUFFERED_BYTES / partitions));
        this.blockBytes = share / width * width;
        this.source = source;
        this.buffers = new byte[partitions][];
        this.used = new int[partitions];
    }

    int partitions() {
        return buffers.length;
    }

    /** Adds a record, the first bytes of an array, for a partition. */
    void add(int partition, byte[] record) {
        add(partition, record, 0);
    }

    void add(int partition, byte[] record, int offset) {
        byte[] buffer = buffers[partition];
        if (buffer == null) {
            buffer = buffers[partition] = new byte[Math.min(blockBytes, FIRST_RECORDS * width)];
        } else if (used[partition] == buffer.length) {
            buffer = buffers[partition] = Arrays.copyOf(buffer, Math.min(blockBytes, 2 * buffer.length));
        }
        System.arraycopy(record, offset, buffer, used[partition], width);
        used[partition] += width;
        if (used[partition] == blockBytes) {
            full.add(new Tuple2<>(partition, buffer));
            buffers[partition] = null;
            used[partition] = 0;
        }
    }

    @Override
    public boolean hasNext() {
        try {
            while (full.isEmpty() && !ended) {
                if (!source.advance(this)) {
                    ended = true;
                    flush();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !full.isEmpty();
    }

    private void flush() {
        for (int partition = 0; partition < buffers.length; partition++) {
            if (used[partition] > 0) {
                full.add(new Tuple2<>(partition, Arrays.copyOf(buffers[partition], used[partition])));
                buffers[partition] = null;
            }
        }
    }

    @Override
    public Tuple2<Integer, byte[]> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return full.poll();
    }

    /** Blocks where their partitions are. */
    static JavaRDD<byte[]> shuffled(JavaRDD<Tuple2<Integer, byte[]>> blocks, int partitions) {
        return JavaPairRDD.fromJavaRDD(blocks)
                .partitionBy(new Numbered(partitions))
                .values();
    }

    /** The key is the partition. */
    private static final class Numbered extends Partitioner {
        private static final long serialVersionUID = 1L;

        private final int count;

        Numbered(int count) {
            this.count = count;
        }

        @Override
        public int numPartitions() {
            return count;
        }

        @Override
        public int getPartition(Object key) {
            return (Integer) key;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Numbered numbered && numbered.count == count;
        }

        @Override
        public int hashCode() {
            return count;
        }
    }
}
