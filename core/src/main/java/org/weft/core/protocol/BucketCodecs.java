package org.weft.core.protocol;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.SplitMix64;
import org.weft.core.config.SyncConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.params.Parameter;
import org.weft.core.params.ParameterLayout;

/**
 * The codecs that there are, and those that a run uses.
 *
 * @param known any of them may be pushed
 * @param gradients that of what workers push
 * @param parameters that of what workers pull
 * @param seed the run's
 */
public record BucketCodecs(List<BucketCodec> known, BucketCodec gradients, LayoutCodec parameters, long seed) {
    private static final List<BucketCodec> ALL =
            List.of(BucketCodec.F32, BucketCodec.BF16, BucketCodec.INT8, BucketCodec.INT4);

    /** Those of a run that trains these parameters. */
    public static BucketCodecs of(WeftConfig config, ParameterLayout layout) {
        boolean rounds = config.sync().roundsFactors(config.training())
                && layout.parameters().stream().anyMatch(Parameter::factor);
        LayoutCodec parameters = rounds ? new FactorsCodec(MuonMatrices.served(config, layout)) : BucketCodec.F32;
        return new BucketCodecs(
                ALL, ofGradients(config.sync()), parameters, config.run().seed());
    }

    /** That of what workers push. */
    public static BucketCodec ofGradients(SyncConfig sync) {
        return switch (sync.gradients()) {
            case F32 -> BucketCodec.F32;
            case BF16 -> BucketCodec.BF16;
            case INT8 -> BucketCodec.INT8;
            case INT4 -> BucketCodec.INT4;
        };
    }

    /** Everything as plain float32. */
    public static BucketCodecs plain() {
        return new BucketCodecs(ALL, BucketCodec.F32, BucketCodec.F32, 0);
    }

    /** Names of what may be pulled: plain float32, which backups copy, and what workers take. */
    public List<String> pulled() {
        return Stream.of(BucketCodec.F32, parameters)
                .map(LayoutCodec::name)
                .distinct()
                .toList();
    }

    /**
     * What is pulled under this name.
     *
     * @throws IllegalArgumentException where nothing is
     */
    public LayoutCodec pulled(String name) {
        if (name.equals(BucketCodec.F32.name())) {
            return BucketCodec.F32;
        }
        if (name.equals(parameters.name())) {
            return parameters;
        }
        throw new IllegalArgumentException(
                "parameters are not to be had as " + name + ", but as " + String.join(" and ", pulled()));
    }

    /**
     * @throws IllegalArgumentException where there is none of this name
     */
    public BucketCodec named(String name) {
        for (BucketCodec codec : known) {
            if (codec.name().equals(name)) {
                return codec;
            }
        }
        throw new IllegalArgumentException("unknown bucket codec: " + name + ", known: "
                + known.stream().map(BucketCodec::name).collect(Collectors.joining(", ")));
    }

    /** What is drawn from where a bucket is encoded: a function of the seed and of what is encoded. */
    public long draw(long... bucket) {
        return SplitMix64.start(seed, bucket);
    }
}
