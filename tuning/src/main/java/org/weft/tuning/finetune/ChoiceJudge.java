package org.weft.tuning.finetune;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.weft.core.batches.Batch;
import org.weft.core.config.DatasetConfig;
import org.weft.core.config.WeftConfig;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.hub.StoredModel;
import org.weft.tuning.metrics.ChoicePredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.task.ChoiceText;
import org.weft.tuning.task.Fields;
import org.weft.tuning.task.Task;

/**
 * Gives each of a question's choices its likelihood after the question: the sum of its tokens' log-probabilities. Choices are
 * computed one after the other.
 */
final class ChoiceJudge implements RowJudge {
    private final ModelReplica replica;
    private final TextTokenizer tokenizer;
    private final ChoiceText text;
    private final DatasetConfig dataset;

    private ChoiceJudge(ModelReplica replica, TextTokenizer tokenizer, ChoiceText text, DatasetConfig dataset) {
        this.replica = replica;
        this.tokenizer = tokenizer;
        this.text = text;
        this.dataset = dataset;
    }

    static ChoiceJudge open(StoredModel model, WeftConfig config) throws IOException {
        TextTokenizer tokenizer = TextTokenizer.of(model.tokenizer());
        boolean converses = Task.in(config).filter(Task::converses).isPresent();
        ChoiceText text = new ChoiceText(
                tokenizer,
                config.model().context(),
                converses ? Task.conversation(config) : null,
                config.dataset().splitSpecialTokens());
        try {
            return new ChoiceJudge(model.replica(), tokenizer, text, config.dataset());
        } catch (IOException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    @Override
    public List<Predictions.Row> judge(List<Fields> rows) {
        List<Predictions.Row> judged = new ArrayList<>();
        for (Fields row : rows) {
            List<String> choices = row.strings(dataset.choicesColumn());
            int right = ChoiceText.right(row, choices, dataset);
            double[] logLikelihoods = new double[choices.size()];
            int[] lengths = new int[choices.size()];
            for (int i = 0; i < lengths.length; i++) {
                Batch batch = text.batch(row.text(dataset.promptColumn()), choices.get(i));
                logLikelihoods[i] = -replica.loss(batch);
                lengths[i] = choices.get(i).strip().getBytes(StandardCharsets.UTF_8).length;
            }
            judged.add(new ChoicePredictions.Row(right, logLikelihoods, lengths));
        }
        return judged;
    }

    @Override
    public void close() {
        replica.close();
        tokenizer.close();
    }
}
