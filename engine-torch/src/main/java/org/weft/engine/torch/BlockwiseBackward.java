package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.engine.ParameterPages;
import org.weft.engine.SequenceLosses;

/**
 * Forward and backward of a micro-batch, cut at the blocks' inputs. Each piece is a graph of its own: going back through
 * it completes the gradients of one run of parameters, which are announced while the pieces before it are still to
 * come, and frees its activations. The runs are the vector's from its end to its beginning: what comes after the blocks,
 * blocks from the last to the first, embeddings (whose gradient is complete last, for a tied head uses them too).
 *
 * <p>B sequences, T tokens, N = B T rows, D width, V vocabulary, K outputs of a task.
 */
final class BlockwiseBackward {
    private final Transformer model;
    private final ModelConfig config;
    private final Tail tail;
    private final PreferenceTail answers;
    private final FlatTensors flat;
    private final boolean recompute;
    final PieceRanges ranges;
    private final FlatRange embeddingRange;
    private final List<FlatRange> blockRanges;
    private final FlatRange tailRange;
    private final ExpertLoads loads = new ExpertLoads();
    private ParameterPages pages = ParameterPages.WHOLE;
    /** Nothing below this block learns: forward is not recorded there, and backward ends. */
    private final int firstLearning;

    BlockwiseBackward(Transformer model, ModelShape shape, FlatTensors flat, boolean recompute) {
        this.model = model;
        config = shape.config();
        this.flat = flat;
        this.recompute = recompute;
        tail = switch (shape.adaptation().head().kind()) {
            case LANGUAGE -> new LanguageTail(model);
            case EMBEDDING -> new ContrastTail(model, shape.adaptation().head().pooling());
            default -> new TaskTail(model, shape, flat);
        };
        answers = new PreferenceTail(model);
        ranges = PieceRanges.of(
                shape, flat.layout(), flat.fixed() || model.embeddings().learns());
        embeddingRange = ranges.embeddings();
        blockRanges = ranges.blocks();
        tailRange = ranges.tail();
        firstLearning = ranges.firstLearning();
    }

    /** Who sees to it from now on that parameters are there. */
    void follow(ParameterPages newPages) {
        pages = newPages;
    }

