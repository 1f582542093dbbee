package org.weft.core.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a configuration must know of a model family, by the name that {@code model.architecture} gives it. Families are
 * found on the class path by {@link java.util.ServiceLoader}: each is one class (of {@code org.weft.core.model}, which
 * stands above this package and so cannot be named here) and one line of
 * {@code META-INF/services/org.weft.core.config.Architecture}. Stateless; any thread.
 *
 * <p>T context, D width, M width within the perceptron, H heads.
 */
@FunctionalInterface
public interface Architecture {

    /** What a decoder beside an encoder begins with: the padding token. */
    int DECODER_START = 0;

    /** What widths of gated perceptrons are rounded up to. */
    int GATED_MULTIPLE = 256;

    /** The value of {@code model.architecture} that chooses it. */
    String name();

    /** What distinguishes it, as the reference of the configuration tells it: a sentence that follows the name. */
    default String summary() {
        return "";
    }

    /** Whether a token is predicted from those before it alone; otherwise from all around it. */
    default boolean causal() {
        return true;
    }

    /**
     * Whether a text is read by an encoder, whole, and another one written by a decoder that looks at what the encoder made of
     * it. A sequence's first segment is then what is read, its second what is written, and either may fill the context.
     */
    default boolean encodesSource() {
        return false;
    }

    /** Blocks of all parts. */
    default int blocks(ModelConfig model) {
        return model.layers();
    }

    /** Whether the perceptron multiplies by a gate (SwiGLU): three matrices instead of two. */
    default boolean gated(ModelConfig model) {
        return false;
    }

    /** M where nothing else is said: of a gated perceptron, three matrices of which have the weights of two of 4 D, 8 D / 3. */
    default int hiddenWidth(ModelConfig model) {
        int third = (8 * model.width() + 2) / 3;
        return gated(model) ? (third + GATED_MULTIPLE - 1) / GATED_MULTIPLE * GATED_MULTIPLE : 4 * model.width();
    }

    /** Term under the root of each norm where the configuration says none. */
    default double normEpsilon() {
        return 1e-5;
    }

    /** G: heads of keys and values. */
    default int keyValueHeads(ModelConfig model) {
        return model.heads();
    }

    /** Whether the token embedding is the output head too. */
    default boolean tiedHead(ModelConfig model) {
        return true;
    }

    /** Whether it tells a sequence's second segment from its first. */
    default boolean tellsSegments(ModelConfig model) {
        return false;
    }

    /**
     * The id that the padding token has to have, for positions are counted from it, or a decoder beside an encoder begins with it;
     * empty where it may have any.
     */
    default OptionalInt paddingId() {
        return OptionalInt.empty();
    }

    /** Keys of the model section that change nothing but this family: set for a family without them, they are refused. */
    default Set<String> ownKeys() {
        return Set.of();
    }

    /** Reports what is wrong with the keys that this family reads in a way of its own. */
    default void validate(ModelConfig model, Problems problems) {}

    /** Whether a key of the model section has another value than it has where nobody says any. */
    static boolean isSet(ModelConfig model, String key) {
        return !usual(key).equals(RecordBinder.toTree(model).path(key));
    }

    /** The value of a key of the model section where nobody says any. */
    static JsonNode usual(String key) {
        return RecordBinder.toTree(ModelConfig.defaults()).path(key);
    }

    /** Every family that is there. */
    static List<Architecture> all() {
        return Architectures.ALL;
    }

    /** The family of a name, if there is one. */
    static Optional<Architecture> named(String name) {
        return all().stream().filter(each -> each.name().equals(name)).findFirst();
    }
}
