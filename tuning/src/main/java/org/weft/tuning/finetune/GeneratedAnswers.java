package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.TokenizerFile;
import org.weft.engine.ModelReplica;
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
 * A model that answers prompts, always with the most likely token: until it ends its answer, or has said as many tokens as
 * an example may have. Owned by the thread that opened it.
 */
final class GeneratedAnswers implements RowModel {
    private final ModelReplica replica;
    private final Encoder encoder;
    private final Task task;
    private final TokenGenerator generator;
    private final int rows;

    GeneratedAnswers(ModelReplica replica, Encoder encoder, WeftConfig config, int rows) {
        this.replica = replica;
        this.encoder = encoder;
        this.task = Task.of(config);
        this.generator = new TokenGenerator(
                replica, config.model().context(), encoder.tokenizer().tokens());
        this.rows = rows;
    }

    static GeneratedAnswers open(StoredModel model, WeftConfig config, int rows) throws IOException {
        TokenizerFile tokenizer = model.tokenizer();
        ModelReplica replica = model.replica();
        try {
            return new GeneratedAnswers(replica, Encoder.open(config, tokenizer), config, rows);
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
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), encoder.maxLength(), rows, true);
        List<GeneratedText> texts = generator.generate(prompts, options, GenerationListener.NONE);
        return texts.stream()
                .map(text -> task.said(encoder.tokenizer().decode(text.tokens())))
                .toList();
    }

    @Override
    public void close() {
        encoder.close();
        replica.close();
    }
}