    /** Adds the gradient of (sum of losses) / normalizer and returns that sum. */
    double accumulate(
            BatchTensors batch, double normalizer, RandomStreams dropout, GradientRelay relay, SequenceLosses losses) {
        flat.requireGradients();
        TokenTensors tokens = batch.tokens();
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Pass pass = Pass.over(tokens, dropout, config);
            need(embeddingRange);
            Tensor x = model.embeddings().lookUp(tokens, pass.positions()); // (B, T, D)
            Piece stem = null;
            if (model.hasStem(dropout) && embeddingRange.length() == 0) {
                x = model.stem(x, dropout); // (B, T, D)
            } else if (model.hasStem(dropout)) {
                stem = Piece.forward(x, scope, input -> model.stem(input, dropout));
                x = stem.output(); // (B, T, D)
            }
            x = frozenBlocks(x, firstLearning, pass, scope, BlockListener.NONE); // (B, T, D)
            List<Piece> pieces = new ArrayList<>();
            for (int block = firstLearning; block < model.blocks(); block++) {
                int index = block;
                need(blockRanges.get(block));
                Piece piece = Piece.block(
                        x,
                        scope,
                        recompute,
                        auxiliaryWeight(batch, normalizer),
                        input -> model.block(index, input, pass));
                done(blockRanges.get(block));
                pieces.add(piece);
                loads.add(piece.expertLoads());
                x = piece.output(); // (B, T, D)
            }
            need(tailRange);
            Tail.Result result =
                    tailOf(batch).lossAndGradient(x, batch, normalizer, dropout, losses != SequenceLosses.NONE, scope);
            done(tailRange);
            Tensor gradient = result.gradient(); // (B, T, D)
            completed(tailRange, relay);
            for (int block = model.blocks() - 1; block >= firstLearning; block--) {
                need(blockRanges.get(block));
                Piece piece = pieces.get(block - firstLearning);
                batch.addHidden(block, piece.output(), gradient, normalizer);
                gradient = piece.backward(gradient, scope); // (B, T, D)
                done(blockRanges.get(block));
                completed(blockRanges.get(block), relay);
            }
            if (stem != null) {
                gradient = stem.backward(gradient, scope); // (B, T, D)
            }
            if (embeddingRange.length() > 0) {
                model.embeddings().backward(tokens, pass.positions(), gradient);
                completed(embeddingRange, relay);
            }
            done(embeddingRange);
            relay.finish();
            result.tell(losses);
            return result.sum().item_double() + batch.hiddenPart();
        }
    }

    /** Of the blocks that learn, what was passed through them in training since they were cleared. */
    ExpertLoads loads() {
        return loads;
    }

    /** The sum of losses, without dropout and without gradient. */
    double loss(BatchTensors batch) {
        try (PointerScope scope = new PointerScope()) {
            return computed(batch.tokens(), scope, x -> tailOf(batch).loss(x, batch))
                    .item_double();
        }
    }

    /** What each of several answers costs, in nats, without dropout and without gradient. (B) */
    double[] answers(BatchTensors batch) {
        try (PointerScope scope = new PointerScope()) {
            return Tail.toHost(computed(batch.tokens(), scope, x -> answers.sequences(x, batch)));
        }
    }

    /** What comes after the blocks, of anything but pairs of answers. */
    Tail tail() {
        return tail;
    }

    /** What comes after the blocks. */
    Tail tailOf(BatchTensors batch) {
        return batch.targets() instanceof TargetTensors.Preferences ? answers : tail;
    }

    /** What blocks add to the loss stands beside a token's: pairs of answers, and of texts, have no such measure. */
    static double auxiliaryWeight(BatchTensors batch, double normalizer) {
        return batch.targets().besideEachOther() ? 0 : 1 / normalizer;
    }

    /** The same from what {@link #outputs} gave. */
    double loss(Tensor outputs, BatchTensors batch) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            return (tail instanceof ContrastTail contrast
                            ? contrast.lossOf(outputs, batch)
                            : taskTail().lossOf(outputs, batch))
                    .item_double();
        }
    }

    /** Logits at some positions of one sequence. (n, V) on the device, attached to the caller's scope. */
    Tensor logits(TokenTensors tokens, int[] positions, PointerScope caller) {
        return computed(tokens, caller, states -> {
            Tensor x = rows(states); // (T, D)
            Tensor at = Tensor.create(positions).to(x.device(), ScalarType.Long); // (n)
            return model.head().logitsOf(model.crown(x.index_select(0, at))); // (n, V)
        });
    }

    /**
     * What a task's head predicts: (B, K), or (B T, K) of tokens; of texts how near each anchor is to each candidate (B, C). Attached to
     * the caller's scope.
     */
    Tensor outputs(BatchTensors batch, PointerScope caller) {
        return tail instanceof ContrastTail contrast
                ? computed(batch.tokens(), caller, x -> contrast.scores(x, batch))
                : outputs(batch.tokens(), caller);
    }

    /** The same of a batch of which nothing is known. */
    Tensor outputs(TokenTensors tokens, PointerScope caller) {
        TaskTail task = taskTail();
        return computed(tokens, caller, x -> task.outputs(x, tokens, RandomStreams.NONE));
    }

    /** One vector for each sequence, whatever else the model predicts. (B, D), attached to the caller's scope. */
    Tensor pooled(TokenTensors tokens, Pooling pooling, PointerScope caller) {
        return computed(tokens, caller, x -> Pooled.of(model, x, tokens, pooling));
    }

    TaskTail taskTail() {
        if (tail instanceof TaskTail task) {
            return task;
        }
        throw new IllegalStateException("this model has no task's head");
    }

    /** What the last block makes of each token of one sequence. (T, D), attached to the caller's scope. */
    Tensor hiddenStates(TokenTensors tokens, PointerScope caller) {
        return computed(tokens, caller, BlockwiseBackward::rows);
    }

    /** What {@code last} makes of the blocks' output, without dropout and without gradient; attached to the caller's scope. */
    private Tensor computed(TokenTensors tokens, PointerScope caller, UnaryOperator<Tensor> last) {
        return computed(tokens, caller, last, BlockListener.NONE);
    }

    /** The same, with what blocks give on the way. */
    Tensor computed(TokenTensors tokens, PointerScope caller, UnaryOperator<Tensor> last, BlockListener listener) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            Tensor states = forward(tokens, scope, listener); // (B, T, D)
            need(tailRange);
            Tensor result = last.apply(states);
            done(tailRange);
            done(embeddingRange);
            caller.attach(result);
            return result;
        }
    }

    /** Embeddings and blocks of a pass without backward. (B, T, D) */
    private Tensor forward(TokenTensors tokens, PointerScope scope, BlockListener listener) {
        Pass pass = Pass.over(tokens, RandomStreams.NONE, config);
        need(embeddingRange);
        soon(0);
        Tensor x = model.embeddings().lookUp(tokens, pass.positions()); // (B, T, D)
        if (model.hasStem(RandomStreams.NONE)) {
            x = model.stem(x, RandomStreams.NONE); // (B, T, D)
        }
        return frozenBlocks(x, model.blocks(), pass, scope, listener);
    }

    /** The blocks up to {@code end}, of which nothing is kept but the result, in {@code scope}. (B, T, D) */
    private Tensor frozenBlocks(Tensor input, int end, Pass pass, PointerScope scope, BlockListener listener) {
        Tensor x = input;
        for (int block = 0; block < end; block++) {
            try (PointerScope inner = new PointerScope()) {
                Tensor before = x;
                need(blockRanges.get(block));
                soon(block + 1);
                x = model.block(block, before, pass).states(); // (B, T, D)
                done(blockRanges.get(block));
                scope.attach(x);
                listener.given(block, x);
                before.close();
            }
        }
        return x;
    }

    /** The model, of which all is there, and of which nothing learns: going back through it leaves no gradient in it. */
    Transformer fixed() {
        if (!flat.fixed()) {
            throw new IllegalStateException("a replica that learns has its own gradients");
        }
        need(embeddingRange);
        blockRanges.forEach(this::need);
        need(tailRange);
        return model;
    }

    /** The next piece: a block where there is such, or what comes after them, of which as much is sent for as of the longest block. */
    void soon(int block) {
        if (block == blockRanges.size()) {
            pages.soon(tailRange.offset(), Math.min(tailRange.length(), ranges.longestBlock()));
        } else if (block >= 0) {
            pages.soon(blockRanges.get(block).offset(), blockRanges.get(block).length());
        }
    }

    void need(FlatRange range) {
        pages.need(range.offset(), range.length());
        flat.refreshFactors(range.offset(), range.length());
    }

    void done(FlatRange range) {
        pages.done(range.offset(), range.length());
    }

    private void completed(FlatRange range, GradientRelay relay) {
        flat.foldGradients(range.offset(), range.length());
        relay.completed(range.offset(), range.length());
    }

    private static Tensor rows(Tensor x) {
        return x.reshape(-1, x.size(2)); // (N, D)
    }
}
