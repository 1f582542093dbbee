package org.weft.engine.torch;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.batches.Batch;
import org.weft.core.config.DistillationConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.model.TaskHead.Pooling;
import org.weft.core.params.ParameterLayout;
import org.weft.core.quantize.QuantizedMatrix;
import org.weft.core.taught.TeacherLogits;
import org.weft.engine.Attributions;
import org.weft.engine.Decoder;
import org.weft.engine.Evaluated;
import org.weft.engine.Figure;
import org.weft.engine.GradientListener;
import org.weft.engine.InputSquares;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ModelReplica;
import org.weft.engine.ParameterPages;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.SequenceLosses;
import org.weft.engine.SpanPasses;

/**
 * A replica in libtorch, on a CPU or a GPU. Opened, used and closed by one thread; windows may be read and written by any thread while
 * it is open. Every native object lives in a scope, so that memory is flat and owes nothing to the garbage collector.
 */
public final class TorchReplica implements ModelReplica {
    private final PointerScope memory = new PointerScope();
    final ModelShape shape;
    final ReplicaOptions options;
    private final Ownership ownership;
    private final ComputeDevice device;
    private final FlatTensors flat;
    private final Transformer model;
    private final BlockwiseBackward backward;
    private final StreamedPasses spans; // null where everything is held
    private Teaching teaching = Teaching.NOBODY;

    private TorchReplica(ModelShape shape, ReplicaOptions options, ScalarType type) {
        this.shape = shape;
        this.options = options;
        ownership = new Ownership(options.device());
        try (PointerScope building = memory) {
            device = ComputeDevice.open(options.device());
            flat = new FlatTensors(shape, device, type, options);
            model = Transformer.of(shape.config(), flat);
            backward = new BlockwiseBackward(model, shape, flat, options.recompute());
            spans = options.streamed()
                    ? new StreamedPasses(backward, model, shape.config(), flat, this::onDevice, this::dropout)
                    : null;
            building.extend(); // closing then leaves the thread's stack of scopes but frees nothing
        }
    }

    /** Opens a replica with parameters of zero. The calling thread owns it from here on. */
    public static TorchReplica open(ModelShape shape, ReplicaOptions options) {
        return open(shape, options, ScalarType.Float);
    }

    /** In float64, for comparing gradients with finite differences: windows then hold 8 bytes an element. */
    static TorchReplica open(ModelShape shape, ReplicaOptions options, ScalarType type) {
        TorchEngineProvider.requireWhole(shape, options);
        NativeRuntime.setThreads(options.threads());
        return new TorchReplica(shape, options, type);
    }

    @Override
    public ParameterLayout layout() {
        return flat.layout();
    }

    @Override
    public ByteBuffer parameters(long offset, int length) {
        ownership.requireOpen();
        return flat.parameters().window(offset, length);
    }

    @Override
    public boolean roundsFactors() {
        return flat.bfloat16();
    }

    @Override
    public void parametersWritten(long offset, long length) {
        ownership.requireOpen();
        flat.parameters().upload(offset, length);
        flat.parametersChanged(offset, length);
    }

    @Override
    public boolean follow(ParameterPages pages) {
        ownership.require();
        backward.follow(pages);
        return true;
    }

    @Override
    public ParameterLayout frozenLayout() {
        return flat.frozenLayout();
    }

    @Override
    public ByteBuffer frozen(long offset, int length) {
        ownership.requireOpen();
        return flat.frozen().window(offset, length);
    }

    @Override
    public void frozenWritten(long offset, long length) {
        ownership.requireOpen();
        flat.frozen().upload(offset, length);
        flat.frozenChanged();
    }

    @Override
    public void quantized(String parameter, QuantizedMatrix matrix) {
        ownership.require();
        flat.quantized(parameter).fill(matrix);
    }

    @Override
    public void observe(Set<String> parameters) {
        ownership.require();
        flat.observed().watch(parameters);
    }

    @Override
    public List<InputSquares> observed() {
        ownership.require();
        return flat.observed().toHost();
    }

    @Override
    public void zeroGradients() {
        ownership.require();
        flat.zeroGradients();
        backward.loads().clear();
        teaching.clear();
    }

    @Override
    public double accumulateGradient(Batch batch, double normalizer, MicroBatchKey key, GradientListener listener) {
        return accumulateGradient(batch, normalizer, key, listener, SequenceLosses.NONE);
    }

