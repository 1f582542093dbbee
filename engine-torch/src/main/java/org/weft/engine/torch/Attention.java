package org.weft.engine.torch;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Family;

/**
 * Scaled dot-product attention (Vaswani et al. 2017), with heads of keys and values that several heads of queries may
 * share (Ainslie et al. 2023), over all tokens or a sliding window (Beltagy et al. 2020), of those before a token or on both
 * sides of it. It is one fused operation that
 * never holds (T, S) scores, but for two cases that have to hold them: dropout, because the fused one draws from libtorch's
 * global generator, and scores that are capped, which it cannot do. Never in bfloat16: there the fused operation falls back
 * to scalar loops on a CPU.
 *
 * <p>B sequences, T queries, S keys, H heads, G heads of keys and values, K width of a head, W tokens of a window.
 */
final class Attention {
    /** Below, an operation's own cost is more than what it computes. */
    private static final int SHORTEST_RUN = 64;

    private final Scalar never = new Scalar(Double.NEGATIVE_INFINITY);
    private final boolean causal;
    private final boolean grouped;
    private final int window; // W, or 0
    private final ScalarType type;
    private final Tensor futures; // (C, C), minus infinity above the diagonal; null where it is not needed
    private final Tensor
            runMask; // (R, S), the fused operation's mask of a run and its neighbours; null where it is not needed
    private final Scalar scale;
    private final Scalar cap; // c of c tanh(s / c), or null
    private final TensorOptional noMask = new TensorOptional();
    private final DoubleOptional fusedScale;

    /** Over all tokens. */
    Attention(ModelConfig config, FlatTensors flat) {
        this(config, flat, 0);
    }

    /** @param window W; 0 for all tokens */
    Attention(ModelConfig config, FlatTensors flat, int window) {
        Family family = Family.of(config);
        causal = config.causal();
        grouped = config.keyValueHeads() < config.heads();
        this.window = window;
        type = flat.type();
        double factor = family.attentionScale(config);
        scale = new Scalar(factor);
        fusedScale = config.queryPreAttnScalar() > 0 ? new DoubleOptional(factor) : new DoubleOptional();
        double c = family.attentionSoftcap(config);
        cap = c > 0 ? new Scalar(c) : null;
        futures = causal && config.dropout() > 0
                ? futures(config.context(), flat.parameters().tensor())
                : null;
        runMask = cap == null && slides(config.context())
                ? runMask(flat.parameters().tensor())
                : null;
    }

    /**
     * What each query takes from the values.
     *
     * @param queries (B, H, T, K)
     * @param keys (B, G, T, K)
     * @param values (B, G, T, K)
     * @return (B, T, H K)
     */
    Tensor apply(int block, Tensor queries, Tensor keys, Tensor values, Pass pass) {
        Tensor q = wide(queries); // (B, H, T, K)
        if (pass.heard() != null) {
            pass.heard().take(weights(q, wide(keys), block, pass));
        }
        Tensor mixed = pass.dropout().active()
                ? explicit(q, wide(keys), wide(values), block, pass)
                : withoutDropout(q, wide(keys), wide(values), block, pass); // (B, H, T, K)
        return mixed.transpose(1, 2).reshape(q.size(0), q.size(2), q.size(1) * q.size(3)); // (B, T, H K)
    }

    /** What each query takes of each value: of values that are 1 for one token and 0 for all others. (B, H, T, T) */
    private Tensor weights(Tensor q, Tensor k, int block, Pass pass) {
        Tensor single = torch.eye(k.size(2), k.options()); // (T, T)
        return withoutDropout(q, k, single.expand(k.size(0), k.size(1), -1, -1), block, pass);
    }

