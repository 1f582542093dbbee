package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.examples.Example;
import org.weft.core.examples.ExampleParts;
import org.weft.engine.ModelReplica;

class PairNatsTest {
    private final List<Integer> sizes = new ArrayList<>();

    /** A model for which a sequence costs its first token. */
    private ModelReplica model() {
        return (ModelReplica) Proxy.newProxyInstance(
                ModelReplica.class.getClassLoader(), new Class<?>[] {ModelReplica.class}, (self, method, given) -> {
                    Batch batch = (Batch) given[0];
                    sizes.add(batch.sequences());
                    return IntStream.range(0, batch.sequences())
                            .mapToDouble(row -> batch.inputs()[row * batch.context()])
                            .toArray();
                });
    }

    private static Example pair(int better, int length) {
        return ExampleParts.joined(List.of(answer(better, length), answer(better + 1, length)));
    }

    private static Example answer(int first, int length) {
        int[] tokens = new int[length];
        tokens[0] = first;
        return new Example(tokens, length, tokens.clone(), null, 1);
    }

    @Test
    void pairsComeBackInTheirOrderWhateverTheirLengths() {
        List<Example> pairs = List.of(pair(10, 5), pair(20, 2), pair(30, 9), pair(40, 3), pair(50, 1));
        assertThat(PairNats.of(model(), pairs, 2))
                .isDeepEqualTo(new double[][] {{10, 11}, {20, 21}, {30, 31}, {40, 41}, {50, 51}});
        assertThat(sizes).as("answers that are computed together").containsExactly(4, 4, 2);
    }
}
