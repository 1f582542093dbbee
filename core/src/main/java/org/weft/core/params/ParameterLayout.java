package org.weft.core.params;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.weft.core.Sha256;

/**
 * Where each parameter stands in one flat float32 vector of P elements. Immutable; offsets are 64-bit, P may exceed
 * 2^31. Its {@link #hash()} is in every handshake and manifest: two sides with different layouts never exchange a byte.
 */
public final class ParameterLayout implements Serializable {
    private static final long serialVersionUID = 1L;

    private final List<Parameter> parameters;
    private final int bucketElements;
    private final List<WholeMatrix> matrices;
    /** Null where all buckets but the last are equally long. */
    private final BucketCuts cuts;

    private final long size;
    private final String hash;

    private ParameterLayout(List<Parameter> parameters, int bucketElements, List<WholeMatrix> matrices) {
        this.parameters = List.copyOf(parameters);
        this.bucketElements = bucketElements;
        this.matrices = List.copyOf(matrices);
        this.size =
                parameters.isEmpty() ? 0 : parameters.get(parameters.size() - 1).end();
        this.cuts = matrices.isEmpty() ? null : new BucketCuts(size, matrices, bucketElements);
        this.hash = hashOf(parameters);
    }

    public static Builder builder() {
        return new Builder(Bucket.ELEMENTS);
    }

    /** A layout with buckets of another size than every run's, for tests that need many buckets of few elements. */
    public static Builder builder(int bucketElements) {
        return new Builder(bucketElements);
    }

    /** The parameters in the order in which they stand in the vector. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** P, the number of elements of the flat vector. */
    public long size() {
        return size;
    }

    /** SHA-256 over names, shapes, offsets and rules, in hex. */
    public String hash() {
        return hash;
    }

    /**
     * The same parameters, where some matrices have one server each: buckets begin anew at a matrix for which there is no room in the one
     * before, and none is longer than it was.
     *
     * @param whole of the parameters, in their order
     */
    public ParameterLayout around(List<WholeMatrix> whole) {
        return new ParameterLayout(parameters, bucketElements, whole);
    }

    /** The matrices that have one server each, in the order of the parameters; none as a rule. */
    public List<WholeMatrix> matrices() {
        return matrices;
    }

    public int bucketCount() {
        if (cuts != null) {
            return cuts.count();
        }
        return Math.toIntExact((size + bucketElements - 1) / bucketElements);
    }

    /** Index of the bucket that an element is in. */
    public int bucketOf(long offset) {
        if (cuts != null) {
            return cuts.bucketOf(offset);
        }
        return Math.toIntExact(offset / bucketElements);
    }

    public Bucket bucket(int index) {
        if (index < 0 || index >= bucketCount()) {
            throw new IndexOutOfBoundsException("bucket=" + index + " buckets=" + bucketCount());
        }
        if (cuts != null) {
            return cuts.bucket(index);
        }
        long offset = (long) index * bucketElements;
        return new Bucket(index, offset, (int) Math.min(bucketElements, size - offset));
    }

    /** Whether a bucket begins within a matrix, and so has the server of the one before it. */
    public boolean continues(int bucket) {
        return cuts != null && cuts.continues(bucket);
    }

    /** The elements that no bucket has more of. */
    public int longestBucket() {
        return (int) Math.min(bucketElements, size);
    }

    private static String hashOf(List<Parameter> parameters) {
        MessageDigest digest = Sha256.digest();
        for (Parameter p : parameters) {
            String line = p.name() + p.shape() + "@" + p.offset() + p.rule().hashed() + "\n";
            digest.update(line.getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Appends parameters one after the other, without gaps. */
    public static final class Builder {
        private final List<Parameter> parameters = new ArrayList<>();
        private final int bucketElements;
        private long offset;

        private Builder(int bucketElements) {
            this.bucketElements = bucketElements;
        }

        public Builder add(String name, List<Integer> shape, boolean decay, Initializer initializer) {
            return add(name, shape, decay ? ParameterRule.DECAYED : ParameterRule.PLAIN, initializer);
        }

        /**
         * @param rate factor of the learning rate
         */
        public Builder add(String name, List<Integer> shape, boolean decay, double rate, Initializer initializer) {
            return add(name, shape, ParameterRule.of(decay, rate), initializer);
        }

        public Builder add(String name, List<Integer> shape, ParameterRule rule, Initializer initializer) {
            return add(new Parameter(name, shape, offset, rule, initializer, false));
        }

        /** Appends a {@linkplain Parameter#factor factor} of matrix products. */
        public Builder addFactor(String name, List<Integer> shape, boolean decay, Initializer initializer) {
            ParameterRule rule = decay ? ParameterRule.DECAYED : ParameterRule.PLAIN;
            return add(new Parameter(name, shape, offset, rule, initializer, true));
        }

        /** Appends another layout's parameter, with a factor of the learning rate. */
        public Builder add(Parameter other, double rate) {
            ParameterRule rule = ParameterRule.of(other.decay(), rate);
            return add(new Parameter(other.name(), other.shape(), offset, rule, other.initializer(), other.factor()));
        }

        private Builder add(Parameter parameter) {
            parameters.add(parameter);
            offset = parameter.end();
            return this;
        }

        public ParameterLayout build() {
            return new ParameterLayout(parameters, bucketElements, List.of());
        }
    }
}
