package org.weft.tuning.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.model.ClassTally;
import org.weft.engine.Evaluated;
import org.weft.engine.ModelReplica;

/** Questions are judged by their rows, whatever windows their passages are read through. */
class PassageReplicaTest {
    private static final int CONTEXT = 5;

    /** Sequences of each call. */
    private final List<Integer> computed = new ArrayList<>();

    /**
     * One window: tokens 2 to 4 are the passage's.
     *
     * @param first position of the answer's first token, 0 for none
     * @param said position at which the model puts both ends, with what weight
     */
    private record Window(int first, int last, int number, int said, int weight) {}

    /** A replica whose first outputs are told by inputs: 100 times the position, and the weight. */
    private ModelReplica replica() {
        return (ModelReplica) Proxy.newProxyInstance(
                ModelReplica.class.getClassLoader(), new Class<?>[] {ModelReplica.class}, (self, method, arguments) -> {
                    if (!method.getName().equals("outputs")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    Batch batch = (Batch) arguments[0];
                    computed.add(batch.sequences());
                    float[][] outputs = new float[batch.sequences() * CONTEXT][2];
                    for (int b = 0; b < batch.sequences(); b++) {
                        int told = batch.inputs()[b * CONTEXT];
                        Arrays.fill(outputs[b * CONTEXT + told / 100], told % 100);
                    }
                    return outputs;
                });
    }

    private Evaluated evaluated(boolean mayHaveNoAnswer, Window... windows) {
        int[] inputs = new int[windows.length * CONTEXT];
        float[] labels = new float[windows.length * 5];
        int[] lengths = new int[windows.length];
        Arrays.fill(lengths, CONTEXT);
        for (int w = 0; w < windows.length; w++) {
            inputs[w * CONTEXT] = 100 * windows[w].said() + windows[w].weight();
            float[] own = {windows[w].first(), windows[w].last(), 2, CONTEXT, windows[w].number()};
            System.arraycopy(own, 0, labels, 5 * w, 5);
        }
        Batch batch = new Batch(windows.length, CONTEXT, inputs, lengths, lengths, new Targets.Labels(labels));
        return new PassageReplica(replica(), mayHaveNoAnswer, 2).evaluate(batch);
    }

    private static ClassTally rows(int right, int all) {
        return new ClassTally(0, right, all, all);
    }

    @Test
    void aRowIsRightWhereItsBestWindowIs() {
        Evaluated one = evaluated(
                true,
                new Window(0, 0, 0, 3, 1), // a span where there is none, but a weak one
                new Window(4, 4, 1, 4, 5),
                new Window(0, 0, 2, 0, 9), // surely none
                new Window(2, 2, 0, 3, 5)); // another row: the wrong token
        assertThat(one.classes()).containsExactly(rows(1, 2));
        assertThat(computed).containsExactly(2, 2);
        assertThat(evaluated(true, new Window(0, 0, 0, 3, 6), new Window(4, 4, 1, 4, 5))
                        .classes())
                .containsExactly(rows(0, 1));
    }

    @Test
    void noAnswerIsSaidOnlyWhereThereMayBeNone() {
        Window[] unanswerable = {new Window(0, 0, 0, 0, 5), new Window(0, 0, 1, 0, 5)};
        assertThat(evaluated(true, unanswerable).classes()).containsExactly(rows(1, 1));
        assertThat(evaluated(false, unanswerable).classes()).containsExactly(rows(0, 1));
        Window[] answerable = {new Window(2, 2, 0, 0, 5)}; // of equal spans the first
        assertThat(evaluated(true, answerable).classes()).containsExactly(rows(0, 1));
        assertThat(evaluated(false, answerable).classes()).containsExactly(rows(1, 1));
    }

    /** Of five outputs, one of which is 2: -log softmax at it, and at another. */
    @Test
    void theLossIsTheMeanOfBothEnds() {
        double normalizer = Math.log(Math.exp(2) + 4);
        assertThat(evaluated(true, new Window(3, 4, 0, 3, 2)).loss())
                .isCloseTo((normalizer - 2 + normalizer) / 2, within(1e-12));
    }
}
