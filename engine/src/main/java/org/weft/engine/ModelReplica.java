package org.weft.engine;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.weft.core.batches.Batch;
import org.weft.core.config.DistillationConfig;
import org.weft.core.model.TaskHead;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.taught.TeacherLogits;

/**
 * A language model's replica: the seam to the tensor library. No tensor type crosses it.
 */
public interface ModelReplica extends Replica<Batch> {

    /** Parameters that do not learn and are no server's; none where everything learns. */
    default ParameterLayout frozenLayout() {
        return ParameterLayout.builder().build();
    }

    /** Where a range of the parameters that do not learn is to be written, as {@link #parameters}. */
    default ByteBuffer frozen(long offset, int length) {
        throw new IndexOutOfBoundsException("everything of this replica learns");
    }

    /** Says that a range of them has been written through its windows. */
    default void frozenWritten(long offset, long length) {
        throw new IndexOutOfBoundsException("everything of this replica learns");
    }

    /**
     * Gives it one of the parameters that it keeps as whole numbers and scales ({@link ReplicaOptions#quantized}), which are no part of
     * its layout. On the owner's thread.
     *
     * @param matrix (O, I), whichever way the layout has it
     */
    default void quantized(String parameter, QuantizedMatrix matrix) {
        throw new IllegalStateException("this replica keeps " + parameter + " as float32");
    }

    /**
     * Sums what is given to some linear layers from now on, anew.
     *
     * @param parameters the layers' matrices; none to leave off
     */
    default void observe(Set<String> parameters) {
        throw new IllegalStateException("this replica does not tell what its layers are given");
    }

    /** What those layers were given since then, in the order in which they were; those that were given nothing are not in it. */
    default List<InputSquares> observed() {
        return List.of();
    }

    /**
     * What a task's head predicts, without dropout, before softmax or sigmoid.
     *
     * @return (B, K) of sequences; (B T, K) of their tokens, row after row, for token classes and spans
     */
    default float[][] outputs(Batch batch) {
        throw new IllegalStateException("this replica has no task's head");
    }

    /**
     * How much each token of a sequence has to do with one of {@link #outputs}, of a replica that never learns
     * ({@link ReplicaOptions#frozen}).
     *
     * @param sequence one, whole, of a model that judges sequences
     * @param from ids of the sequence that gradients are integrated from, as many
     * @param output which of the K
     * @param steps points of the integral, 1 or more
     */
    default Attributions attributions(Batch sequence, int[] from, int output, int steps) {
        throw new IllegalStateException("this replica does not explain what it says");
    }

    /**
     * One vector for each sequence, without dropout, of a model whatever else it predicts: out of its tokens' hidden states after the
     * family's last norm.
     *
     * @param pooling the first token as it is, without a perceptron of its own
     * @return (B, D)
     */
    default float[][] pooled(Batch batch, TaskHead.Pooling pooling) {
        throw new IllegalStateException("this replica gives no vectors");
    }

    /** What each sequence's targets cost, in nats, without dropout and without gradient. (B) */
    default double[] sequenceNats(Batch batch) {
        throw new IllegalStateException("this replica does not tell sequences apart");
    }

    /**
     * Logits at some tokens of one sequence, without dropout: of the token that follows each, or for a masked language
     * model of the token itself.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @param positions which of the tokens, from 0
     * @return (positions, V)
     */
    float[][] logits(int[] tokens, int... positions);

    /**
     * Logits of the token that follows.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @return (V)
     */
    default float[] nextTokenLogits(int[] tokens) {
        return logits(tokens, tokens.length - 1)[0];
    }

    /**
     * What the last block makes of each token of one sequence, without dropout: token embeddings in their context.
     *
     * @param tokens at least 1, at most {@code model.context}
     * @return (T, D)
     */
    float[][] hiddenStates(int[] tokens);

    /** Whether a text is read, and another written: what {@link #answerLogits} asks, instead of {@link #logits}. */
    default boolean encodesSource() {
        return false;
    }

    /**
     * Logits of the token that follows what is written so far, without dropout.
     *
     * @param source what is read, at least 1 token
     * @param answer what is written so far
     * @return (V)
     */
    default float[] answerLogits(int[] source, int[] answer) {
        throw new IllegalStateException("this replica continues a text: it reads none beside");
    }

    /**
     * Learns from now on from another model, too: {@link #accumulateGradient} asks it about the same micro-batches, without dropout, and
     * {@link #figures} tells what both parts of the loss come to. Evaluations are the task's alone, as before.
     *
     * @param teacher of the same thread, device and engine, which reads the same tokens and predicts as many of them, or as many
     *     labels; closed with this replica, or once another takes its place, or at once where it is refused. Null where batches bring
     *     what one said
     */
    default void learnFrom(ModelReplica teacher, DistillationConfig how) {
        if (teacher != null) {
            teacher.close();
        }
        throw new IllegalStateException("this replica learns from no other");
    }

    /**
     * The likeliest tokens at each place at which one is to be predicted, without dropout.
     *
     * @param k at most V
     */
    default TeacherLogits.Rows topLogits(Batch batch, int k) {
        throw new IllegalStateException("this replica does not tell its likeliest tokens");
    }

    /** Generates texts side by side. The caller closes what comes back before the replica. */
    default Decoder decoder(int rows) {
        return decoder(rows, 0);
    }

    /**
     * The same, with memory for what texts began with.
     *
     * @param keptBytes of keys and values at most; 0 to keep none
     */
    default Decoder decoder(int rows, long keptBytes) {
        return new RecomputingDecoder(this, rows);
    }
}
