package org.weft.serve;

import java.util.stream.IntStream;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.RunningBatch;
import org.weft.engine.sampling.TextStream;

/**
 * Continuous batching (Yu et al. 2022, Orca): texts take a free row as soon as there is one, all rows grow by a token a
 * round, and a text that is whole, late or no longer wanted gives its row to the next one. A text is a function of its
 * wish, not of what else is in the batch. The engine's thread's.
 */
final class TextGeneration implements Work<TextTask> {
    /** Prompt tokens that may be computed in a round while others wait for their next token. */
    private static final int PREFILL_TOKENS = 512;

    private final TextModel model;
    private final ServeMetrics metrics;
    private final ModelReplica replica;
    private final RunningBatch batch;
    private final Row[] rows; // null where free

    private TextGeneration(TextModel model, ModelReplica replica, int maxBatch, ServeMetrics metrics) {
        this.model = model;
        this.metrics = metrics;
        this.replica = replica;
        this.batch = RunningBatch.open(replica, model.context(), maxBatch);
        this.rows = new Row[maxBatch];
    }

    /** Opens the model on the calling thread. */
    static TextGeneration open(TextModel model, int maxBatch, ServeMetrics metrics) throws Exception {
        ModelReplica replica = model.replica().call();
        try {
            return new TextGeneration(model, replica, maxBatch, metrics);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    @Override
    public boolean busy() {
        return occupied().length > 0;
    }

    private int[] occupied() {
        return IntStream.range(0, rows.length).filter(row -> rows[row] != null).toArray();
    }

    @Override
    public void round(WaitingLine<TextTask> line) {
        for (int row : occupied()) {
            if (line.over(rows[row].task)) {
                line.end(leave(row));
            }
        }
        admit(line);
        int[] growing = occupied();
        if (growing.length > 0) {
            int[] tokens = batch.next(growing);
            metrics.batch(growing.length);
            for (int i = 0; i < growing.length; i++) {
                take(growing[i], tokens[i], line);
            }
        }
        metrics.running(occupied().length);
    }

    private void admit(WaitingLine<TextTask> line) {
        int computed = 0;
        while (computed < PREFILL_TOKENS && batch.freeRow() >= 0) {
            TextTask task = line.poll();
            if (task == null) {
                return;
            }
            if (line.over(task)) {
                line.end(task);
                continue;
            }
            int row = batch.freeRow();
            rows[row] = new Row(task);
            TextTask.Wish wish = task.wish();
            take(row, batch.begin(row, wish.prompt(), wish.sampling()), line);
            computed += wish.prompt().length;
            metrics.prompt(wish.prompt().length);
        }
    }

    /** Gives a text its next token. */
    private void take(int row, int token, WaitingLine<TextTask> line) {
        Row text = rows[row];
        FinishReason reason = text.take(token);
        if (reason != null) {
            leave(row);
            text.task.listener().ended(text.tokens, reason);
            line.done();
        }
    }

    private TextTask leave(int row) {
        TextTask task = rows[row].task;
        metrics.generated(rows[row].tokens);
        rows[row] = null;
        batch.end(row);
        return task;
    }

    @Override
    public void failAll(WaitingLine<TextTask> line, ApiException failure) {
        for (int row : occupied()) {
            leave(row).fail(failure);
            line.done();
        }
        metrics.running(0);
    }

    @Override
    public void close() {
        batch.close();
        replica.close();
    }

    /** A text that grows. */
    private final class Row {
        private final TextTask task;
        private final TextStream stream;
        private int tokens;

        Row(TextTask task) {
            this.task = task;
            this.stream = new TextStream(model.tokenizer()::decode, task.wish().stops(), task.listener()::piece);
        }

        /** Why the text ends with this token; null where it goes on. */
        FinishReason take(int token) {
            if (token == model.tokenizer().endOfText()) {
                stream.end();
                return FinishReason.END_OF_TEXT;
            }
            tokens++;
            if (!stream.token(token)) {
                return FinishReason.STOP_STRING;
            }
            if (tokens >= task.wish().maxTokens()) {
                stream.end();
                return FinishReason.LENGTH;
            }
            return null;
        }
    }
}
