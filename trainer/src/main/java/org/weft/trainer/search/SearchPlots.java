package org.weft.trainer.search;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.weft.core.html.Axes;
import org.weft.core.html.Html;

/** Plots of a search: values by each key, and by steps. A trial without a value is drawn at the worse end. */
final class SearchPlots {
    private static final double DECADE = 10;
    private static final double RADIUS = 4;
    private static final double BEST_RADIUS = 6;

    private final SearchResult result;
    private final TrialResult best;
    private final double worst;

    SearchPlots(SearchResult result) {
        this.result = result;
        this.best = result.best();
        this.worst = result.objective().less() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }

    /** A dot for each trial: the key's number across, or its logarithm, or the place of its word among all. */
    String ofKey(SearchedKey key) {
        List<TrialResult> trials = result.trials();
        double[] numbers =
                trials.stream().mapToDouble(trial -> number(trial, key)).toArray();
        boolean numeric = Arrays.stream(numbers).allMatch(Double::isFinite);
        double least = Arrays.stream(numbers).min().orElse(0);
        double most = Arrays.stream(numbers).max().orElse(0);
        boolean logarithmic = numeric && least > 0 && most / least >= DECADE;
        Map<String, Integer> words = new TreeMap<>();
        if (!numeric) {
            trials.forEach(trial -> words.put(trial.trial().settings().get(key.name()), 0));
            int place = 0;
            for (Map.Entry<String, Integer> word : words.entrySet()) {
                word.setValue(++place);
            }
        }
        double[] across = new double[trials.size()];
        for (int i = 0; i < across.length; i++) {
            across[i] = !numeric
                    ? words.get(trials.get(i).trial().settings().get(key.name()))
                    : logarithmic ? Math.log10(numbers[i]) : numbers[i];
        }
        String unit = !numeric ? String.join(", ", words.keySet()) : logarithmic ? "logarithm to base 10" : "";
        Axes axes = axes(key.name(), unit, Axes.Range.of(across), values());
        for (int i = 0; i < across.length; i++) {
            if (trials.get(i) != best) {
                dot(axes, across[i], trials.get(i));
            }
        }
        for (int i = 0; i < across.length; i++) { // Over all others.
            if (trials.get(i) == best) {
                dot(axes, across[i], best);
            }
        }
        return figure(key.name(), axes);
    }

    /** A line for each trial, through the rungs that it came to. */
    String ofRungs() {
        double[] steps = result.trials().stream()
                .flatMap(trial -> trial.judged().stream())
                .mapToDouble(TrialResult.Judged::step)
                .toArray();
        double[] values = result.trials().stream()
                .flatMap(trial -> trial.judged().stream())
                .mapToDouble(one -> one.value(result.objective()))
                .toArray();
        Axes axes = axes("rungs", "step", Axes.Range.of(steps), values);
        for (TrialResult trial : result.trials()) {
            axes.line(
                    trial == best ? "bestway" : "way",
                    trial.judged().stream()
                            .mapToDouble(TrialResult.Judged::step)
                            .toArray(),
                    trial.judged().stream()
                            .mapToDouble(one -> one.value(result.objective()))
                            .toArray());
            for (TrialResult.Judged one : trial.judged()) {
                axes.dot(
                        trial == best ? "best" : "trial",
                        one.step(),
                        shown(one.value(result.objective())),
                        RADIUS,
                        title(trial));
            }
        }
        return figure("Rungs", axes);
    }

    private double[] values() {
        return result.trials().stream()
                .mapToDouble(trial -> trial.value(result.objective()))
                .toArray();
    }

    private Axes axes(String title, String xName, Axes.Range across, double[] values) {
        return new Axes(title, xName, across, result.objective().name(), Axes.Range.of(values));
    }

    private void dot(Axes axes, double x, TrialResult trial) {
        double value = trial.value(result.objective());
        String kind = trial == best ? "best" : Double.isFinite(value) ? "trial" : "lost";
        axes.dot(kind, x, shown(value), trial == best ? BEST_RADIUS : RADIUS, title(trial));
    }

    private double shown(double value) {
        return Double.isFinite(value) ? value : worst;
    }

    private String title(TrialResult trial) {
        return String.format(
                Locale.ROOT,
                "%s: %s",
                trial.trial(),
                trial.diverged() ? "diverged at step " + trial.divergedAt() : trial.value(result.objective()));
    }

    private static double number(TrialResult trial, SearchedKey key) {
        try {
            return Double.parseDouble(trial.trial().settings().get(key.name()));
        } catch (NumberFormatException word) {
            return Double.NaN;
        }
    }

    private static String figure(String title, Axes axes) {
        return "<figure><figcaption>" + Html.escaped(title) + "</figcaption>\n" + axes.render() + "</figure>\n";
    }
}
