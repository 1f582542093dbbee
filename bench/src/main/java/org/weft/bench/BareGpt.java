package org.weft.bench;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Parameter;

/**
 * The peer of one replica: the same model as plainly as libtorch allows. A tensor for each parameter, one graph from
 * tokens to loss, the whole of the logits, {@code cross_entropy}, {@code backward}. Gradients are dropped before each
 * step, as PyTorch's {@code zero_grad} does.
 *
 * <p>B sequences, T tokens, N = B T rows, D width, H heads, K = D/H, V vocabulary.
 */
final class BareGpt implements AutoCloseable {
    private static final double EPSILON = 1e-5;

    private final ModelShape shape;
    private final List<Tensor> parameters = new ArrayList<>();

    BareGpt(ModelShape shape) {
        this.shape = shape;
        for (Parameter parameter : shape.layout().parameters()) {
            long[] sizes =
                    parameter.shape().stream().mapToLong(Integer::longValue).toArray();
            Tensor tensor = torch.empty(sizes, new TensorOptions(ScalarType.Float), null);
            if (parameter.initializer().deviation() > 0) {
                tensor.normal_(0, parameter.initializer().deviation(), null);
            } else {
                tensor.fill_(new Scalar(parameter.initializer().constant()));
            }
            tensor.set_requires_grad(true);
            parameters.add(tensor);
        }
    }

    /** Forward and backward; the mean loss. */
    double step(Batch batch) {
        for (Tensor parameter : parameters) {
            parameter.mutable_grad().reset();
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor tokens = tokens(batch); // (B, T + 1)
            Tensor inputs = tokens.narrow(1, 0, batch.context()); // (B, T)
            Tensor targets = tokens.narrow(1, 1, batch.context()).reshape(-1); // (N)
            Tensor loss = torch.cross_entropy(logits(inputs), targets); // ()
            loss.backward();
            return loss.item_double();
        }
    }

    private static Tensor tokens(Batch batch) {
        long[] values = new long[batch.tokens().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = batch.tokens()[i];
        }
        return Tensor.create(values, batch.sequences(), batch.context() + 1L); // (B, T + 1)
    }

    private Tensor logits(Tensor inputs) {
        long width = shape.config().width();
        Tensor head = parameters.get(0); // (V, D)
        Tensor positions = torch.arange(new Scalar(inputs.size(1)));
        positions = positions.to(new Device(torch.DeviceType.CPU), ScalarType.Long); // (T)
        Tensor x = torch.embedding(head, inputs).add(torch.embedding(parameters.get(1), positions)); // (B, T, D)
        int at = 2;
        for (int block = 0; block < shape.config().layers(); block++, at += 12) {
            x = x.add(attention(norm(x, at), at)); // (B, T, D)
            Tensor hidden = torch.gelu(linear(norm(x, at + 6), at + 8), "tanh"); // (B, T, 4D)
            x = x.add(linear(hidden, at + 10)); // (B, T, D)
        }
        return norm(x, at).view(-1, width).matmul(head.t()); // (N, V)
    }

    private Tensor attention(Tensor x, int at) {
        long heads = shape.config().heads();
        TensorVector qkv = linear(x, at + 2) // (B, T, 3D)
                .view(x.size(0), x.size(1), 3, heads, x.size(2) / heads)
                .permute(2, 0, 3, 1, 4) // (3, B, H, T, K)
                .unbind(0); // 3 of (B, H, T, K)
        Tensor mixed = torch.scaled_dot_product_attention(
                qkv.get(0), qkv.get(1), qkv.get(2), new TensorOptional(), 0, true, new DoubleOptional(), false);
        return linear(mixed.transpose(1, 2).reshape(x.size(0), x.size(1), x.size(2)), at + 4); // (B, T, D)
    }

    private Tensor linear(Tensor x, int at) {
        Tensor weight = parameters.get(at); // (I, O)
        Tensor rows = x.view(-1, weight.size(0)); // (N, I)
        return torch.addmm(parameters.get(at + 1), rows, weight).view(x.size(0), x.size(1), weight.size(1));
    }

    private Tensor norm(Tensor x, int at) {
        TensorOptional weight = new TensorOptional(parameters.get(at));
        TensorOptional bias = new TensorOptional(parameters.get(at + 1));
        return torch.layer_norm(x, new long[] {x.size(2)}, weight, bias, EPSILON, true); // (B, T, D)
    }

    @Override
    public void close() {
        parameters.forEach(Tensor::close);
    }
}
