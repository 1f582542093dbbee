package org.weft.corpus.dedup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The receiving side of a shuffle of packed records: all of a partition's, sorted unsigned byte by byte, equal ones next to
 * each other. What does not fit the budget goes, sorted, to files in Spark's local directories and is merged; a partition of
 * any size takes {@value #BUDGET_BYTES} bytes for records and about as much to sort them. Gone with the task. Owned by its
 * thread.
 *
 * <p>A cursor: {@link #next} goes to the next record, which is {@code width} bytes of {@link #bytes} from {@link #offset} on
 * until {@link #next} is called again.
 */
final class SortedRecords implements AutoCloseable {
    static final int BUDGET_BYTES = 16 << 20;

    private final int width;
    private final int budget;
    private final List<RecordRun> runs = new ArrayList<>();
    private byte[] records = new byte[0];
    private int used;
    private final PriorityQueue<RecordRun> heads;
    private RecordRun current;

    SortedRecords(int width, int budgetBytes) {
        this.width = width;
        this.budget = Math.max(1, budgetBytes / width) * width;
        this.heads = new PriorityQueue<>((a, b) -> Arrays.compareUnsigned(
                a.bytes(), a.offset(), a.offset() + width, b.bytes(), b.offset(), b.offset() + width));
    }

    /** A task's records. */
    static SortedRecords of(Iterator<byte[]> blocks, int width) throws IOException {
        SortedRecords sorted = new SortedRecords(width, BUDGET_BYTES);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) ended -> sorted.close());
        while (blocks.hasNext()) {
            sorted.add(blocks.next());
        }
        sorted.sort();
        return sorted;
    }

    void add(byte[] block) throws IOException {
        int from = 0;
        while (from < block.length) {
            if (used == budget) {
                spill();
            }
            int bytes = Math.min(block.length - from, budget - used);
            if (used + bytes > records.length) {
                int grown = (int) Math.min(budget, Math.max(2L * records.length, used + bytes));
                records = Arrays.copyOf(records, grown);
            }
            System.arraycopy(block, from, records, used, bytes);
            used += bytes;
            from += bytes;
        }
    }

    private void spill() throws IOException {
        runs.add(RecordRun.spilled(new RecordOrder(records, used / width, width)));
        used = 0;
    }

    /** Ends adding; the cursor stands before the first record. */
    void sort() throws IOException {
        runs.add(RecordRun.inMemory(new RecordOrder(records, used / width, width)));
        for (RecordRun run : runs) {
            if (run.next()) {
                heads.add(run);
            }
        }
    }

    /** Goes to the next record; false where there is none. */
    boolean next() throws IOException {
        if (current != null) {
            if (heads.isEmpty()) { // What is left is sorted already.
                return current.next();
            }
            if (current.next()) {
                heads.add(current);
            }
        }
        current = heads.poll();
        return current != null;
    }

    byte[] bytes() {
        return current.bytes();
    }

    int offset() {
        return current.offset();
    }

    /** Parts that were sorted apart, one of them in memory. */
    int runs() {
        return runs.size();
    }

    @Override
    public void close() {
        for (RecordRun run : runs) {
            run.close();
        }
        records = new byte[0];
    }
}
