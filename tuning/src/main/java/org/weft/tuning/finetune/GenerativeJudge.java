package org.weft.tuning.finetune;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.FinetuneConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.ModelTokenizer;
import org.weft.driver.checkpoint.ReplicaLoader;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.GeneratedText;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;
import org.weft.tuning.task.Encoder;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.InstructionTask;
import org.weft.tuning.task.Task;

/** Lets a model answer prompts, always with the most likely token, beside the answer that the row has. */
final class GenerativeJudge implements RowJudge {
    private static final int MAX_NEW_TOKENS = 128;

    private final ModelReplica replica;
    private final Encoder encoder;
    private final InstructionTask task;
    private final TokenGenerator generator;
    private final int rows;

    private GenerativeJudge(ModelReplica replica, Encoder encoder, WeftConfig config, int rows) {
        this.replica = replica;
        this.encoder = encoder;
        this.task = (InstructionTask) Task.of(config);
        this.generator = new TokenGenerator(
                replica, config.model().context(), encoder.tokenizer().endOfText());
        this.rows = rows;
    }

    static GenerativeJudge open(Store store, Checkpoint checkpoint, WeftConfig config, int rows) throws IOException {
        if (!config.finetune().task().equals(FinetuneConfig.INSTRUCTION)) {
            throw WeftException.usage(
                    "finetune.task=" + config.finetune().task() + " has no answers to compare",
                    "evaluate its loss with --input TEXT");
        }
        byte[] tokenizer = ModelTokenizer.of(store, checkpoint).json();
        ModelReplica replica = ReplicaLoader.open(store, checkpoint);
        try {
            return new GenerativeJudge(replica, Encoder.open(config, tokenizer), config, rows);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    @Override
    public List<Judgement> judge(List<Fields> given) {
        List<int[]> prompts = new ArrayList<>();
        for (Fields row : given) {
            prompts.add(task.encode(task.asked(row), encoder, false).example().tokens());
        }
        GenerationOptions options = new GenerationOptions(SamplingOptions.greedy(), MAX_NEW_TOKENS, rows, true);
        List<GeneratedText> texts = generator.generate(prompts, options, GenerationListener.NONE);
        List<Judgement> judgements = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            String said = task.conversation()
                    .answer(encoder.tokenizer().decode(texts.get(i).tokens()));
            judgements.add(new Judgement.OfAnswer(said, List.of(task.answer(given.get(i)))));
        }
        return judgements;
    }

    @Override
    public void close() {
        encoder.close();
        replica.close();
    }
}
