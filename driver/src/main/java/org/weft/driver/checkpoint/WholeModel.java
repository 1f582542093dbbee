package org.weft.driver.checkpoint;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointReader;
import org.weft.core.model.Adaptation;
import org.weft.core.model.AdaptedLayout;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.Store;

/**
 * All parameters of a checkpoint's model in one vector: those that it learned, those that stayed as they were, and
 * adapters merged into what they adapt, W + alpha / rank B A. Holds one piece and one adapter in memory. For one thread.
 */
public final class WholeModel implements ParameterSource {
    private final ModelShape shape;
    private final ParameterLayout layout;
    private final Part learned;
    private final Part frozen;

    /** Where some of the parameters stand. */
    private record Part(CheckpointReader reader, Map<String, Parameter> parameters) {
        static Part of(Store store, Checkpoint checkpoint, ParameterLayout layout) {
            Map<String, Parameter> byName = new HashMap<>();
            layout.parameters().forEach(parameter -> byName.put(parameter.name(), parameter));
            return new Part(new CheckpointReader(store, checkpoint.directory(), checkpoint.manifest()), byName);
        }

        float[] all(Parameter parameter) throws IOException {
            FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(parameter.size()));
            reader.read(
                    CheckpointReader.PARAM,
                    parameter.offset(),
                    parameter.size(),
                    (at, bytes) ->
                            values.put(bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()));
            return values.array();
        }
    }

    private WholeModel(Store store, Checkpoint checkpoint) throws IOException {
        shape = ReplicaLoader.shapeOf(checkpoint);
        Adaptation whole = Adaptation.whole(shape.adaptation().head());
        layout = new ModelShape(shape.config(), shape.vocabSize(), whole).layout();
        AdaptedLayout adapted = shape.adapted();
        learned = Part.of(store, checkpoint, adapted.learned());
        frozen = adapted.frozen().size() == 0
                ? null
                : Part.of(store, verifiedFrozen(store, checkpoint), adapted.frozen());
    }

    /** Which checkpoint it is was verified when it was found; these parameters lie beside all of a run's. */
    private static Checkpoint verifiedFrozen(Store store, Checkpoint checkpoint) throws IOException {
        Checkpoint frozen = ReplicaLoader.frozen(store, checkpoint.run());
        List<String> problems = new CheckpointReader(store, frozen.directory(), frozen.manifest()).verify();
        if (!problems.isEmpty()) {
            throw WeftException.invalidData(
                    frozen.directory() + " does not verify: " + String.join("; ", problems),
                    "these are the parameters that did not learn, which every checkpoint of the run needs: restore them"
                            + " from a copy");
        }
        return frozen;
    }

    /** Opens what a checkpoint's model is made of. */
    public static WholeModel open(Store store, Checkpoint checkpoint) throws IOException {
        return new WholeModel(store, checkpoint);
    }

    /** Of the whole model, with its task's head and without adapters. */
    @Override
    public ParameterLayout layout() {
        return layout;
    }

    @Override
    public void read(Parameter parameter, long from, long until, CheckpointReader.Sink sink) throws IOException {
        Part part = learned.parameters().containsKey(parameter.name()) ? learned : frozen;
        Parameter source = part.parameters().get(parameter.name());
        long shift = parameter.offset() - source.offset();
        LowRankProduct adapter = adapter(parameter);
        part.reader().read(CheckpointReader.PARAM, from - shift, until - from, (at, bytes) -> {
            if (adapter != null) {
                adapter.addTo(bytes.order(ByteOrder.LITTLE_ENDIAN), at + shift - parameter.offset());
            }
            sink.accept(at + shift, bytes);
        });
    }

    private LowRankProduct adapter(Parameter parameter) throws IOException {
        String name = parameter.name().replaceFirst("\\.weight$", "");
        Parameter down = learned.parameters().get(name + AdaptedLayout.LORA_A);
        Parameter up = learned.parameters().get(name + AdaptedLayout.LORA_B);
        if (down == null || up == null) {
            return null;
        }
        boolean inputFirst = shape.family().inputFirst();
        return new LowRankProduct(
                learned.all(down),
                learned.all(up),
                down.shape().get(1),
                up.shape().get(0),
                inputFirst,
                shape.adaptation().lora().scale());
    }
}