    private Tensor withoutDropout(Tensor q, Tensor k, Tensor v, int block, Pass pass) {
        if (pass.documents() != null) {
            return pass.documents().oneByOne(q, k, v, this::whole);
        }
        if (pass.mask() != null && pass.mask().size(2) == 1 && slides(k.size(2))) {
            return sliding(q, k, v, pass.mask());
        }
        if (pass.mask() != null) {
            return masked(q, k, v, withWindow(pass.mask(), k));
        }
        if (pass.past() == null) {
            return whole(q, k, v);
        }
        PastKeysAndValues.Seen seen = pass.past().keep(block, window, k, v);
        return seen.mask() == null && q.size(2) > 1
                ? whole(q, seen.keys(), seen.values())
                : masked(q, seen.keys(), seen.values(), seen.mask()); // (B, H, T, K)
    }

    /** Tokens from their sequence's or document's first on. */
    private Tensor whole(Tensor q, Tensor k, Tensor v) {
        if (slides(k.size(2))) {
            return sliding(q, k, v, null);
        }
        if (cap != null) {
            return capped(q, k, v, causal ? lastOf(k, q.size(2), k.size(2)) : null);
        }
        return torch.scaled_dot_product_attention(q, k, v, noMask, 0, causal, fusedScale, grouped); // (B, H, T, K)
    }

    /**
     * A run of queries after the other, each with its own keys and those of the run before, and of a window on both sides those
     * of the run after, which hold every window: the cost grows with T, not with its square. Split and not narrowed: going back,
     * a view of each would cost a tensor of the whole.
     *
     * @param present (B, 1, 1, T), false where a sequence is filled up; null where all is text
     */
    private Tensor sliding(Tensor q, Tensor k, Tensor v, Tensor present) {
        long run = run();
        TensorVector queries = q.split(run, 2);
        TensorVector keys = k.split(run, 2);
        TensorVector values = v.split(run, 2);
        TensorVector text = present == null ? null : present.split(run, 3);
        TensorVector mixed = new TensorVector();
        for (long i = 0; i < queries.size(); i++) {
            Tensor seenKeys = neighbours(keys, i, 2); // (B, G, S, K)
            Tensor mask = text == null
                    ? ofRun(queries.get(i).size(2), seenKeys, i == 0) // (run, S)
                    : ofText(text.get(i), neighbours(text, i, 3), i == 0); // (B, 1, run, S)
            mixed.push_back(masked(queries.get(i), seenKeys, neighbours(values, i, 2), mask));
        }
        return torch.cat(mixed, 2); // (B, H, T, K)
    }

    /** What run i may see any of: the one before it, itself, and of a window on both sides the one after it. */
    private Tensor neighbours(TensorVector runs, long i, int dimension) {
        TensorVector seen = new TensorVector();
        long last = Math.min(i + (causal ? 0 : 1), runs.size() - 1);
        for (long run = Math.max(0, i - 1); run <= last; run++) {
            seen.push_back(runs.get(run));
        }
        return seen.size() == 1 ? seen.get(0) : torch.cat(seen, dimension);
    }

    private long run() {
        return Math.max(causal ? window : window / 2, SHORTEST_RUN);
    }

    /** A view of the one mask, which backward keeps for each block: T queries and the keys that they see. (T, S) */
    private Tensor ofRun(long tokens, Tensor keys, boolean first) {
        long seen = keys.size(2);
        return runMask == null
                ? lastOf(keys, tokens, seen)
                : runMask.narrow(0, 0, tokens).narrow(1, first ? run() : 0, seen);
    }

    /**
     * The same where sequences are filled up: text sees text. What fills up sees what fills up, for a row of a softmax must see
     * something, and nobody reads it.
     *
     * @param own (B, 1, 1, T)
     * @param seen (B, 1, 1, S)
     */
    private Tensor ofText(Tensor own, Tensor seen, boolean first) {
        Tensor near = band(seen, first ? 0 : run(), own.size(3), seen.size(3)); // (T, S)
        return own.transpose(2, 3).eq(seen).logical_and(near); // (B, 1, T, S)
    }

