/**
 * The GPT-2 of the main job in SameDiff on ND4J: {@code cluster.engine: dl4j}. The same parameter layout as libtorch's, so
 * that checkpoints pass between the two, and no line shared with it, so that each checks the other.
 *
 * <p>Reading order: {@link org.weft.dl4j.transformer.Dl4jReplica} (what the step loop sees), {@code Gpt2Graphs} (the model),
 * {@code GraphPiece} (a part of it with its backward), {@code Gpt2Pass} (a micro-batch's gradient, block by block),
 * {@code TiedHead} (cross-entropy), {@code TokenEmbeddings}, {@code DropoutMasks}, {@code ParameterVector} (parameters and
 * gradients as one vector each).
 */
package org.weft.dl4j.transformer;
