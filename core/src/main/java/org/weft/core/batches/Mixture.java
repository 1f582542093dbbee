package org.weft.core.batches;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.weft.core.WeftException;
import org.weft.core.config.CurriculumStage;
import org.weft.core.config.SourceConfig;
import org.weft.core.config.Suggestion;
import org.weft.core.config.WeftConfig;
import org.weft.core.tokens.CorpusSource;
import org.weft.core.tokens.MixtureOrder;
import org.weft.core.tokens.Windows;

/**
 * What a run draws from: the corpus's sources by their weights, as the curriculum changes them, and each within its token budget.
 * Positions are those of sequences: step s takes the {@code global_batch} from {@code s * global_batch} on.
 */
final class Mixture {
    private final List<CorpusSource> sources;
    private final List<Windows> windows;
    private final WeftConfig config;
    private final MixtureOrder order;

    /** @param windows of each source's training split */
    Mixture(WeftConfig config, List<CorpusSource> sources, List<Windows> windows) {
        this.sources = configured(sources, config.corpus().sources());
        this.windows = windows;
        this.config = config;
        List<MixtureOrder.Stage> stages = stages();
        List<MixtureOrder.Source> drawn = IntStream.range(0, sources.size())
                .mapToObj(source -> drawn(source, stages))
                .toList();
        this.order = new MixtureOrder(config.run().seed(), drawn, stages);
        requireEnough();
    }

    /**
     * Weights and budgets as they are configured now: neither needs another prepare. A configuration that tells no sources apart
     * leaves them as they were then.
     */
    private static List<CorpusSource> configured(List<CorpusSource> prepared, List<SourceConfig> now) {
        if (now.isEmpty()) {
            return prepared;
        }
        List<String> there = prepared.stream().map(CorpusSource::name).toList();
        List<String> asked = now.stream().map(SourceConfig::name).toList();
        if (!Set.copyOf(there).equals(Set.copyOf(asked))) {
            throw WeftException.usage(
                    "corpus.sources names " + String.join(", ", asked) + ", and the corpus was prepared "
                            + (there.equals(List.of("")) ? "as one whole" : "of " + String.join(", ", there)),
                    "run prepare again; a source that is to have no part keeps its place with weight: 0");
        }
        return prepared.stream()
                .map(source -> {
                    SourceConfig own = now.get(asked.indexOf(source.name()));
                    return new CorpusSource(source.name(), own.weight(), own.tokens(), source.train(), source.val());
                })
                .toList();
    }

    MixtureOrder order() {
        return order;
    }

    private long perStep() {
        return config.training().globalBatch();
    }

    private List<MixtureOrder.Stage> stages() {
        List<MixtureOrder.Stage> stages = new ArrayList<>();
        List<CurriculumStage> curriculum = config.training().curriculum();
        if (curriculum.isEmpty() || curriculum.get(0).fromStep() > 0) {
            stages.add(new MixtureOrder.Stage(0, weights()));
        }
        for (int i = 0; i < curriculum.size(); i++) {
            CurriculumStage stage = curriculum.get(i);
            stages.add(new MixtureOrder.Stage(
                    stage.fromStep() * perStep(), weights("training.curriculum[" + i + "].weights", stage.weights())));
        }
        return stages;
    }

    private List<Double> weights() {
        return sources.stream().map(CorpusSource::weight).toList();
    }

    private List<Double> weights(String key, Map<String, Double> given) {
        List<String> names = sources.stream().map(CorpusSource::name).toList();
        for (String name : given.keySet()) {
            if (!names.contains(name)) {
                throw WeftException.usage(
                        key + ": the corpus has no source " + name + Suggestion.near(names, name),
                        names.equals(List.of(""))
                                ? "it was prepared as one whole: give corpus.sources and prepare again"
                                : "it has " + String.join(", ", names));
            }
        }
        for (String name : names) {
            if (!given.containsKey(name)) {
                throw WeftException.usage(
                        key + " lacks the source " + name,
                        "give each source a weight, 0 for one that has no part in it");
            }
        }
        return names.stream().map(given::get).toList();
    }

    private MixtureOrder.Source drawn(int index, List<MixtureOrder.Stage> stages) {
        CorpusSource source = sources.get(index);
        long samples = windows.get(index).count();
        boolean asked = stages.stream().anyMatch(stage -> stage.weights().get(index) > 0);
        if (samples == 0 && asked) {
            throw WeftException.invalidData(
                    named(source) + " is shorter than one context: tokens="
                            + source.train().tokens()
                            + " required=" + (config.textTokens() + 1L) + " (model.context="
                            + config.model().context() + " and one target)",
                    "give it more text, choose a smaller model.context, or leave it out with a weight of 0");
        }
        long limit = MixtureOrder.NO_LIMIT;
        if (source.tokenBudget() > 0) {
            limit = (long) (source.tokenBudget() / windows.get(index).targets());
            if (limit == 0 && asked) {
                throw WeftException.usage(
                        named(source) + " may give tokens=" + source.tokenBudget()
                                + ", less than one sequence of model.context="
                                + config.model().context(),
                        "raise its token budget, or leave it out with a weight of 0");
            }
        }
        return new MixtureOrder.Source(source.name(), Math.max(1, samples), limit);
    }

    private static String named(CorpusSource source) {
        return source.name().isEmpty() ? "the corpus" : "the source " + source.name();
    }

    private void requireEnough() {
        int steps = config.training().steps();
        if (order.end() / perStep() < steps) {
            throw WeftException.usage(
                    "the sources' token budgets are used up in step " + order.end() / perStep() + " of training.steps="
                            + steps,
                    "raise them, or set training.steps=" + order.end() / perStep());
        }
    }

    /** What the whole run draws, a line a source: for people. */
    List<String> account() {
        long positions = config.training().steps() * perStep();
        List<String> lines = new ArrayList<>();
        for (int source = 0; source < sources.size(); source++) {
            long drawn = order.drawn(source, positions);
            double tokens = drawn * windows.get(source).targets();
            lines.add(String.format(
                    Locale.ROOT,
                    "source %s: %.2f %% of the run's sequences, %,.0f tokens, %.2f epochs of its %,d",
                    sources.get(source).name(),
                    positions == 0 ? 0 : 100.0 * drawn / positions,
                    tokens,
                    drawn / (double) Math.max(1, windows.get(source).count()),
                    windows.get(source).count()));
        }
        return lines;
    }
}
