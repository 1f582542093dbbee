package org.weft.driver.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.weft.coordinator.RunPlan;
import org.weft.core.config.PruningConfig;
import org.weft.core.config.TrainingConfig;
import org.weft.core.config.TrainingConfig.OptimizerKind;
import org.weft.core.config.TrainingConfig.Schedule;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.core.optim.LearningRateSchedule;
import org.weft.core.optim.MuonMatrices;
import org.weft.core.params.ParameterLayout;
import org.weft.core.params.RangePartitioner;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.protocol.BucketCodec;
import org.weft.core.protocol.BucketCodecs;

/**
 * What a configuration asks for that a run will not do, though it can be done: said before the run starts, with both
 * numbers.
 */
final class Remarks {
    /** Whole blocks of any codec. */
    private static final int ELEMENTS = 1024;

    private final WeftConfig config;
    private final List<String> remarks = new ArrayList<>();

    private Remarks(WeftConfig config) {
        this.config = config;
    }

    /** On a run of this plan whose gradients are not private. */
    static List<String> of(RunPlan plan) {
        return of(plan, null);
    }

    /**
     * On a run of this plan.
     *
     * @param privacy how its gradients are made private; null where they are not
     */
    static List<String> of(RunPlan plan, GradientPrivacy privacy) {
        Remarks remarks = new Remarks(plan.config());
        if (privacy != null) {
            remarks.remarks.add(privacy.account(plan.config().training().steps()));
        }
        remarks.onWarmup();
        remarks.onOptimizer();
        remarks.onPruning();
        remarks.onCluster(plan.layout());
        return remarks.remarks;
    }

    /**
     * On a run that goes on under other settings: where the learning rate is not the one that the earlier schedule had.
     *
     * @param before the optimization that the checkpoint was made with
     * @param step of the checkpoint
     * @return empty where the rate goes on as it was to
     */
    static String onResumedRate(TrainingConfig before, TrainingConfig now, int step) {
        double planned = LearningRateSchedule.of(before).at(step);
        double rate = LearningRateSchedule.of(now).at(step);
        if (planned == rate || step == 0) {
            return "";
        }
        Map<String, Object> earlier = schedule(before);
        Map<String, Object> today = schedule(now);
        Map<String, Object> same = new LinkedHashMap<>(earlier);
        same.entrySet().retainAll(today.entrySet());
        earlier.keySet().removeAll(same.keySet());
        today.keySet().removeAll(same.keySet());
        return "the learning rate of step " + (step + 1) + " is " + rate + ", after "
                + LearningRateSchedule.of(before).at(step - 1)
                + " of step " + step + ": the schedule is that of " + listed(today)
                + " now, the earlier one was that of " + listed(earlier)
                + (now.learningRates().isEmpty() ? "; training.learning_rates gives any other" : "")
                + (before.decayBegins() < step && now.schedule() == Schedule.WSD
                        ? "; --resume " + before.decayBegins() + " goes on from before the decay, without a jump"
                        : "");
    }

    /** What decides the learning rate of each step. */
    private static Map<String, Object> schedule(TrainingConfig training) {
        Map<String, Object> keys = new LinkedHashMap<>();
        keys.put("steps", training.steps());
        keys.put("learning_rate", training.learningRate());
        keys.put("min_learning_rate", training.minLearningRate());
        keys.put("warmup_steps", training.warmupSteps());
        keys.put("schedule", training.schedule().word());
        keys.put("decay_steps", training.decaySteps());
        keys.put("decay", training.decay().word());
        keys.put("learning_rates", training.learningRates());
        return keys;
    }

    private static String listed(Map<String, Object> keys) {
        return keys.entrySet().stream().map(key -> "training." + key).collect(Collectors.joining(", "));
    }

    /**
     * On copies of a shard that share an executor.
     *
     * @param copies of each shard
     * @param executors that are there
     * @return empty where no copy is lost with another
     */
    static String onCopies(int copies, int executors) {
        return executors >= copies
                ? ""
                : "servers.replicas=" + copies + " on " + executors
                        + " executor: a shard's copies are lost together with"
                        + " it, and the last checkpoint is what remains; have at least " + copies + " executors";
    }

    /**
     * On the secret by which a run's members know each other: it travels in Spark's tasks, so that it is as safe as these.
     *
     * @param encrypt whether {@code cluster.encrypt} asks for encryption
     * @return empty where Spark protects it, or nothing leaves this machine's processes
     */
    static String onSecret(SparkConf spark, boolean encrypt) {
        boolean here = spark.get("spark.master", "").startsWith("local");
        boolean known = spark.getBoolean("spark.authenticate", false);
        boolean hidden = known
                && (spark.getBoolean("spark.network.crypto.enabled", false)
                        || spark.getBoolean("spark.ssl.rpc.enabled", false));
        if (here || known && !encrypt || hidden) {
            return "";
        }
        return known
                ? "cluster.encrypt: the key travels in Spark's tasks, which Spark sends in the clear: set"
                        + " spark.network.crypto.enabled=true, too"
                : "spark.authenticate is off: whoever reaches this application's ports can have its tasks, and with them the"
                        + " secret of this run"
                        + (encrypt ? ", by which cluster.encrypt encrypts" : "")
                        + "; set spark.authenticate=true and spark.network.crypto.enabled=true, or keep the network closed";
    }

