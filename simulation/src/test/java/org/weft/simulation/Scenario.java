package org.weft.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.WeftConfig;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.params.Initializer;
import org.weft.core.params.ParameterLayout;
import org.weft.core.privacy.GradientPrivacy;

/**
 * What a seed stands for: the run, and how much goes wrong in it.
 *
 * @param config of the run
 * @param layout of the parameters: tiny tensors in tiny buckets
 * @param validationBatches of one evaluation
 * @param calmAfterMicros from then on nothing goes wrong any more
 * @param loss probability that a message is lost, on its way there or back
 * @param lateness probability that a message is late
 * @param duplication probability that a message arrives twice
 * @param writeFailure probability that a write to the store fails
 * @param readFailure probability that a server cannot read what it is to load, which ends its task
 * @param mishapEveryMicros mean time between mishaps of whole processes, 0 for none
 * @param stopAtMicros when the run is asked to stop, 0 for never
 * @param rivalAtMicros when a second driver wants the run, 0 for never
 */
record Scenario(
        WeftConfig config,
        ParameterLayout layout,
        int validationBatches,
        long calmAfterMicros,
        double loss,
        double lateness,
        double duplication,
        double writeFailure,
        double readFailure,
        long mishapEveryMicros,
        long stopAtMicros,
        long rivalAtMicros) {
    private static final int BUCKET_ELEMENTS = 8;
    private static final List<String> GRADIENTS = List.of("f32", "f32", "f32", "bf16", "int8", "int4");
    private static final List<String> PRECISIONS = List.of("fp32", "bf16");
    private static final List<String> PARAMETERS = List.of("auto", "auto", "f32");
    private static final List<String> PRUNING = List.of("none", "magnitude", "movement", "keep", "magnitude");
    private static final List<String> OPTIMIZERS = List.of("adamw", "adamw", "adamw", "amsgrad", "nesterov", "sgd");
    /** Steps of the learning rate's way up. */
    private static final int WARMUP = 2;
    /** Least {@code checkpoint.keep}. */
    private static final int KEPT = Integer.getInteger("weft.simulation.keep", 1);

    static Scenario of(SplittableRandom random) {
        int lanes = 1 << random.nextInt(4);
        int steps = 4 + random.nextInt(9);
        int buckets = 1 + random.nextInt(4);
        boolean local = random.nextInt(3) == 0;
        int delay = local ? 0 : random.nextInt(2);
        int round = local ? 1 + random.nextInt(4) : 1;
        int evalEvery = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
        int seed = random.nextInt(1000);
        List<String> settings = new ArrayList<>(List.of(
                "run.seed=" + seed,
                "cluster.workers=" + (1 + random.nextInt(4)),
                "cluster.servers=" + (1 + random.nextInt(3)),
                "servers.replicas=" + (1 + random.nextInt(2)),
                "run.lease_seconds=8",
                "cluster.lease_seconds=10",
                "cluster.start_timeout_seconds=200",
                "cluster.step_timeout_seconds=200",
                "model.layers=1",
                "model.width=8",
                "model.heads=2",
                "model.context=8",
                "training.lanes=" + lanes,
                "training.global_batch=" + lanes,
                "training.micro_batch=1",
                "training.steps=" + steps,
                "training.warmup_steps=" + WARMUP,
                "training.learning_rate=0.5",
                "training.min_learning_rate=0.05",
                "training.eval_every=" + evalEvery * round,
                "training.clip_norm=" + (random.nextBoolean() ? 1 : 0),
                "checkpoint.every=" + (int) pick(random, 1, 2, 2, 3, 3, 4, 5) * round,
                "checkpoint.retries=" + (int) pick(random, 0, 0, 0, 1, 2),
                "checkpoint.keep=" + (KEPT + random.nextInt(3)),
                "cluster.rebalance_after=" + (int) pick(random, 0, 0, 0, 1, 3),
                "cluster.residency=" + (!local && random.nextInt(3) == 0 ? "streamed" : "whole"),
                "sync.mode=" + (local ? "local" : "bsp"),
                "sync.steps=" + round,
                "sync.inner_state=" + (random.nextBoolean() ? "keep" : "reset"),
                "training.optimizer=" + OPTIMIZERS.get(random.nextInt(OPTIMIZERS.size())),
                "sync.delay=" + delay,
                "sync.warmup_steps=" + (local ? 1 : delay) * (int) pick(random, 0, 0, 1, 2, 3, 5),
                "sync.weight_prediction=" + (random.nextInt(3) == 0 ? "false" : "auto"),
                "sync.gradients=" + GRADIENTS.get(random.nextInt(GRADIENTS.size())),
                "training.precision=" + PRECISIONS.get(random.nextInt(PRECISIONS.size())),
                "sync.parameters=" + PARAMETERS.get(random.nextInt(PARAMETERS.size()))));
        settings.addAll(local ? List.of() : pruning(seed, steps));
        settings.addAll(muon(seed, settings));
        settings.addAll(decay(seed, steps, round));
        settings.addAll(privacy(seed, settings));
        WeftConfig config = ConfigLoader.load("simulation", "run: {dir: /run}", settings);
        return new Scenario(
                config,
                MuonMatrices.served(
                        config, layout(buckets, random, config.training().optimizer())),
                1 + random.nextInt(5),
                VirtualTime.SECOND * (2 + random.nextInt(28)),
                pick(random, 0, 0.002, 0.01, 0.04),
                pick(random, 0, 0.01, 0.1, 0.3),
                pick(random, 0, 0.01, 0.1, 0.3),
                pick(random, 0, 0, 0.05, 0.3),
                pick(random, 0, 0, 0, 0.1, 0.3),
                (long) (VirtualTime.SECOND * pick(random, 0, 0.4, 1.5, 5)),
                random.nextInt(12) == 0 ? 1 + random.nextInt((int) (6 * VirtualTime.SECOND)) : 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt((int) (30 * VirtualTime.SECOND)) : 0);
    }

    /**
     * Of runs without rounds: of five, three become sparse and in one zeros stay. By the run's seed; nothing more is drawn for it, so that
     * a scenario's seed stands for what it stood for.
     */
    private static List<String> pruning(int seed, int steps) {
        String method = PRUNING.get(seed % PRUNING.size());
        if (method.equals("none") || method.equals("keep")) {
            return List.of("training.pruning.method=" + method);
        }
        int begin = seed % 3;
        return List.of(
                "training.pruning.method=" + method,
                "training.pruning.sparsity=0." + (3 + seed % 6),
                "training.pruning.begin_step=" + begin,
                "training.pruning.end_step=" + (begin + 1 + seed % steps),
                "training.pruning.every=" + (1 + seed % 2));
    }

    /** Of every other run of those in which nothing is pruned, where it goes: by the run's seed as well. */
    private static List<String> muon(int seed, List<String> settings) {
        boolean possible = settings.contains("sync.mode=bsp") && settings.contains("training.pruning.method=none");
        return possible && seed % 2 == 0 ? List.of("training.optimizer=muon") : List.of();
    }

    /**
     * In two runs of seven the learning rate stays at its peak and decays at the end: with rounds from the beginning of one on, and only
     * where one begins after the warm-up. By the run's seed as well.
     */
    private static List<String> decay(int seed, int steps, int round) {
        int begin = WARMUP + seed / 7 % (steps - WARMUP);
        int atRound = begin - begin % round;
        return seed % 7 >= 2 || atRound < WARMUP
                ? List.of()
                : List.of("training.schedule=wsd", "training.decay_steps=" + (steps - atRound));
    }

    /** Of two in three of the runs that may be private: nothing is drawn for it, and other runs are what they were. */
    private static List<String> privacy(int seed, List<String> settings) {
        List<String> needed =
                List.of("sync.mode=bsp", "training.clip_norm=0", "sync.gradients=f32", "cluster.residency=whole");
        if (seed % 3 == 0 || !settings.containsAll(needed)) {
            return List.of();
        }
        return List.of(
                "privacy.noise_multiplier=0." + (5 + seed % 5),
                "privacy.max_grad_norm=" + (1 + seed % 7),
                "privacy.target_delta=0.001",
                "privacy.seed_variable=SECRET");
    }

    /** How gradients are made private; null where they are not. */
    GradientPrivacy privacy() {
        return config.privacy().active()
                ? GradientPrivacy.of(config, TinyReplica.EXAMPLES, "sixteen bytes or more".getBytes(UTF_8))
                : null;
    }

    private static double pick(SplittableRandom random, double... values) {
        return values[random.nextInt(values.length)];
    }

    /**
     * A matrix of the block that products take, and a vector without decay that they do not, cut across the buckets' borders; where matrices
     * are moved as a whole, two, the first perhaps longer than a bucket, between vectors.
     */
    private static ParameterLayout layout(int buckets, SplittableRandom random, OptimizerKind optimizer) {
        int size = (buckets - 1) * BUCKET_ELEMENTS + 2 + random.nextInt(BUCKET_ELEMENTS - 1);
        int matrix = 1 + random.nextInt(size - 1);
        if (optimizer == OptimizerKind.MUON) {
            return ParameterLayout.builder(BUCKET_ELEMENTS)
                    .add("wpe.weight", List.of(3, 1), true, Initializer.normal(0.5))
                    .addFactor("h.0.high.weight", List.of(1 + matrix / 3, 3), true, Initializer.normal(0.5))
                    .addFactor("h.0.wide.weight", List.of(2, 3), true, Initializer.normal(0.5))
                    .add("vector", List.of(size - matrix), false, Initializer.ONES)
                    .build();
        }
        return ParameterLayout.builder(BUCKET_ELEMENTS)
                .addFactor("h.0.matrix.weight", List.of(matrix, 1), true, Initializer.normal(0.5))
                .add("vector", List.of(size - matrix), false, Initializer.ONES)
                .build();
    }

    /** Whether the second driver waits until it may have the run: every other one does. */
    boolean rivalStandsBy() {
        return rivalAtMicros % 2 == 1;
    }

    int workers() {
        return config.cluster().workers();
    }

    int servers() {
        return config.cluster().servers();
    }

    /** Whether replicas take factors rounded. */
    boolean bfloat16() {
        return config.training().precision() == TrainingConfig.Precision.BF16;
    }

    /** Whether late lanes are computed with predicted parameters. */
    boolean predicts() {
        return config.sync().predictsWeights(config.training());
    }

    int serverTasks() {
        return config.serverTasks();
    }

    @Override
    public String toString() {
        return String.format(
                "workers=%d servers=%dx%d lanes=%d steps=%d buckets=%d parameters=%d checkpoint.every=%d keep=%d"
                        + " eval_every=%d loss=%s late=%s twice=%s writes=%s reads=%s mishaps=%dms calm=%ds stop=%dms"
                        + " rival=%dms%s sync=%s/%d inner=%s %s delay=%d warmup=%d ahead=%s gradients=%s"
                        + " precision=%s parameters=%s residency=%s pruning=%s schedule=%s/%d noise=%s",
                workers(),
                servers(),
                config.servers().replicas(),
                config.training().lanes(),
                config.training().steps(),
                layout.bucketCount(),
                layout.size(),
                config.checkpoint().every(),
                config.checkpoint().keep(),
                config.training().evalEvery(),
                loss,
                lateness,
                duplication,
                writeFailure,
                readFailure,
                mishapEveryMicros / VirtualTime.MILLI,
                calmAfterMicros / VirtualTime.SECOND,
                stopAtMicros / VirtualTime.MILLI,
                rivalAtMicros / VirtualTime.MILLI,
                rivalStandsBy() ? " (stands by)" : "",
                config.sync().mode().word(),
                config.sync().steps(),
                config.sync().innerState().word(),
                config.training().optimizer().word(),
                config.sync().delay(),
                config.sync().warmupSteps(),
                predicts(),
                config.sync().gradients().word(),
                config.training().precision().word(),
                config.sync().parameters().word(),
                config.cluster().residency().word(),
                config.training().pruning().method().word(),
                config.training().schedule().word(),
                config.training().decaySteps(),
                config.privacy().noiseMultiplier());
    }
}
