package org.weft.serve;

import java.util.stream.IntStream;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.LogitsListener;
import org.weft.engine.sampling.RunningBatch;
import org.weft.engine.sampling.TextStream;
import org.weft.engine.sampling.TokenScore;

/**
 * Continuous batching (Yu et al. 2022, Orca): texts take a free row as soon as there is one, all rows grow by a token a
 * round, and a text that is whole, late or no longer wanted gives its row to the next one. A text is a function of its
 * wish, not of what else is in the batch. The model's thread's.
 */
final class TextGeneration implements Work<TextInquiry> {
    /** Prompt tokens that may be computed in a round while others wait for their next token. */
    private static final int PREFILL_TOKENS = 512;

    private final TextModel model;
    private final ServeMetrics metrics;
    private final ModelReplica replica;
    private final TextTokens spelling;
    private final RunningBatch batch;
    private final Row[] rows; // null where free

    private TextGeneration(TextModel model, ModelReplica replica, int maxBatch, ServeMetrics metrics) {
        this.model = model;
        this.metrics = metrics;
        this.replica = replica;
        this.spelling = model.tokenizer().tokens();
        this.batch = RunningBatch.open(replica, model.context(), maxBatch, spelling);
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
    public void round(WaitingLine<TextInquiry> line) {
        for (int row : occupied()) {
            if (line.over(rows[row].inquiry)) {
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

    private void admit(WaitingLine<TextInquiry> line) {
        int computed = 0;
        while (computed < PREFILL_TOKENS && batch.freeRow() >= 0) {
            TextInquiry inquiry = line.poll();
            if (inquiry == null) {
                return;
            }
            if (line.over(inquiry)) {
                line.end(inquiry);
                continue;
            }
            int row = batch.freeRow();
            rows[row] = new Row(inquiry);
            int token = batch.begin(row, rows[row].beginning());
            computed += inquiry.wish().prompt().length;
            metrics.prompt(inquiry.wish().prompt().length);
            if (inquiry.wish().maxTokens() == 0) {
                end(row, FinishReason.LENGTH, line);
            } else {
                take(row, token, line);
            }
        }
    }

    /** Gives a text its next token. */
    private void take(int row, int token, WaitingLine<TextInquiry> line) {
        Row text = rows[row];
        FinishReason reason = text.take(token);
        if (reason != null) {
            end(row, reason, line);
        }
    }

    private void end(int row, FinishReason reason, WaitingLine<TextInquiry> line) {
        Row text = rows[row];
        leave(row);
        text.inquiry.listener().ended(text.tokens, reason);
        line.done();
    }

    private TextInquiry leave(int row) {
        TextInquiry inquiry = rows[row].inquiry;
        metrics.generated(rows[row].tokens);
        rows[row] = null;
        batch.end(row);
        return inquiry;
    }

    @Override
    public void failAll(WaitingLine<TextInquiry> line, ApiException failure) {
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
        private final TextInquiry inquiry;
        private final TextStream stream;
        private int tokens;

        Row(TextInquiry inquiry) {
            this.inquiry = inquiry;
            this.stream =
                    new TextStream(model.tokenizer()::decode, inquiry.wish().stops(), inquiry.listener()::piece);
            if (inquiry.wish().continues()) {
                stream.follow(inquiry.wish().prompt());
            }
        }

        RunningBatch.Beginning beginning() {
            TextInquiry.Wish wish = inquiry.wish();
            LogitsListener listener = wish.scoring().wanted() ? this::score : null;
            return new RunningBatch.Beginning(
                    wish.prompt(),
                    wish.sampling(),
                    wish.scoring().promptToo() ? listener : null,
                    wish.maxTokens() > 0 ? listener : null);
        }

        private void score(int token, float[] logits) {
            TextInquiry.Wish wish = inquiry.wish();
            inquiry.listener().scored(TokenScore.of(token, logits, wish.scoring().likeliest()));
        }

        /** Why the text ends with this token; null where it goes on. */
        FinishReason take(int token) {
            tokens++;
            if (spelling.end(token)) {
                stream.end();
                return FinishReason.END_OF_TEXT;
            }
            if (!stream.token(token)) {
                return FinishReason.STOP_STRING;
            }
            if (tokens >= inquiry.wish().maxTokens()) {
                stream.end();
                return FinishReason.LENGTH;
            }
            return null;
        }
    }
}
