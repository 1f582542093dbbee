package org.weft.core.privacy;

import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.weft.core.WeftException;
import org.weft.core.config.PrivateTrainingConfig;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.Store;

/**
 * How gradients of a run are made private (Abadi et al. 2016, "Deep Learning with Differential Privacy", arXiv 1607.00133, algorithm 1):
 * workers clip each example that a step draws and add them up, servers add noise to the sum. Both divide by the batch that is drawn on
 * the average, for how many were drawn is nobody's to know. It travels to workers and servers, with the secret in it. Safe for use by
 * many threads.
 */
public final class GradientPrivacy implements Serializable {
    private static final long serialVersionUID = 1L;

    /** As Opacus has it: a gradient of the greatest norm is a little shorter afterwards. */
    private static final double EPSILON = 1e-6;

    private final PrivateTrainingConfig config;
    private final double noiseMultiplier;
    private final int batch;
    private final long examples;
    private final PrivacySeed seed;
    private final PoissonDraws draws;
    private final GaussianNoise noise;
    /** RDP of a step, once it is asked for. */
    private transient volatile double[] ofStep;
    /** The last step that was asked for. */
    private transient volatile Drawn drawn;

    private record Drawn(int step, long[] examples) {}

    private GradientPrivacy(WeftConfig config, double noiseMultiplier, long examples, PrivacySeed seed) {
        this.config = config.privacy();
        this.noiseMultiplier = noiseMultiplier;
        this.batch = config.training().globalBatch();
        this.examples = examples;
        this.seed = seed;
        this.draws = new PoissonDraws(seed, examples, sampleRate());
        this.noise = new GaussianNoise(seed, noiseMultiplier * this.config.maxGradNorm() / batch);
    }

    /**
     * That of a run; null where its configuration asks for none.
     *
     * @param examples that it trains on: each is what is protected
     * @throws WeftException where the secret is not there, or what is asked for cannot be had
     */
    public static GradientPrivacy of(WeftConfig config, long examples, Store store) throws IOException {
        return of(config, examples, store, System::getenv);
    }

    /** @param environment values of the environment's variables, null for those that are not set */
    static GradientPrivacy of(WeftConfig config, long examples, Store store, UnaryOperator<String> environment)
            throws IOException {
        if (!config.privacy().active()) {
            return null;
        }
        PrivacySeed seed = PrivacySeed.read(config.privacy(), config.run().seed(), store, environment);
        return of(config, examples, seed);
    }

    /** Of a secret that somebody has: for programs, and tests. */
    public static GradientPrivacy of(WeftConfig config, long examples, byte[] secret) {
        return of(config, examples, new PrivacySeed(secret, config.run().seed()));
    }

    private static GradientPrivacy of(WeftConfig config, long examples, PrivacySeed seed) {
        int batch = config.training().globalBatch();
        if (examples < batch) {
            throw WeftException.invalidData(
                    "privacy: training.global_batch=" + batch + " is more than the " + examples
                            + " examples that there are",
                    "take a training.global_batch of a small share of them, or give more rows or text");
        }
        return new GradientPrivacy(config, noise(config, (double) batch / examples), examples, seed);
    }

    private static double noise(WeftConfig config, double rate) {
        PrivateTrainingConfig privacy = config.privacy();
        if (privacy.noiseMultiplier() > 0) {
            return privacy.noiseMultiplier();
        }
        int steps = config.training().steps();
        double found = RdpAccountant.noise(rate, steps, privacy.targetDelta(), privacy.targetEpsilon());
        if (Double.isNaN(found)) {
            throw WeftException.usage(
                    "privacy.target_epsilon=" + privacy.targetEpsilon() + " cannot be had in training.steps=" + steps
                            + " at a sampling rate of " + rate + " and privacy.target_delta=" + privacy.targetDelta()
                            + ", whatever the noise",
                    "take a greater privacy.target_epsilon, fewer steps, or a smaller training.global_batch");
        }
        return found;
    }

    /** Probability with which a step draws an example: batch / examples. */
    public double sampleRate() {
        return (double) batch / examples;
    }

    /** The noise's standard deviation, in norms at which examples are clipped. */
    public double noiseMultiplier() {
        return noiseMultiplier;
    }

    /** Numbers of the examples that a step draws, rising. Lane l of L has those at places l, l + L, …. */
    public long[] drawn(int step) {
        Drawn last = drawn;
        if (last == null || last.step() != step) {
            last = new Drawn(step, draws.of(step));
            drawn = last;
        }
        return last.examples().clone();
    }

    /** What an example's gradient of this norm is multiplied by: clipped, and divided by the batch. NaN of a norm that is none. */
    public float factor(double norm) {
        return (float) (Math.min(1, config.maxGradNorm() / (norm + EPSILON)) / batch);
    }

    /** What servers add. */
    public GradientNoise noise() {
        return noise::add;
    }

    /** What so many steps come to at {@code privacy.target_delta}. */
    public double epsilon(int steps) {
        double[] rdp = ofStep;
        if (rdp == null) {
            rdp = RdpAccountant.ofStep(sampleRate(), noiseMultiplier);
            ofStep = rdp;
        }
        return RdpAccountant.epsilon(rdp, steps, config.targetDelta());
    }

    /** As a checkpoint says it. */
    public SpentPrivacy spent(int steps) {
        return new SpentPrivacy(
                epsilon(steps),
                config.targetDelta(),
                noiseMultiplier,
                config.maxGradNorm(),
                sampleRate(),
                examples,
                SpentPrivacy.RDP,
                seed.fingerprint());
    }

    /** What a whole run comes to, for people. */
    public String account(int steps) {
        String line = String.format(
                Locale.ROOT,
                "private: %d steps come to epsilon=%.4g at delta=%s; noise_multiplier=%s, max_grad_norm=%s, a step draws each of %,d"
                        + " examples with probability %.4g",
                steps,
                epsilon(steps),
                config.targetDelta(),
                noiseMultiplier,
                config.maxGradNorm(),
                examples,
                sampleRate());
        return config.targetDelta() * examples < 1
                ? line
                : line
                        + "; privacy.target_delta is not below 1 / examples, which allows for an example to be shown whole";
    }
}
