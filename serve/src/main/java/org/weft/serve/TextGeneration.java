package org.weft.serve;

import java.util.stream.IntStream;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.LogitsListener;
import org.weft.engine.sampling.RunningBatch;
import org.weft.engine.sampling.Sampler;
import org.weft.engine.sampling.TextStream;
import org.weft.engine.sampling.TokenScore;

/**
 * Continuous batching (Yu et al. 2022, Orca): texts take a free row as soon as there is one, all rows grow by a token a
 * round, and a text that is whole, late or no longer wanted gives its row to the next one. A text is a function of its
 * wish, not of what else is in the batch. The model's thread's.
 */
final class TextGeneration implements Work<TextInquiry> {
    /** Prompt tokens that are computed in a round while others wait for their next token. */
    private static final int PREFILL_TOKENS = 512;

    private final TextModel model;
    private final ServeMetrics metrics;
    private final ModelReplica replica;
    private final TextTokens spelling;
    private final RunningBatch batch;
    private final Row[] rows; // null where free
    private long recalled; // tokens of prompts

    private TextGeneration(TextModel model, ModelReplica replica, ServeOptions options, ServeMetrics metrics) {
        this.model = model;
        this.metrics = metrics;
        this.replica = replica;
        this.spelling = model.tokenizer().tokens();
        this.batch =
                RunningBatch.open(replica, model.context(), options.maxBatch(), spelling, options.prefixCacheBytes());
        this.rows = new Row[options.maxBatch()];
    }

    /** Opens the model on the calling thread. */
    static TextGeneration open(TextModel model, ServeOptions options, ServeMetrics metrics) throws Exception {
        ModelReplica replica = model.replica().call();
        try {
            return new TextGeneration(model, replica, options, metrics);
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
        for (RunningBatch.Begun text : batch.read(PREFILL_TOKENS)) {
            begun(text, line);
        }
        metrics.recalled(batch.recalled() - recalled);
        recalled = batch.recalled();
        int[] growing =
                IntStream.of(occupied()).filter(row -> !batch.isReading(row)).toArray();
        if (growing.length > 0) {
            int[] tokens = batch.next(growing);
            metrics.batch(growing.length);
            for (int i = 0; i < growing.length; i++) {
                take(growing[i], tokens[i], line);
            }
        }
        metrics.running(this, occupied().length);
    }

    /** Lets those that wait have the free rows. */
    private void admit(WaitingLine<TextInquiry> line) {
        for (int row = batch.freeRow(); row >= 0; ) {
            TextInquiry inquiry = line.poll();
            if (inquiry == null) {
                return;
            }
            if (line.over(inquiry)) {
                line.end(inquiry);
                continue;
            }
            place(row, inquiry, line);
            row = batch.freeRow();
        }
    }

    private void place(int row, TextInquiry inquiry, WaitingLine<TextInquiry> line) {
        try {
            rows[row] = new Row(inquiry);
            batch.place(row, rows[row].beginning());
        } catch (RuntimeException | OutOfMemoryError failure) {
            rows[row] = null;
            batch.end(row);
            line.fail(inquiry, ApiException.failed("the model failed on this prompt: ", failure));
        }
    }

    /** A prompt is read: the first token comes with that, where one is wanted. */
    private void begun(RunningBatch.Begun text, WaitingLine<TextInquiry> line) {
        int row = text.row();
        if (text.failure() != null) {
            line.fail(leave(row), ApiException.failed("the model failed on this prompt: ", text.failure()));
            return;
        }
        TextInquiry.Wish wish = rows[row].inquiry.wish();
        metrics.prompt(wish.prompt().length);
        if (wish.maxTokens() == 0) {
            end(row, FinishReason.LENGTH, line);
        } else {
            take(row, text.token(), line);
        }
    }

    /** Gives a text its next token. */
    private void take(int row, int token, WaitingLine<TextInquiry> line) {
        Throwable failure = batch.failure(row);
        if (failure != null) {
            fail(row, failure, line);
            return;
        }
        if (token == Sampler.NONE) {
            ApiException stuck = ApiException.invalid(
                    "response_format", "none of " + model.name() + "'s tokens goes on with the object that it began");
            line.fail(leave(row), stuck);
            return;
        }
        FinishReason reason;
        try {
            reason = rows[row].take(token);
        } catch (RuntimeException
                | OutOfMemoryError failed) { // What is too much for one answer is no other text's fault.
            fail(row, failed, line);
            return;
        }
        if (reason != null) {
            end(row, reason, line);
        }
    }

    private void fail(int row, Throwable failure, WaitingLine<TextInquiry> line) {
        line.fail(leave(row), ApiException.failed("the model failed on this text: ", failure));
    }

    private void end(int row, FinishReason reason, WaitingLine<TextInquiry> line) {
        int tokens = rows[row].tokens;
        TextInquiry inquiry = leave(row);
        try {
            inquiry.listener().ended(tokens, reason);
        } catch (RuntimeException | OutOfMemoryError failure) {
            inquiry.fail(ApiException.failed("the answer could not be written: ", failure));
        } finally {
            line.done();
        }
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
        for (int row = 0; row < rows.length; row++) { // nothing is made: there may be no memory for it
            if (rows[row] != null) {
                line.fail(leave(row), failure);
            }
        }
        metrics.running(this, 0);
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
                    wish.maxTokens() > 0 ? listener : null,
                    wish.constraint());
        }

        private void score(int token, float[] logits) {
            TextInquiry.Wish wish = inquiry.wish();
            inquiry.listener()
                    .scored(TokenScore.of(token, logits, wish.scoring().likeliest()));
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
            if (inquiry.wish().constraint() != null
                    && inquiry.wish().constraint().whole()) {
                stream.end();
                return FinishReason.END_OF_TEXT;
            }
            if (tokens >= inquiry.wish().maxTokens()) {
                stream.end();
                return FinishReason.LENGTH;
            }
            return null;
        }
    }
}