    @Override
    public double accumulateGradient(
            Batch batch, double normalizer, MicroBatchKey key, GradientListener listener, SequenceLosses losses) {
        try (PointerScope scope = new PointerScope()) {
            BatchTensors read = onDevice(batch);
            Lesson lesson = teaching.lesson(batch, read, scope);
            BatchTensors tensors = read.taught(lesson);
            GradientRelay relay = GradientRelay.of(device, flat, listener);
            double sum = backward.accumulate(tensors, normalizer, dropout(key), relay, losses);
            teaching.took(lesson, batch.targetCount());
            return sum / normalizer;
        }
    }

    @Override
    public void learnFrom(ModelReplica teacher, DistillationConfig how) {
        ownership.require();
        teaching = Teaching.of(teacher, this, how).inPlaceOf(teaching);
    }

    BlockwiseBackward passes() {
        return backward;
    }

    private RandomStreams dropout(MicroBatchKey key) {
        return RandomStreams.of(device, key, shape.config().dropout());
    }

    @Override
    public SpanPasses<Batch> spans() {
        return spans;
    }

    @Override
    public List<Figure> figures() {
        return teaching.figuresAfter(backward.loads().figures());
    }

    @Override
    public ByteBuffer gradients(long offset, int length) {
        ownership.requireOpen();
        return flat.gradients().window(offset, length);
    }

    @Override
    public double loss(Batch batch) {
        try (PointerScope scope = new PointerScope()) {
            return backward.loss(onDevice(batch));
        }
    }

    @Override
    public Evaluated evaluate(Batch batch) {
        return Judgement.of(this, batch);
    }

    @Override
    public double[] sequenceNats(Batch batch) {
        return alike(batch).nats(backward::answers); // (B)
    }

    @Override
    public float[][] logits(int[] tokens, int... positions) {
        ownership.require();
        try (PointerScope scope = new PointerScope()) {
            return Logits.toHost(backward.logits(
                    TokenTensors.text(tokens, shape, device.torchDevice()), positions, scope)); // (n, V)
        }
    }

    @Override
    public boolean encodesSource() {
        return shape.config().encodesSource();
    }

    @Override
    public float[] answerLogits(int[] source, int[] answer) {
        ownership.require();
        return encodesSource()
                ? Decoders.answerLogits(backward, AlignedBatch.of(source, answer), shape, device)
                : ModelReplica.super.answerLogits(source, answer);
    }

    @Override
    public float[][] outputs(Batch batch) {
        return alike(batch).numbers(!shape.adaptation().head().ofSequence(), backward::outputs); // (B or B T, K)
    }

    @Override
    public Attributions attributions(Batch sequence, int[] from, int output, int steps) {
        return Explanation.of(this, sequence, from, output, steps);
    }

    private TurnedAlike alike(Batch batch) {
        ownership.require();
        shape.requireFits(batch.context());
        return new TurnedAlike(shape, device.torchDevice(), batch);
    }

    @Override
    public float[][] pooled(Batch batch, Pooling pooling) {
        return alike(batch).numbers(false, (tokens, scope) -> backward.pooled(tokens, pooling, scope)); // (B, D)
    }

    @Override
    public float[][] hiddenStates(int[] tokens) {
        ownership.require();
        try (PointerScope scope = new PointerScope()) {
            return Logits.toHost(
                    backward.hiddenStates(TokenTensors.text(tokens, shape, device.torchDevice()), scope)); // (T, D)
        }
    }

    @Override
    public TeacherLogits.Rows topLogits(Batch batch, int k) {
        return TopTokens.of(this, batch, k);
    }

    @Override
    public Decoder decoder(int rows, long keptBytes) {
        ownership.require();
        return Decoders.of(model, shape, flat, device, new Decoders.Room(rows, keptBytes), ownership::require);
    }

    @Override
    public double measurePeakFlops() {
        ownership.require();
        return MatrixPeak.flops(flat, device, options.threads() == 1);
    }

    BatchTensors onDevice(Batch batch) {
        ownership.require();
        shape.requireFits(batch.context());
        return BatchTensors.of(batch, shape, device.torchDevice());
    }

    @Override
    public void close() {
        if (!ownership.close()) {
            return;
        }
        teaching.close();
        if (model.head() != null) {
            model.head().close();
        }
        flat.observed().close();
        memory.deallocate();
    }
}
