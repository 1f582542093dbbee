package org.weft.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.weft.core.WeftException;
import org.weft.core.examples.Example;
import org.weft.tuning.finetune.EmbeddingModel;
import org.weft.tuning.task.Encoded;
import org.weft.tuning.task.Fields;

/**
 * A model that gives texts vectors.
 *
 * @param vocabSize V, below which token ids are
 * @param width D, the elements of a vector
 * @param embedder opens the model on the thread that calls it, which owns it from there on
 */
public record VectorModel(
        String name,
        String fingerprint,
        int vocabSize,
        int width,
        Callable<BatchModel<VectorModel.Input, VectorModel.Vector>> embedder)
        implements ServedModel {

    /**
     * What is to become a vector.
     *
     * @param text null where ids are given
     * @param ids as the model reads them, those that frame a text included; null where a text is given
     */
    public record Input(String text, int[] ids) {}

    /**
     * What it has become.
     *
     * @param values (D)
     * @param tokens that were read
     */
    public record Vector(float[] values, int tokens) {}

    @Override
    public void close() {
        // The embedder is closed by the thread that opened it.
    }

    /** One that {@code embed} would use; a text that is too long is refused, where that cuts it. */
    record OfTexts(EmbeddingModel model) implements BatchModel<Input, Vector> {
        @Override
        public List<Vector> answers(List<Input> inputs) {
            List<Example> examples = inputs.stream().map(this::example).toList();
            List<float[]> vectors = model.vectors(examples);
            List<Vector> answers = new ArrayList<>();
            for (int i = 0; i < vectors.size(); i++) {
                answers.add(new Vector(vectors.get(i), examples.get(i).length()));
            }
            return answers;
        }

        private Example example(Input input) {
            if (input.text() == null) {
                require(input.ids().length <= model.maxLength(), input.ids().length + " tokens");
                return new Example(input.ids(), input.ids().length, null, null, 1);
            }
            Encoded encoded = model.encoded(input.text(), new Fields(Map.of("input", input.text())));
            require(!encoded.truncated(), "a text of " + input.text().length() + " characters");
            return encoded.example();
        }

        private void require(boolean fits, String what) {
            if (!fits) {
                throw WeftException.invalidData(
                        what + " is more than the " + model.maxLength() + " tokens that the model reads at once",
                        "part it");
            }
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