    /** What a run may look at of itself and its neighbours, as the fused operation adds it: 0, or minus infinity. (R, S) */
    private Tensor runMask(Tensor like) {
        long run = run();
        long seen = (causal ? 2 : 3) * run; // S
        Tensor open = band(like, run, run, seen); // (R, S)
        return torch.zeros(new long[] {run, seen}, like.options()).to(type).masked_fill(open.logical_not(), never);
    }

    /** @param mask what may be looked at: true, or 0 where others are minus infinity; null where that is all */
    private Tensor masked(Tensor q, Tensor k, Tensor v, Tensor mask) {
        if (cap != null) {
            return capped(q, k, v, mask);
        }
        TensorOptional seen = mask == null ? noMask : new TensorOptional(mask);
        return torch.scaled_dot_product_attention(q, k, v, seen, 0, false, fusedScale, grouped); // (B, H, T, K)
    }

    /** Scores s become c tanh(s / c) (Gemma 2, section 2). @param mask true at what may be looked at */
    private Tensor capped(Tensor q, Tensor k, Tensor v, Tensor mask) {
        Tensor scores = q.matmul(repeated(k, q).transpose(2, 3)).mul(scale); // (B, H, T, S)
        Tensor bent = scores.div(cap).tanh().mul(cap); // (B, H, T, S)
        Tensor open = mask == null ? bent : bent.masked_fill(mask.logical_not(), never); // (B, H, T, S)
        return open.softmax(3).matmul(repeated(v, q)); // (B, H, T, K)
    }

    /** Keys or values, for each head of the queries. (B, G, S, K) to (B, H, S, K) */
    private Tensor repeated(Tensor x, Tensor queries) {
        return grouped ? x.repeat_interleave(queries.size(1) / x.size(1), new LongOptional(1), new LongOptional()) : x;
    }

    /** (B, 1, T, T) */
    private Tensor withWindow(Tensor mask, Tensor k) {
        return slides(k.size(2)) ? mask.logical_and(lastOf(k, k.size(2), k.size(2))) : mask;
    }

    private boolean slides(long tokens) {
        return window > 0 && tokens > (causal ? window : window / 2 + 1);
    }

    /** {@link #band} of the last T of S tokens. (T, S) */
    private Tensor lastOf(Tensor like, long tokens, long seen) {
        return band(like, seen - tokens, tokens, seen);
    }

    /**
     * What T of S tokens may look at: what does not come after them, of a window the last W; or what is at most W / 2 away. (T, S)
     *
     * @param like on whose device
     * @param first the first of the T
     */
    private Tensor band(Tensor like, long first, long tokens, long seen) {
        Tensor places = torch.arange(new Scalar((double) seen)).to(like.device(), ScalarType.Long); // (S)
        Tensor own = places.narrow(0, first, tokens); // (T)
        Tensor back = own.view(tokens, 1).sub(places.view(1, seen)); // (T, S)
        if (!causal) {
            return back.abs().le(new Scalar((double) (window / 2)));
        }
        Tensor past = back.ge(new Scalar(0.0)); // (T, S)
        return window > 0 ? past.logical_and(back.lt(new Scalar((double) window))) : past;
    }

    private Tensor explicit(Tensor q, Tensor k, Tensor v, int block, Pass pass) {
        Tensor scores = q.matmul(k.transpose(2, 3)).mul_(scale); // (B, H, T, T)
        if (causal) {
            long context = k.size(2);
            scores = scores.add_(futures.narrow(0, 0, context).narrow(1, 0, context)); // (B, H, T, T)
        }
        if (pass.mask() != null) {
            scores = scores.masked_fill(pass.mask().logical_not(), never); // (B, H, T, T)
        }
        Tensor probabilities = scores.softmax(3); // (B, H, T, T)
        return pass.dropout()
                .drop(probabilities, RandomStreams.attention(block))
                .matmul(v); // (B, H, T, K)
    }

    private Tensor wide(Tensor x) {
        return x.scalar_type() == type ? x : x.to(type);
    }

    private Tensor futures(int context, Tensor like) {
        return torch.full(new long[] {context, context}, never, like.options()).triu(1); // (C, C)
    }
}
