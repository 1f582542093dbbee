package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.BeamOptions;
import org.weft.engine.sampling.GeneratedText;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;
import org.weft.hub.StoredModel;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Prediction;
import org.weft.tuning.task.Task;

/**
 * A model that answers prompts, always with the most likely token, or with what a search finds: until it ends its answer, or has said as many tokens as
 * an example may have. Owned by the thread that opened it.
 */
final class GeneratedAnswers implements RowModel {
    private final ModelReplica replica;
    private final Encoder encoder;
    private final Task task;
    private final TokenGenerator generator;
    private final GenerationOptions options;

    /** Token by token. */
    GeneratedAnswers(ModelReplica replica, Encoder encoder, WeftConfig config, int rows) {
        this(replica, encoder, config, BeamOptions.NONE, rows);
    }

    private GeneratedAnswers(ModelReplica replica, Encoder encoder, WeftConfig config, BeamOptions beams, int rows) {
        this.replica = replica;
        this.encoder = encoder;
        this.task = Task.of(config);
        this.generator = new TokenGenerator(
                replica, config.model().context(), encoder.tokenizer().tokens());
        this.options = new GenerationOptions(SamplingOptions.greedy(), beams, encoder.maxLength(), rows, true);
    }

    static GeneratedAnswers open(StoredModel model, WeftConfig config, BeamOptions beams, int rows)
            throws IOException {
        TokenizerFile tokenizer = model.tokenizer();
        ModelReplica replica = model.replica();
        try {
            return new GeneratedAnswers(replica, Encoder.open(config, tokenizer), config, beams, rows);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    @Override
    public List<Prediction> predict(List<Fields> given) {
        List<int[]> prompts = new ArrayList<>();
        for (Fields row : given) {
            prompts.add(task.encode(task.asked(row), encoder, false).example().tokens());
        }
        return texts(prompts).map(text -> said(text.tokens())).toList();
    }

    /**
     * Answers to prompts that are tokens already.
     *
     * @param prompts of at least one token each
     */
    List<String> to(List<int[]> prompts) {
        return texts(prompts).map(text -> answer(text.tokens())).toList();
    }

    /** The text of an answer's tokens, with or without those that end it. */
    String answer(int[] tokens) {
        int length = tokens.length;
        while (length > 0 && encoder.tokenizer().tokens().end(tokens[length - 1])) {
            length--;
        }
        return said(Arrays.copyOf(tokens, length)).cells().get(0).toString();
    }

    private Prediction said(int[] tokens) {
        return task.said(encoder.tokenizer().decode(tokens));
    }

    private Stream<GeneratedText> texts(List<int[]> prompts) {
        return generator.generate(prompts, options, GenerationListener.NONE).stream();
    }

    @Override
    public void close() {
        encoder.close();
        replica.close();
    }
}
