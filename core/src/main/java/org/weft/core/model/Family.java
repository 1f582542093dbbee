package org.weft.core.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.weft.core.config.Architecture;
import org.weft.core.config.HeadKind;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.params.MatrixPart;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * A model family, all that is known of it without a tensor library: what its configuration means, which parameters it
 * has and in which order, what it costs, and what it is called on the hub. Stateless; any thread.
 *
 * <p>To add one: this descriptor and its {@link HubTable}; a line of
 * {@code META-INF/services/org.weft.core.config.Architecture}, by which it is found; its forward pass in the engine, and
 * the line of {@code Transformer} that names it. A family that computes as another does names that one's.
 *
 * <p>T context, D width, M width within the perceptron, V vocabulary.
 */
public interface Family extends Architecture {

    /**
     * The parameters before any adaptation, in the order of the forward pass, so that backward finishes the flat vector
     * from its end to its beginning: embeddings, blocks, what comes after them.
     */
    ParameterLayout layout(ModelShape shape);

    /** What the names of a block's parameters begin with; embeddings stand before the first of them. */
    String blockPrefix(ModelConfig model, int block);

    /** Whether linear weights are (in, out); otherwise they are (out, in). */
    default boolean inputFirst() {
        return false;
    }

    /** I of a linear layer's matrix. */
    default int inputs(Parameter matrix) {
        return matrix.shape().get(inputFirst() ? 0 : 1);
    }

    /** O of a linear layer's matrix. */
    default int outputs(Parameter matrix) {
        return matrix.shape().get(inputFirst() ? 1 : 0);
    }

    /** Ends of the names of what LoRA's authors adapt: the projections to queries and values. */
    default List<String> attention() {
        return List.of("q_proj", "v_proj");
    }

    /** Whether a parameter only predicts tokens: a model with a task's head has none of these. */
    boolean languageOnly(String parameter);

    /** Whether a parameter stands behind the states that vectors are pooled of: a model of vectors has none of these. */
    default boolean behindVectors(String parameter) {
        return languageOnly(parameter);
    }

    /** Whether a model that predicts this has a parameter. */
    default boolean has(HeadKind kind, String parameter) {
        return switch (kind) {
            case LANGUAGE -> true;
            case EMBEDDING -> !behindVectors(parameter);
            default -> !languageOnly(parameter);
        };
    }

    /** The linear layer of a task's head that judges a whole sequence, without {@code .weight}. */
    default String sequenceHead() {
        return "score";
    }

    /** The perceptron that {@link TaskHead.Pooling#FIRST} puts before a task's head, without {@code .weight}. */
    default String pooler() {
        return "pooler.dense";
    }

    /** Whether {@link TaskHead.Pooling#FIRST} puts that perceptron there; otherwise the model has one of its own. */
    default boolean pools() {
        return true;
    }

    /** Whether positions are rows of a table, so that the context decides the layout. */
    default boolean learnedPositions() {
        return false;
    }

    /** Rows of D that are only looked up, beside the tokens'. */
    default int lookedUpRows(ModelConfig model) {
        return learnedPositions() ? model.context() : 0;
    }

    /** Tokens that the queries of a block look back at, themselves included; 0 for all. */
    default int window(ModelConfig model, int block) {
        return 0;
    }

    /** Whether a block turns queries and keys by their positions, of a family with rotary positions. */
    default boolean turns(ModelConfig model, int block) {
        return true;
    }

    /** Whether a block has the norm before attention that others of its model have; otherwise its input is normed already. */
    default boolean normed(ModelConfig model, int block) {
        return true;
    }

    /** What the products of queries and keys are multiplied by. */
    default double attentionScale(ModelConfig model) {
        double scalar = model.queryPreAttnScalar();
        return 1 / Math.sqrt(scalar > 0 ? scalar : model.headWidth());
    }

    /** c where scores of attention s become c tanh(s / c); 0 where they stay. */
    default double attentionSoftcap(ModelConfig model) {
        return Math.max(0, model.attnLogitSoftcapping());
    }

    /** The same of logits. */
    default double logitSoftcap(ModelConfig model) {
        return Math.max(0, model.finalLogitSoftcapping());
    }

    /** R: elements of a head that rotary positions turn, from its beginning; 0 where there are none. */
    default int rotaryWidth(ModelConfig model) {
        return 0;
    }

    /** Base of the rotary frequencies in blocks with a sliding window; 0 where it is that of the others. */
    default double windowTheta(ModelConfig model) {
        return 0;
    }

    /** Elements of a token within the perceptrons that compute it: of several experts those that it goes to. */
    default long hiddenElements(ModelConfig model) {
        return model.hiddenWidth();
    }

    /** How tokens are spread over experts; empty where a block has one perceptron. */
    default Optional<Routing> routing(ModelConfig model) {
        return Optional.empty();
    }

