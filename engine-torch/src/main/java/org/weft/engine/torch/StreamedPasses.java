package org.weft.engine.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.weft.core.batches.Batch;
import org.weft.core.config.ModelConfig;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.SequenceLosses;
import org.weft.engine.SpanPasses;

/**
 * {@link BlockwiseBackward} of many micro-batches at once: all of them pass a block before the next one is needed, forward, and
 * backward lane by lane. Of each the inputs of all blocks are kept, and nothing else. Every sum has the order that it has where
 * micro-batches pass one after the other, and so the same bits: a lane's gradient of a range begins at zero and takes its
 * micro-batches in turn.
 *
 * <p>The embedding's gradient takes what the head adds to it and what looking up adds, micro-batch by micro-batch. Where they share the
 * matrix, what comes after the blocks is computed once more for it: its memory is otherwise one vocabulary a micro-batch.
 *
 * <p>B sequences, T tokens, D width.
 */
final class StreamedPasses implements SpanPasses<Batch> {
    private final BlockwiseBackward pieces;
    private final Transformer model;
    private final ModelConfig config;
    private final FlatTensors flat;
    private final Function<Batch, BatchTensors> onDevice;
    private final Function<MicroBatchKey, RandomStreams> streams;
    private final PieceRanges ranges;

    /**
     * @param onDevice a batch as the model reads it
     * @param streams a micro-batch's dropout
     */
    StreamedPasses(
            BlockwiseBackward pieces,
            Transformer model,
            ModelConfig config,
            FlatTensors flat,
            Function<Batch, BatchTensors> onDevice,
            Function<MicroBatchKey, RandomStreams> streams) {
        this.pieces = pieces;
        this.model = model;
        this.config = config;
        this.flat = flat;
        this.onDevice = onDevice;
        this.streams = streams;
        this.ranges = pieces.ranges;
    }

    /** A micro-batch on its way. */
    private static final class State {
        final Part<Batch> part;
        final BatchTensors batch;
        final RandomStreams dropout;
        final Pass pass;
        final List<Piece> blocks = new ArrayList<>();
        Piece stem;
        Tensor x; // (B, T, D): what the last block gave
        Tensor gradient; // (B, T, D): of the same
        double loss;

        State(Part<Batch> part, BatchTensors batch, RandomStreams dropout, ModelConfig config) {
            this.part = part;
            this.batch = batch;
            this.dropout = dropout;
            this.pass = Pass.over(batch.tokens(), dropout, config);
        }
    }

    @Override
    public List<Lane> accumulate(List<List<Part<Batch>>> lanes, double normalizer, Listener listener) {
        try (PointerScope scope = new PointerScope();
                AutoGradMode off = new AutoGradMode(false)) {
            List<List<State>> states = new ArrayList<>();
            for (List<Part<Batch>> lane : lanes) {
                states.add(lane.stream()
                        .map(part -> new State(part, onDevice.apply(part.batch()), streams.apply(part.key()), config))
                        .toList());
            }
            forward(states, normalizer, scope);
            tail(states, normalizer, listener, scope);
            backward(states, listener, scope);
            embeddings(states, normalizer, listener, scope);
            return states.stream().map(lane -> told(lane, normalizer)).toList();
        }
    }

    private void forward(List<List<State>> lanes, double normalizer, PointerScope scope) {
        pieces.need(ranges.embeddings());
        pieces.soon(0);
        for (List<State> lane : lanes) {
            for (State state : lane) {
                state.x = model.embeddings().lookUp(state.batch.tokens(), state.pass.positions()); // (B, T, D)
                if (model.hasStem(state.dropout)) {
                    state.stem = Piece.forward(state.x, scope, input -> model.stem(input, state.dropout));
                    state.x = state.stem.output(); // (B, T, D)
                }
            }
        }
        for (int block = 0; block < model.blocks(); block++) {
            int index = block;
            pieces.need(ranges.blocks().get(block));
            pieces.soon(block + 1);
            for (List<State> lane : lanes) {
                for (State state : lane) {
                    Piece piece = Piece.block(
                            state.x,
                            scope,
                            true,
                            BlockwiseBackward.auxiliaryWeight(state.batch, normalizer),
                            input -> model.block(index, input, state.pass));
                    state.blocks.add(piece);
                    state.x = piece.output(); // (B, T, D)
                }
            }
            pieces.done(ranges.blocks().get(block));
        }
    }

    private void tail(List<List<State>> lanes, double normalizer, Listener listener, PointerScope scope) {
        pieces.need(ranges.tail());
        pieces.soon(model.blocks() - 1);
        for (int lane = 0; lane < lanes.size(); lane++) {
            flat.zeroGradients(ranges.tail());
            for (State state : lanes.get(lane)) {
                try (PointerScope inner = new PointerScope()) { // Copies of chosen rows are this micro-batch's alone.
                    Tail.Result result = lossAndGradient(state, normalizer, inner);
                    flat.foldGradients(ranges.tail());
                    state.gradient = result.gradient(); // (B, T, D)
                    scope.attach(state.gradient);
                    state.loss = result.sum().item_double();
                    result.tell(state.part.losses());
                }
            }
            listener.rangeReady(lane, ranges.tail().offset(), ranges.tail().length());
        }
    }

    private Tail.Result lossAndGradient(State state, double normalizer, PointerScope scope) {
        boolean apart = state.part.losses() != SequenceLosses.NONE;
        return pieces.tailOf(state.batch)
                .lossAndGradient(state.x, state.batch, normalizer, state.dropout, apart, scope);
    }

    private void backward(List<List<State>> lanes, Listener listener, PointerScope scope) {
        for (int block = model.blocks() - 1; block >= 0; block--) {
            FlatRange range = ranges.blocks().get(block);
            pieces.need(range);
            pieces.soon(block - 1);
            for (int lane = 0; lane < lanes.size(); lane++) {
                flat.zeroGradients(range);
                for (State state : lanes.get(lane)) {
                    boolean last = block == model.blocks() - 1; // What it gave is needed for the head once more.
                    state.gradient = state.blocks.get(block).backward(state.gradient, scope, !last); // (B, T, D)
                    flat.foldGradients(range);
                }
                listener.rangeReady(lane, range.offset(), range.length());
            }
            pieces.done(range);
        }
    }

    private void embeddings(List<List<State>> lanes, double normalizer, Listener listener, PointerScope scope) {
        for (int lane = 0; lane < lanes.size(); lane++) {
            flat.zeroGradients(ranges.embeddings());
            for (State state : lanes.get(lane)) {
                if (config.tiedHead()) {
                    try (PointerScope inner = new PointerScope()) {
                        lossAndGradient(state, normalizer, inner);
                    }
                }
                if (state.stem != null) {
                    state.gradient = state.stem.backward(state.gradient, scope); // (B, T, D)
                }
                model.embeddings().backward(state.batch.tokens(), state.pass.positions(), state.gradient);
                flat.foldGradients(ranges.embeddings());
                state.gradient.close();
            }
            listener.rangeReady(lane, 0, ranges.embeddings().length());
        }
        pieces.done(ranges.tail());
        pieces.done(ranges.embeddings());
    }

    private static Lane told(List<State> lane, double normalizer) {
        ExpertLoads loads = new ExpertLoads();
        double loss = 0;
        for (State state : lane) {
            loss += state.loss / normalizer;
            state.blocks.forEach(block -> loads.add(block.expertLoads()));
        }
        return new Lane(loss, loads.figures());
    }
}
