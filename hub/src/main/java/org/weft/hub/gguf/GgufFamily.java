package org.weft.hub.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;
import org.weft.core.model.Gpt2Family;
import org.weft.core.model.GptNeoxFamily;
import org.weft.core.model.ModelShape;
import org.weft.core.model.RotaryFamily;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * A family in llama.cpp: its name, its keys, its tensors, and what llama.cpp computes otherwise than Weft. Names and keys are those of
 * gguf-py's {@code constants.py} and of llama.cpp's {@code llama-arch.cpp}; which rows stand elsewhere is told in the converters from
 * Hugging Face's files. Stateless.
 */
interface GgufFamily {
    String WEIGHT = ".weight";

    /** {@code general.architecture}. */
    String architecture();

    /** Keys, all with the architecture's name before them, of what {@link #put} does not know of every family. */
    void putOwn(GgufMetadata metadata, ModelConfig model);

    /** llama.cpp's names of a block's layers, by what the layout calls them without a block's prefix. */
    Map<String, String> blockNames();

    /** The same of what stands around the blocks. */
    Map<String, String> outerNames();

    /** A parameter under its name, its rows in llama.cpp's order. */
    GgufTensor ordered(GgufTensor tensor, ModelConfig model);

    /** What llama.cpp would compute otherwise, each with the key that says so. */
    List<String> problems(ModelConfig model);

    /** What it computes a little otherwise, so that a person should know. */
    default List<String> differences(ModelConfig model) {
        return List.of();
    }

    /** Tensors that are no parameters. */
    default List<GgufTensor> more(ModelConfig model, ParameterLayout layout) {
        return List.of();
    }

    /**
     * The family of a model.
     *
     * @throws org.weft.core.WeftException where llama.cpp does not have it, or has it in another way
     */
    static GgufFamily of(ModelShape shape) {
        ModelConfig model = shape.config();
        HeadKind head = shape.adaptation().head().kind();
        if (head != HeadKind.LANGUAGE) {
            throw GgufExport.refused("a model that predicts " + head.name().toLowerCase(Locale.ROOT)
                    + ": what is written predicts tokens");
        }
        Family family = Family.of(model);
        GgufFamily known = null;
        if (family instanceof Gpt2Family) {
            known = new Gpt2Gguf();
        } else if (family instanceof GptNeoxFamily) {
            known = new GptNeoxGguf();
        } else if (family instanceof RotaryFamily rotary && RotaryGguf.ARCHITECTURES.containsKey(family.name())) {
            known = new RotaryGguf(rotary);
        }
        if (known == null) {
            throw GgufExport.refused(
                    "model.architecture=" + family.name() + ": those that are written are gpt2, gpt_neox, "
                            + String.join(", ", RotaryGguf.ARCHITECTURES.keySet()));
        }
        List<String> problems = known.problems(model);
        if (!problems.isEmpty()) {
            throw GgufExport.refused(String.join("; ", problems));
        }
        return known;
    }

    /** The keys of the model's shape. */
    default void put(GgufMetadata metadata, ModelShape shape) {
        ModelConfig model = shape.config();
        metadata.put(key("block_count"), model.layers())
                .put(key("context_length"), model.context())
                .put(key("embedding_length"), model.width())
                .put(key("feed_forward_length"), model.hiddenWidth())
                .put(key("attention.head_count"), model.heads())
                .put(key("vocab_size"), shape.vocabSize());
        putOwn(metadata, model);
    }

    /** A key of the architecture. */
    default String key(String name) {
        return architecture() + "." + name;
    }

    /** All tensors, in the order of the layout. */
    default List<GgufTensor> tensors(ModelConfig model, ParameterLayout layout) {
        int[] places = Family.of(model).blocksOf(layout, model);
        List<GgufTensor> tensors = new ArrayList<>();
        for (int i = 0; i < places.length; i++) {
            Parameter parameter = layout.parameters().get(i);
            tensors.add(ordered(GgufTensor.of(name(parameter.name(), places[i], model), parameter), model));
        }
        tensors.addAll(more(model, layout));
        return tensors;
    }

    private String name(String parameter, int place, ModelConfig model) {
        boolean inBlock = place >= 0 && place < model.layers();
        String own = inBlock
                ? parameter.substring(Family.of(model).blockPrefix(model, place).length())
                : parameter;
        int dot = own.lastIndexOf('.');
        String layer = (inBlock ? blockNames() : outerNames()).get(own.substring(0, dot));
        if (layer == null) {
            throw new IllegalStateException("no name in llama.cpp: " + parameter);
        }
        return (inBlock ? "blk." + place + "." : "") + layer + own.substring(dot);
    }
}
