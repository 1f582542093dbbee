package org.weft.hub.onnx;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.EncoderFamily;
import org.weft.core.model.Family;
import org.weft.core.model.Gpt2Family;
import org.weft.core.model.GptNeoxFamily;
import org.weft.core.model.MixtralFamily;
import org.weft.core.model.ModelShape;
import org.weft.core.model.ModernBertFamily;
import org.weft.core.model.RotaryFamily;

/**
 * A family's forward pass as operators, the same as its class of {@code org.weft.engine.torch}.
 *
 * <p>B sequences, T tokens, D width, V vocabulary.
 */
interface ModelGraph {

    /** Hidden states after the family's last norm: what a task's head takes. (B, T, D) */
    String states();

    /** Logits of tokens. (B, T, D) to (B, T, V) */
    String logits(String states);

    /** What a task's linear layer takes of states, or of what was pooled of them. */
    default String judged(String states) {
        return states;
    }

    /** What BERT's pooler makes of first tokens. (B, D) to (B, D) */
    default String pooled(String first) {
        throw new IllegalStateException("this model has no pooler");
    }

    /** The family of a model; empty where it is not told here. */
    static Optional<ModelGraph> of(ModelShape shape, OnnxLayers layers, OnnxInputs inputs) {
        Family family = shape.family();
        ModelConfig model = shape.config();
        if (family instanceof Gpt2Family) {
            return Optional.of(new Gpt2Graph(model, layers, inputs));
        }
        if (family instanceof GptNeoxFamily) {
            return Optional.of(new GptNeoxGraph(model, layers, inputs));
        }
        if (family instanceof RotaryFamily rotary && !(family instanceof MixtralFamily)) {
            return Optional.of(new RotaryGraph(model, rotary, layers, inputs));
        }
        if (family instanceof ModernBertFamily) {
            return Optional.of(new ModernBertGraph(model, layers, inputs));
        }
        if (family instanceof EncoderFamily encoder && EncoderGraph.FAMILIES.contains(family.name())) {
            return Optional.of(new EncoderGraph(model, encoder, layers, inputs));
        }
        return Optional.empty();
    }

    /** Families that are not told here. */
    static List<String> missing() {
        Set<String> known = EncoderGraph.FAMILIES;
        return Family.families().stream()
                .filter(family -> !(family instanceof Gpt2Family) && !(family instanceof GptNeoxFamily))
                .filter(family -> !(family instanceof ModernBertFamily))
                .filter(family -> !(family instanceof RotaryFamily) || family instanceof MixtralFamily)
                .map(Family::name)
                .filter(name -> !known.contains(name))
                .toList();
    }
}