    /** Elements of a token in float32 that the norms of one block keep for backward, beside what each of them returns. */
    default long normElements(ModelConfig model) {
        return 0;
    }

    /**
     * Floating-point operations of one token forward and backward: 6 N + 12 L H K T (PaLM, appendix B: 6 for each weight
     * that multiplies, plus attention's two products over the context, or over a block's window). Embeddings that are only
     * looked up multiply nothing; a head that is not tied is a matrix of its own.
     */
    default double flopsPerToken(ModelShape shape) {
        ModelConfig model = shape.config();
        boolean language = shape.adaptation().head().kind() == HeadKind.LANGUAGE;
        double lookedUp = lookedUpRows(model);
        lookedUp += language && model.tiedHead() ? 0 : shape.vocabSize();
        lookedUp += language || model.tiedHead() ? 0 : shape.vocabSize(); // the head's own matrix
        double weights = layout(shape).size() - lookedUp * model.width();
        return 6.0 * weights + attentionFlops(model, 1);
    }

    /**
     * Those of attention alone: 12 H K for each token that a query is multiplied with, in each block.
     *
     * @param runs that a window is computed in: 1 for what it sees, more for what is masked beside it
     */
    default double attentionFlops(ModelConfig model, double runs) {
        double seen = 0;
        for (int block = 0; block < model.layers(); block++) {
            int window = window(model, block);
            seen += window > 0 ? Math.min(runs * window, model.context()) : model.context();
        }
        return 12.0 * model.heads() * model.headWidth() * seen;
    }

    /** Of a sequence that a run's corpus gives, all of its tokens together. */
    default double flopsPerSequence(ModelShape shape, WeftConfig config) {
        return flopsPerToken(shape) * shape.config().context();
    }

    /** Whether a parameter of a block is one of its matrices: what may lose weights one by one, or the digits of them. */
    default boolean isMatrix(Parameter parameter) {
        return parameter.matrix();
    }

    /**
     * The matrices of a model's blocks, in the layout's order: not what stands before and after the blocks, tables that are looked up,
     * norms and biases, nor what sends tokens to experts.
     *
     * @param layout of the model, adapted or not, or of a part of its parameters
     */
    default List<Parameter> matrices(ParameterLayout layout, ModelConfig model) {
        int[] blocks = blocksOf(layout, model);
        return IntStream.range(0, blocks.length)
                .filter(i -> blocks[i] >= 0 && blocks[i] < model.blocks())
                .mapToObj(layout.parameters()::get)
                .filter(this::isMatrix)
                .toList();
    }

    /** Matrices of their own that one of a block's matrices is made of: of a fused projection each of those that it stands for. */
    default List<MatrixPart> separate(Parameter matrix, ModelConfig model) {
        return List.of(MatrixPart.whole(matrix));
    }

    /** What may leave a block for a smaller model of the family. */
    BlockParts parts(ModelConfig model, int block);

    /** What Hugging Face calls the family, its keys and its tensors. */
    HubTable hub();

    /** What zeros stand for among {@link #ownKeys()}, by key; what other questions answer is left out. */
    default Map<String, Integer> meant(ModelConfig model) {
        return Map.of();
    }

    /** Keys of the model section that change nothing beside the others: earlier versions let them be set. */
    default Set<String> unheeded(ModelConfig model) {
        Set<String> keys = new TreeSet<>();
        Architecture.all().forEach(family -> keys.addAll(family.ownKeys()));
        keys.removeAll(ownKeys());
        keys.addAll(RopeScalingKeys.unheeded(model));
        return keys;
    }

    /**
     * Where each of a layout's parameters stands, in their order: its block's number, -1 for the embeddings, and for what
     * comes after the blocks their count.
     *
     * @param layout of the model, adapted or not
     */
    default int[] blocksOf(ParameterLayout layout, ModelConfig model) {
        int blocks = model.blocks();
        List<Parameter> parameters = layout.parameters();
        int[] places = new int[parameters.size()];
        int place = -1;
        for (int i = 0; i < places.length; i++) {
            String name = parameters.get(i).name();
            int next = place;
            while (next < blocks && (next < 0 || !name.startsWith(blockPrefix(model, next)))) {
                next++;
            }
            place = place < 0 && next == blocks ? -1 : next;
            places[i] = place;
        }
        return places;
    }

    /** Every family that is there. */
    static List<Family> families() {
        return Architecture.all().stream()
                .filter(Family.class::isInstance)
                .map(Family.class::cast)
                .toList();
    }

    /**
     * The family of a model.
     *
     * @throws IllegalArgumentException where there is none: of a configuration that was not validated
     */
    static Family of(ModelConfig model) {
        return families().stream()
                .filter(family -> family.name().equals(model.architecture()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("model.architecture=" + model.architecture()));
    }
}
