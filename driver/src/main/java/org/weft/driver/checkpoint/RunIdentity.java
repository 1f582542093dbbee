package org.weft.driver.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.weft.core.WeftException;
import org.weft.core.WeftVersion;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.checkpoint.CheckpointManifest.Shard;
import org.weft.core.checkpoint.CheckpointManifest.Source;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.config.PruningConfig;
import org.weft.core.config.SyncConfig.WeightPrediction;
import org.weft.core.config.WeftConfig;
import org.weft.core.config.Word;
import org.weft.core.params.ParameterLayout;
import org.weft.core.privacy.GradientPrivacy;
import org.weft.core.privacy.SpentPrivacy;

/**
 * What makes a run the same run from process to process: what each of its checkpoints says of it, and what a process that
 * goes on from one must agree in.
 *
 * @param config complete
 * @param layout of the parameters that learn
 * @param sources what it is trained on
 * @param privacy how its gradients are made private; null where they are not
 */
public record RunIdentity(
        WeftConfig config,
        ParameterLayout layout,
        Vocabulary vocabulary,
        List<Source> sources,
        GradientPrivacy privacy) {
    /** Sections of the configuration that decide the bits. */
    private static final List<String> DECISIVE = List.of(
            "model", "training", "sync", "corpus", "tokenizer", "dataset", "finetune", "distillation", "privacy");

    private static final int SHOWN_DIGITS = 12;

    /** Of a run whose gradients are not private. */
    public RunIdentity(WeftConfig config, ParameterLayout layout, Vocabulary vocabulary, List<Source> sources) {
        this(config, layout, vocabulary, sources, null);
    }

    /** Of parameters that no data of this run have touched. */
    public RunIdentity(WeftConfig config, ParameterLayout layout, Vocabulary vocabulary) {
        this(config, layout, vocabulary, List.of());
    }

    /**
     * What differs from checkpoint to checkpoint.
     *
     * @param skippedSteps how many of the steps up to there were skipped
     * @param tokensSeen target tokens trained on
     * @param evaluations that are known, by step
     */
    record Version(
            int step,
            int skippedSteps,
            long tokensSeen,
            int generation,
            Map<Integer, Map<String, Double>> evaluations) {}

    /**
     * What a checkpoint of this run says.
     *
     * @param sparsity null where nothing is pruned
     */
    CheckpointManifest manifest(Version version, List<Shard> shards, String paramsSha256, Double sparsity) {
        return new CheckpointManifest(
                formatVersion(sparsity),
                WeftVersion.CURRENT,
                version.step(),
                version.skippedSteps(),
                version.tokensSeen(),
                version.generation(),
                layout.hash(),
                layout.size(),
                vocabulary.size(),
                vocabulary.tokenizerSha256(),
                config.run().seed(),
                ConfigLoader.toTree(config),
                shards,
                sources,
                version.evaluations(),
                paramsSha256,
                sparsity,
                privacy == null ? null : privacy.spent(version.step()));
    }

    private int formatVersion(Double sparsity) {
        if (privacy != null) {
            return CheckpointManifest.PRIVATE_VERSION;
        }
        return sparsity == null ? CheckpointManifest.FORMAT_VERSION : CheckpointManifest.PRUNED_VERSION;
    }

    /**
     * Looks whether a run of this identity can go on from a checkpoint.
     *
     * @throws WeftException where it is of another model, tokenizer or optimizer
     */
    public void require(Checkpoint start) {
        CheckpointResolver.requireLayout(start, layout);
        requireSameComputation(start);
        if (!start.manifest().tokenizerSha256().equals(vocabulary.tokenizerSha256())) {
            throw WeftException.invalidData(
                    start.directory() + " was trained with another tokenizer than its data have now",
                    "resume on the data that it was trained on, or start anew in another run.dir");
        }
        requireTeacher(start);
        requireOptimizer(start);
        requirePrivacy(start);
    }

    /** What a run has come to is told of steps that were all made private, in one way, out of one secret. */
    private void requirePrivacy(Checkpoint start) {
        SpentPrivacy before = start.manifest().privacy();
        SpentPrivacy now =
                privacy == null ? null : privacy.spent(start.manifest().step());
        boolean same = before == null || now == null ? before == now : now.goesOnFrom(before);
        if (!same) {
            throw WeftException.invalidData(
                    start.directory() + " was trained with " + described(before) + ", configured is " + described(now)
                            + ": what both come to is not what either says",
                    "go on as it was trained, or start anew in another run.dir from a model that saw none of these examples");
        }
    }

    private static String described(SpentPrivacy privacy) {
        return privacy == null
                ? "no privacy"
                : "privacy noise_multiplier=" + privacy.noiseMultiplier() + " max_grad_norm=" + privacy.maxGradNorm()
                        + " global_batch/examples=" + privacy.sampleRate() + " of " + privacy.examples() + " seed="
                        + privacy.seedSha256().substring(0, SHOWN_DIGITS);
    }

    /** A run that began with one teacher learns from no other; none, or the first, is a change that is told. */
    private void requireTeacher(Checkpoint start) {
        Source before = teacher(start.manifest().sources());
        Source now = teacher(sources);
        if (before != null && now != null && !before.sha256().equals(now.sha256())) {
            throw WeftException.invalidData(
                    start.directory() + " was taught by " + before.path() + " as it was, sha256="
                            + before.sha256().substring(0, SHOWN_DIGITS) + "; "
                            + config.distillation().source() + " is now " + now.path()
                            + ", sha256=" + now.sha256().substring(0, SHOWN_DIGITS),
                    "put the teacher back, or start anew with these parameters: --from " + start.directory());
        }
    }

    private static Source teacher(List<Source> sources) {
        return sources.stream()
                .filter(source -> source.kind().equals(Source.TEACHER))
                .findFirst()
                .orElse(null);
    }

    /** Heads, windows and the like are in no parameter's shape, but others are another model. */
    private void requireSameComputation(Checkpoint start) {
        ModelConfig before = ReplicaLoader.configOf(start).model();
        ModelConfig now = config.model();
        if (before.heads() != now.heads()
                || before.keyValueHeads() != now.keyValueHeads()
                || before.epsilon() != now.epsilon()) {
            throw WeftException.invalidData(
                    String.format(
                            "%s was trained with heads=%d kv_heads=%d norm_epsilon=%s, configured are heads=%d kv_heads=%d"
                                    + " norm_epsilon=%s",
                            start.directory(),
                            before.heads(),
                            before.keyValueHeads(),
                            before.epsilon(),
                            now.heads(),
                            now.keyValueHeads(),
                            now.epsilon()),
                    "give the model section that it was trained with, or start anew in another run.dir");
        }
        ModelSection.require(start.directory(), before, now, free -> {}); // What is free is told as changed.
    }

    /** Another optimizer's state is of no use; the first version had AdamW's alone. */
    private void requireOptimizer(Checkpoint start) {
        WeftConfig before = ReplicaLoader.configOf(start);
        requireSame(
                start,
                "training.optimizer",
                before.training().optimizer(),
                config.training().optimizer());
        requireSame(start, "sync.mode", before.sync().mode(), config.sync().mode());
        PruningConfig.Method pruned = before.training().pruning().method();
        PruningConfig.Method prunes = config.training().pruning().method();
        if (pruned == PruningConfig.Method.MOVEMENT || prunes == PruningConfig.Method.MOVEMENT) { // It has scores.
            requireSame(start, "training.pruning.method", pruned, prunes);
        }
        if (config.sync().delay() > 0 && before.sync().delay() > 0) {
            requireSame(start, "sync.weight_prediction", prediction(before), prediction(config));
        }
        if (config.sync().local()) {
            requireSame(
                    start,
                    "sync.inner_state",
                    before.sync().innerState(),
                    config.sync().innerState());
            requireWarmup(start, before, config);
        }
    }

    private static WeightPrediction prediction(WeftConfig config) {
        return config.sync().predictsWeights(config.training()) ? WeightPrediction.TRUE : WeightPrediction.FALSE;
    }

    /** Where lanes begin rounds anew, servers keep moments of their own if, and only if, there are steps before the first. */
    private static void requireWarmup(Checkpoint start, WeftConfig before, WeftConfig now) {
        boolean alike = (before.sync().warmupSteps() > 0) == (now.sync().warmupSteps() > 0);
        if (!alike && !now.sync().keepsInnerState()) {
            throw WeftException.invalidData(
                    start.directory() + " has the state of sync.warmup_steps="
                            + before.sync().warmupSteps() + ", configured is "
                            + now.sync().warmupSteps(),
                    "go on as it was trained, or start anew with its parameters alone: --from " + start.directory());
        }
    }

    private static void requireSame(Checkpoint start, String key, Word before, Word now) {
        if (before != now) {
            throw WeftException.invalidData(
                    start.directory() + " has the state of " + key + "=" + before.word() + ", configured is "
                            + now.word(),
                    "go on as it was trained, or start anew with its parameters alone: --from " + start.directory());
        }
    }

    /**
     * What is not as it was when a checkpoint was written, though a run may go on from it: the same bits are promised only
     * under the same settings and on the same data.
     *
     * @return old and new, by name
     */
    public Map<String, String> changedSince(CheckpointManifest before) {
        Map<String, String> changed =
                differences(ConfigLoader.recorded("the checkpoint of step " + before.step(), before.config()), config);
        Map<String, String> data = byKind(before.sources());
        Map<String, String> dataNow = byKind(sources);
        data.forEach((kind, digests) -> { // What earlier versions did not write down is not known to have changed.
            if (!digests.equals(dataNow.get(kind))) {
                changed.put(kind, digests + " -> " + dataNow.getOrDefault(kind, "none"));
            }
        });
        return changed;
    }

    /**
     * What differs in two configurations of all that decides the bits.
     *
     * @return old and new, by the key that a user writes
     */
    public static Map<String, String> differences(WeftConfig before, WeftConfig after) {
        JsonNode old = ConfigLoader.toTree(before); // in today's keys
        JsonNode now = ConfigLoader.toTree(after);
        Map<String, String> changed = new TreeMap<>();
        for (String section : DECISIVE) {
            for (Map.Entry<String, JsonNode> key : now.path(section).properties()) {
                JsonNode was = old.path(section).path(key.getKey());
                if (!was.equals(key.getValue())) {
                    changed.put(section + "." + key.getKey(), was + " -> " + key.getValue());
                }
            }
        }
        JsonNode seed = old.path("run").path("seed");
        if (!seed.equals(now.path("run").path("seed"))) {
            changed.put("run.seed", seed + " -> " + after.run().seed());
        }
        return changed;
    }

    /** Those of the names in {@link #changedSince} that are keys of the configuration. */
    public static List<String> settingsOf(Collection<String> changed) {
        return changed.stream().filter(name -> name.contains(".")).toList();
    }

    /** Where data lie does not matter. */
    private static Map<String, String> byKind(List<Source> sources) {
        return sources.stream()
                .filter(Source::decidesBatches)
                .collect(Collectors.groupingBy(
                        Source::kind, TreeMap::new, Collectors.mapping(RunIdentity::digits, Collectors.joining("+"))));
    }

    private static String digits(Source source) {
        return source.sha256()
                .substring(0, Math.min(SHOWN_DIGITS, source.sha256().length()));
    }
}
