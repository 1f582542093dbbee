package org.weft.core.model;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.Initializer;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * A family's parameters as a task takes them: those that learn, which servers own, and those that do not, which every
 * worker keeps for itself. The order is the family's, adapters stand with their block, and the task's head comes last, so
 * that backward finishes the vector from its end to its beginning here too.
 *
 * <p>Head and adapters are named as in Hugging Face's models for such tasks and in its PEFT library.
 *
 * @param learned in the servers' vector
 * @param frozen in a vector of the worker's own
 */
public record AdaptedLayout(ParameterLayout learned, ParameterLayout frozen) {
    public static final String LORA_A = ".lora_A.weight";
    public static final String LORA_B = ".lora_B.weight";

    private static final Initializer NORMAL = Initializer.normal(0.02);

    /**
     * @throws WeftException where an adapter's target is no linear layer of the model
     */
    static AdaptedLayout of(ModelShape shape) {
        Adaptation adaptation = shape.adaptation();
        ModelConfig model = shape.config();
        ParameterLayout.Builder learned = ParameterLayout.builder();
        ParameterLayout.Builder frozen = ParameterLayout.builder();
        Family family = shape.family();
        ParameterLayout whole = family.layout(shape);
        int[] blocks = family.blocksOf(whole, model);
        int adapters = 0;
        for (int i = 0; i < blocks.length; i++) {
            Parameter parameter = whole.parameters().get(i);
            int block = blocks[i];
            if (!family.has(adaptation.head().kind(), parameter.name())) {
                continue;
            }
            boolean learns = adaptation.lora() == null && block >= adaptation.frozenBlocks() - (block < 0 ? 1 : 0);
            double depth = model.blocks() - block; // head 0, last block 1, embeddings L + 1
            double rate = Math.pow(adaptation.layerDecay(), depth);
            (learns ? learned : frozen).add(parameter, rate);
            boolean within = block >= 0 && block < model.blocks();
            if (adaptation.lora() != null && within && isTarget(parameter, adaptation.lora(), family)) {
                adapter(learned, parameter, adaptation.lora(), family);
                adapters++;
            }
        }
        if (adaptation.lora() != null && adapters == 0) {
            throw WeftException.usage(
                    "finetune.lora_targets=" + adaptation.lora().targets() + " name no linear layer of "
                            + model.architecture(),
                    "name layers by their ends, such as " + String.join(", ", family.attention()));
        }
        head(learned, shape);
        return new AdaptedLayout(learned.build(), frozen.build());
    }

    /**
     * Checks adapters that are to be made: what was made before, by whatever settings, is still read.
     *
     * @param shape of the model without them
     * @throws WeftException where one of the targets is no linear layer, or the rank is more than a layer can have
     */
    public static void requireAdapters(ModelShape shape, Adaptation.Lora lora) {
        Family family = shape.family();
        ParameterLayout whole = family.layout(shape);
        int[] blocks = family.blocksOf(whole, shape.config());
        List<Parameter> linear = IntStream.range(0, blocks.length)
                .filter(i -> blocks[i] >= 0 && blocks[i] < shape.config().blocks())
                .mapToObj(whole.parameters()::get)
                .filter(parameter -> parameter.shape().size() == 2)
                .toList();
        for (String target : targets(lora, family)) {
            List<Parameter> meant =
                    linear.stream().filter(layer -> isNamed(layer, target)).toList();
            if (meant.isEmpty()) {
                throw WeftException.usage(
                        "finetune.lora_targets: " + target + " names no linear layer of "
                                + shape.config().architecture(),
                        "name layers by their ends: " + ends(linear));
            }
            for (Parameter layer : meant) {
                int full = Collections.min(layer.shape());
                if (lora.rank() > full) {
                    throw WeftException.usage(
                            "finetune.lora_rank=" + lora.rank() + " is more than the rank that " + layer.name() + " of "
                                    + layer.shape() + " can have, " + full,
                            "8 or 16 is usual");
                }
            }
        }
    }

    private static String ends(List<Parameter> layers) {
        return layers.stream()
                .map(layer -> layer.name().split("\\."))
                .map(path -> path[path.length - 2])
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static List<String> targets(Adaptation.Lora lora, Family family) {
        return lora.targets().isEmpty() ? family.attention() : lora.targets();
    }

    private static boolean isNamed(Parameter parameter, String target) {
        return parameter.name().endsWith("." + target + ".weight");
    }

    private static boolean isTarget(Parameter parameter, Adaptation.Lora lora, Family family) {
        return parameter.shape().size() == 2
                && targets(lora, family).stream().anyMatch(target -> isNamed(parameter, target));
    }

    private static void adapter(ParameterLayout.Builder layout, Parameter target, Adaptation.Lora lora, Family family) {
        int in = family.inputs(target);
        int out = family.outputs(target);
        String name = target.name().substring(0, target.name().length() - ".weight".length());
        layout.addFactor(
                name + LORA_A, List.of(lora.rank(), in), true, Initializer.normal(1 / Math.sqrt(in))); // (R, I)
        layout.addFactor(name + LORA_B, List.of(out, lora.rank()), true, Initializer.ZEROS); // (O, R)
    }

    private static void head(ParameterLayout.Builder layout, ModelShape shape) {
        TaskHead head = shape.adaptation().head();
        int width = shape.config().width();
        if (head.pooler() && shape.family().pools()) {
            layout.addFactor(shape.family().pooler() + ".weight", List.of(width, width), true, NORMAL); // (D, D)
            layout.addFactor(shape.family().pooler() + ".bias", List.of(width), false, Initializer.ZEROS); // (D)
        }
        if (head.kind().layered()) {
            String name = headName(shape);
            layout.addFactor(name + ".weight", List.of(head.outputs(), width), true, NORMAL); // (K, D)
            if (headBiased(shape)) {
                layout.addFactor(name + ".bias", List.of(head.outputs()), false, Initializer.ZEROS); // (K)
            }
        }
    }

    /** Whether the head's linear layer has a bias: Hugging Face's {@code score} has none. */
    private static boolean headBiased(ModelShape shape) {
        return !headName(shape).equals("score");
    }

    /** The head's linear layer, without {@code .weight}. */
    public static String headName(ModelShape shape) {
        HeadKind kind = shape.adaptation().head().kind();
        return switch (kind) {
            case SPAN -> "qa_outputs";
            case CLASSES, BITS, VALUES -> shape.family().sequenceHead();
            case TOKEN_CLASSES -> "classifier";
            case LANGUAGE, EMBEDDING ->
                throw new IllegalArgumentException(kind.name().toLowerCase(Locale.ROOT) + " head");
        };
    }
}
