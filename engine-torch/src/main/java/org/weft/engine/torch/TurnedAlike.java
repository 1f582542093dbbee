package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.batches.Batch;
import org.weft.core.batches.Targets;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.ModelConfig.RopeScaling;
import org.weft.core.model.ModelShape;
import org.weft.core.model.RotaryFrequencies;

/**
 * A batch in parts whose sequences are turned alike, each as it is alone: rotary positions that follow a text's length go by the
 * longest sequence of a pass. One part, the batch itself, where they do not, or where no sequence is beyond the original context.
 *
 * <p>B sequences, T tokens, K numbers of each.
 */
final class TurnedAlike {
    private final ModelShape shape;
    private final Device device;
    private final Batch whole;
    private final List<int[]> parts = new ArrayList<>(); // each which sequences; none for all

    TurnedAlike(ModelShape shape, Device device, Batch batch) {
        this.shape = shape;
        this.device = device;
        whole = batch;
        ModelConfig config = shape.config();
        if (!RotaryFrequencies.isScaledAnew(config, batch.context())) {
            return;
        }
        Map<Integer, List<Integer>> alike = new TreeMap<>();
        for (int row = 0; row < batch.sequences(); row++) {
            int length = batch.lengths()[row];
            int turned = !RotaryFrequencies.isScaledAnew(config, length)
                    ? 0
                    : config.ropeScaling() == RopeScaling.DYNAMIC ? length : batch.context();
            alike.computeIfAbsent(turned, first -> new ArrayList<>()).add(row);
        }
        if (alike.size() > 1) {
            alike.values()
                    .forEach(rows ->
                            parts.add(rows.stream().mapToInt(Integer::intValue).toArray()));
        }
    }

    /**
     * What is computed of each sequence, or of each of its tokens.
     *
     * @param ofTokens whether it is (B T, K), zeros where a sequence is filled up, and not (B, K)
     */
    float[][] numbers(boolean ofTokens, BiFunction<TokenTensors, PointerScope, Tensor> computed) {
        if (parts.isEmpty()) {
            return numbers(whole, computed);
        }
        int tokens = ofTokens ? whole.context() : 1;
        float[][] all = new float[whole.sequences() * tokens][];
        for (int[] part : parts) {
            Batch some = asking().only(part);
            float[][] theirs = numbers(some, computed);
            int own = ofTokens ? some.context() : 1;
            for (int i = 0; i < part.length; i++) {
                for (int t = 0; t < tokens; t++) {
                    all[part[i] * tokens + t] = t < own ? theirs[i * own + t] : new float[theirs[0].length];
                }
            }
        }
        return all;
    }

    private float[][] numbers(Batch batch, BiFunction<TokenTensors, PointerScope, Tensor> computed) {
        try (PointerScope scope = new PointerScope()) {
            return Logits.toHost(computed.apply(TokenTensors.of(batch, shape.vocabSize(), device), scope));
        }
    }

    /** One number of each sequence. (B) */
    double[] nats(Function<BatchTensors, double[]> computed) {
        if (parts.isEmpty()) {
            return nats(whole, computed);
        }
        double[] all = new double[whole.sequences()];
        for (int[] part : parts) {
            double[] theirs = nats(asking().only(part), computed);
            IntStream.range(0, part.length).forEach(i -> all[part[i]] = theirs[i]);
        }
        return all;
    }

    private double[] nats(Batch batch, Function<BatchTensors, double[]> computed) {
        try (PointerScope scope = new PointerScope()) {
            return computed.apply(BatchTensors.of(batch, shape, device));
        }
    }

    /** With targets of tokens, those of pairs of answers among them; where nothing of tokens is asked, none. */
    private Batch asking() {
        int[] none = new int[whole.inputs().length]; // (B, T)
        Arrays.fill(none, Batch.IGNORED);
        int[] targets = whole.asked() instanceof Targets.Labels ? none : whole.targets();
        return new Batch(
                whole.sequences(),
                whole.context(),
                whole.inputs(),
                whole.lengths(),
                whole.seconds(),
                new Targets.Tokens(targets),
                whole.documents());
    }
}
