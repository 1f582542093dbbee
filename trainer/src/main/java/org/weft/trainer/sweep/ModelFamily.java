package org.weft.trainer.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Family;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;

/**
 * Sizes of one architecture that grow in width and depth together: a block for every {@value #WIDTH_PER_LAYER} of width,
 * heads of {@value #HEAD_WIDTH}. Context, vocabulary and everything else are the configuration's.
 */
public final class ModelFamily {
    private static final int HEAD_WIDTH = 16;
    private static final int WIDTH_PER_LAYER = 40;
    private static final int FEWEST_LAYERS = 2;
    private static final int WIDEST = 16_384;

    private final WeftConfig config;
    private final int vocabSize;

    public ModelFamily(WeftConfig config, int vocabSize) {
        this.config = config;
        this.vocabSize = vocabSize;
    }

    /**
     * Sizes from smallest to largest, evenly spaced in their logarithm, each the nearest that the family has.
     *
     * @param count at least 2
     */
    public List<FamilyMember> sizes(int count, double smallest, double largest) {
        List<FamilyMember> all = members(largest);
        List<FamilyMember> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double target = smallest * Math.pow(largest / smallest, (double) i / (count - 1));
            FamilyMember nearest = all.stream()
                    .min(Comparator.comparingDouble(member -> Math.abs(Math.log(member.parameters() / target))))
                    .orElseThrow();
            if (!chosen.contains(nearest)) {
                chosen.add(nearest);
            }
        }
        if (chosen.size() < count) {
            throw WeftException.usage(
                    "between " + (long) smallest + " and " + (long) largest + " parameters with a vocabulary of "
                            + vocabSize + " the family has " + chosen.size() + " distinct sizes, " + count
                            + " were asked for",
                    "give fewer --sizes, a wider range, or a smaller tokenizer.vocab_size");
        }
        return chosen;
    }

    private List<FamilyMember> members(double largest) {
        List<FamilyMember> members = new ArrayList<>();
        for (int width = 2 * HEAD_WIDTH; width <= WIDEST; width += HEAD_WIDTH) {
            FamilyMember member = member(width);
            members.add(member);
            if (member.parameters() > 2 * largest) {
                break;
            }
        }
        return members;
    }

    private FamilyMember member(int width) {
        int layers = Math.max(FEWEST_LAYERS, Math.round((float) width / WIDTH_PER_LAYER));
        // The rounding of gated perceptrons to 256 would make small models all perceptron.
        int mlpWidth = Family.of(config.model()).gated(config.model())
                ? (8 * width / 3 + HEAD_WIDTH - 1) / HEAD_WIDTH * HEAD_WIDTH
                : 0;
        FamilyMember shape = new FamilyMember(layers, width, heads(width), mlpWidth, 0, 0);
        WeftConfig sized = ConfigLoader.load("size", ConfigLoader.toYaml(config), shape.settings());
        ModelShape model = new ModelShape(sized.model(), vocabSize);
        List<Parameter> parameters = model.layout().parameters();
        int[] blocks = model.family().blocksOf(model.layout(), sized.model());
        long all = model.layout().size();
        long embeddings = IntStream.range(0, blocks.length)
                .filter(i -> blocks[i] < 0
                        || isHead(parameters.get(i), blocks[i], sized.model().blocks()))
                .mapToLong(i -> parameters.get(i).size())
                .sum();
        return new FamilyMember(layers, width, heads(width), mlpWidth, all, all - embeddings);
    }

    /** Whether it is the matrix of a head that is not tied: (V, D), and comes after the blocks. */
    private boolean isHead(Parameter parameter, int block, int end) {
        return block == end
                && parameter.shape().size() == 2
                && parameter.shape().get(0) == vocabSize;
    }

    private static int heads(int width) {
        return width % (2 * HEAD_WIDTH) == 0 ? width / (2 * HEAD_WIDTH) : width / HEAD_WIDTH;
    }
}
