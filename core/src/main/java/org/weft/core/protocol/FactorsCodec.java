package org.weft.core.protocol;

import java.util.ArrayList;
import java.util.List;
import org.weft.core.params.Bucket;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * For parameters of a replica that computes products in bfloat16: {@linkplain Parameter#factor factors} as bfloat16, rounded as the
 * replica would round them, everything else as float32. So the replica computes the same bits, of about half the bytes.
 */
final class FactorsCodec implements LayoutCodec {
    static final String NAME = "fact";

    private final ParameterLayout layout;
    private final List<BucketCodec> codecs;

    FactorsCodec(ParameterLayout layout) {
        this.layout = layout;
        this.codecs = new ArrayList<>();
        List<Parameter> parameters = layout.parameters();
        int next = 0;
        for (int i = 0; i < layout.bucketCount(); i++) {
            Bucket bucket = layout.bucket(i);
            while (parameters.get(next).end() <= bucket.offset()) {
                next++;
            }
            codecs.add(codec(bucket, runs(parameters, next, bucket)));
        }
    }

    /** Alternating lengths of what stays float32 and of what is rounded, from the bucket's start; they begin with the former. */
    private static List<Integer> runs(List<Parameter> parameters, int first, Bucket bucket) {
        List<Integer> runs = new ArrayList<>(List.of(0));
        for (int i = first; i < parameters.size() && parameters.get(i).offset() < bucket.end(); i++) {
            Parameter parameter = parameters.get(i);
            int length =
                    (int) (Math.min(parameter.end(), bucket.end()) - Math.max(parameter.offset(), bucket.offset()));
            boolean rounds = runs.size() % 2 == 0;
            if (parameter.factor() == rounds) {
                runs.set(runs.size() - 1, runs.get(runs.size() - 1) + length);
            } else {
                runs.add(length);
            }
        }
        return runs;
    }

    private static BucketCodec codec(Bucket bucket, List<Integer> runs) {
        if (runs.size() == 1) {
            return BucketCodec.F32;
        }
        return new MixedCodec(runs.stream().mapToInt(Integer::intValue).toArray(), bucket.length());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public BucketCodec of(Bucket bucket) {
        if (!bucket.equals(layout.bucket(bucket.index()))) {
            throw new IllegalArgumentException("not a bucket of this layout: " + bucket);
        }
        return codecs.get(bucket.index());
    }
}
