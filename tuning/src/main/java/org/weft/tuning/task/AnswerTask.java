package org.weft.tuning.task;

import java.util.Arrays;
import java.util.List;
import org.weft.core.WeftException;
import org.weft.core.config.DatasetConfig;
import org.weft.core.examples.Example;
import org.weft.core.model.T5Family;
import org.weft.tuning.metrics.AnswerPredictions;
import org.weft.tuning.metrics.Predictions;
import org.weft.tuning.metrics.TextPredictions;

/**
 * A text to be read and the one to be written, of a model that has an encoder for the first and a decoder for the second. The
 * prompt is read as it is: what tells one task from another, such as {@code translate English to German: }, stands in it.
 *
 * <pre>
 *   tokens     p p p end | start r  r         p prompt, r response
 *   targets    - - - -   | r     r  end       - ignored
 * </pre>
 *
 * Each side may be as long as {@code dataset.max_length}; a longer one loses its end.
 */
record AnswerTask(String promptColumn, String responseColumn) implements Task {

    AnswerTask(DatasetConfig dataset) {
        this(dataset.promptColumn(), dataset.responseColumn());
    }

    @Override
    public List<String> inputColumns() {
        return List.of(promptColumn);
    }

    @Override
    public List<String> textColumns() {
        return List.of(promptColumn, responseColumn);
    }

    @Override
    public List<String> targetColumns() {
        return List.of(responseColumn);
    }

    @Override
    public void check(Fields row, boolean labelled) {
        row.text(promptColumn);
        if (labelled) {
            row.text(responseColumn);
        }
    }

    @Override
    public Encoded encode(Fields row, Encoder encoder, boolean labelled) {
        Framed source = encoder.single(encoder.encode(row.text(promptColumn)), row);
        if (!labelled) {
            Example asked = new Example(source.tokens(), source.tokens().length, null, null, 1);
            return Encoded.of(asked, source.truncated());
        }
        int[] response = encoder.encode(row.text(responseColumn).strip());
        int kept = Math.min(response.length, encoder.maxLength() - 1);
        boolean cut = encoder.cut(kept < response.length, response.length + 1, row);
        int[] end = cut ? new int[0] : new int[] {encoder.tokenizer().endOfText()};
        int[] answer = Encoder.join(Arrays.copyOf(response, kept), end);
        Example example = Example.answered(source.tokens(), T5Family.DECODER_START, answer);
        return new Encoded(
                example, source.truncated() || cut, response.length == 0 ? "their answer is empty" : null, null);
    }

    @Override
    public List<PredictionColumn> predictionColumns() {
        return InstructionTask.Answer.COLUMNS;
    }

    @Override
    public Prediction said(String generated) {
        return new InstructionTask.Answer(generated.strip());
    }

    @Override
    public Predictions.Row judge(Fields row, Prediction said) {
        return new AnswerPredictions.Row(
                ((InstructionTask.Answer) said).text(),
                List.of(row.text(responseColumn).strip()));
    }

    @Override
    public Predictions predictions(List<Predictions.Row> judged) {
        return TextPredictions.of(Predictions.rows(judged, AnswerPredictions.Row.class));
    }

    /** Fails where rows are conversations. */
    static void requireTexts(DatasetConfig dataset, String architecture) {
        String set = !dataset.messagesColumn().isEmpty()
                ? "messages_column=" + dataset.messagesColumn()
                : "tools_column=" + dataset.toolsColumn();
        if (!dataset.messagesColumn().isEmpty() || !dataset.toolsColumn().isEmpty()) {
            throw WeftException.usage(
                    "dataset." + set + " is not of model.architecture=" + architecture
                            + ", which reads one text and writes another",
                    "give dataset.prompt_column and dataset.response_column");
        }
    }
}