    private void onWarmup() {
        TrainingConfig training = config.training();
        if (training.learningRates().isEmpty() && training.steps() > 0 && training.warmupSteps() > training.steps()) {
            remarks.add("training.warmup_steps=" + training.warmupSteps() + " is more than training.steps="
                    + training.steps() + ": the learning rate comes to "
                    + LearningRateSchedule.of(training).at(training.steps() - 1) + " and no further, "
                    + "training.learning_rate=" + training.learningRate() + " is not reached");
        }
    }

    private void onOptimizer() {
        TrainingConfig training = config.training();
        TrainingConfig usual = WeftConfig.defaults().training();
        if (!training.learningRates().isEmpty()) {
            unused("warmup_steps", training.warmupSteps(), usual.warmupSteps(), "training.learning_rates");
            unused("learning_rate", training.learningRate(), usual.learningRate(), "training.learning_rates");
            unused("min_learning_rate", training.minLearningRate(), usual.minLearningRate(), "training.learning_rates");
            unused("schedule", training.schedule(), usual.schedule(), "training.learning_rates");
        } else if (training.schedule() == Schedule.CONSTANT) {
            unused(
                    "min_learning_rate",
                    training.minLearningRate(),
                    usual.minLearningRate(),
                    "training.schedule=constant");
        }
        if (training.schedule() != Schedule.WSD) {
            unused(
                    "decay",
                    training.decay(),
                    usual.decay(),
                    "training.schedule=" + training.schedule().word());
        }
        OptimizerKind optimizer = training.optimizer();
        String chosen = "training.optimizer=" + optimizer.word();
        if (optimizer != OptimizerKind.NESTEROV) {
            unused("momentum", training.momentum(), usual.momentum(), chosen);
        }
        if (optimizer != OptimizerKind.MUON) {
            unused("muon_momentum", training.muonMomentum(), usual.muonMomentum(), chosen);
        }
        if (optimizer == OptimizerKind.SGD || optimizer == OptimizerKind.NESTEROV) {
            unused("beta1", training.beta1(), usual.beta1(), chosen);
            unused("beta2", training.beta2(), usual.beta2(), chosen);
            unused("epsilon", training.epsilon(), usual.epsilon(), chosen);
        }
        if (!config.model().encodesSource()) {
            String model = "model.architecture=" + config.model().architecture();
            unused("mean_span_length", training.meanSpanLength(), usual.meanSpanLength(), model);
        }
        if (config.model().continuesText()) {
            unused(
                    "mask_fraction",
                    training.maskFraction(),
                    usual.maskFraction(),
                    "model.architecture=" + config.model().architecture());
        }
    }

    private void onPruning() {
        TrainingConfig training = config.training();
        PruningConfig pruning = training.pruning();
        if (pruning.rises() && pruning.endStep() > training.steps()) {
            remarks.add(
                    "training.pruning.end_step=" + pruning.endStep() + " is after training.steps=" + training.steps()
                            + ": the run ends before training.pruning.sparsity=" + pruning.sparsity() + " is reached");
        }
    }

    private void unused(String key, Object value, Object usual, String under) {
        if (!value.equals(usual)) {
            Object said = value instanceof Word word ? word.word() : value;
            remarks.add("training." + key + "=" + said + " has no effect with " + under);
        }
    }

    private void onCluster(ParameterLayout layout) {
        int workers = config.cluster().workers();
        int lanes = config.training().lanes();
        if (workers > lanes) {
            remarks.add("cluster.workers=" + workers + " are more than training.lanes=" + lanes + ": "
                    + (workers - lanes) + " of them will have nothing to compute");
        }
        BucketCodec codec = BucketCodecs.ofGradients(config.sync());
        int lanesOfOne = (lanes + workers - 1) / workers;
        double times = (double) lanesOfOne * codec.bytes(ELEMENTS) / (ELEMENTS * Float.BYTES);
        if (codec.lossy() && times >= 1) {
            remarks.add(String.format(
                    Locale.ROOT,
                    "sync.gradients=%s saves no bytes here: lanes travel by themselves, and a worker's %d take %.1f times what their"
                            + " sum takes as f32; have training.lanes=cluster.workers, or leave it out",
                    codec.name(),
                    lanesOfOne,
                    times));
        }
        int servers = config.cluster().servers();
        ParameterLayout served = MuonMatrices.served(config, layout);
        int owners = RangePartitioner.of(served, servers).owners();
        if (servers > owners) {
            String pieces = served == layout ? " buckets of parameters: " : " that parameters are spread over: ";
            remarks.add("cluster.servers=" + servers + " are more than the " + owners + pieces + (servers - owners)
                    + " of them will have none");
        }
    }
}
