package org.weft.dl4j.examples;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.weft.core.Json;

/**
 * Says what an example's training comes to: an epoch table and ten predictions on stderr, a page, a line of JSON on stdout.
 * For one thread.
 */
final class ExampleReport {
    private final Path home;
    private final String name;
    private final String network;
    private final String title;
    private final ExampleData data;
    private final int workers;
    private EpochTable table;

    ExampleReport(Path home, String name, String network, String title, ExampleData data, int workers) {
        this.home = home;
        this.name = name;
        this.network = network;
        this.title = title;
        this.data = data;
        this.workers = workers;
    }

    /** What judges the network on the validation part as epochs end. */
    ExampleTraining.EpochEnd epochs(Model model, ExampleBar bar) {
        table = new EpochTable(System.err::println, bar.metric().equals("perplexity"));
        return (epoch, loss, seconds) -> {
            Outcome validation = Outcome.of(model, data.validation(), data.steps());
            table.add(new EpochTable.Epoch(
                    epoch, loss / data.steps(), validation.loss(), validation.accuracy(), seconds));
        };
    }

    /**
     * Judges the trained network on the test part.
     *
     * @return whether it passes its bar
     */
    boolean finish(Model model, ExampleBar bar, ExampleTraining training, int epochs) throws IOException {
        double seconds =
                table.epochs().stream().mapToDouble(EpochTable.Epoch::seconds).sum();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("parameters", String.format(Locale.ROOT, "%,d", model.numParams()));
        facts.put("epochs", String.valueOf(epochs));
        facts.put("params_sha256", training.paramsSha256(epochs));
        facts.put("model", training.fitDirectory(epochs).file("model.zip"));
        Outcome test = Outcome.of(model, data.test(), data.steps());
        ExampleResult result =
                new ExampleResult(name, title, network, data, bar, table.epochs(), test, workers, seconds, facts);
        Path page = home.resolve("page.html");
        Path written = home.resolve("page.html.new");
        Files.writeString(written, new ExamplePage(result).render());
        Files.move(written, page, StandardCopyOption.REPLACE_EXISTING);
        say(result, page);
        print(result, page);
        return result.passes();
    }

    private static void say(ExampleResult result, Path page) {
        System.err.println("ten predictions, beside what is right:");
        for (ExampleResult.Prediction one : result.predictions()) {
            String words = one.shown().words();
            System.err.printf(
                    Locale.ROOT,
                    "  %s %-12s %-12s %s%n",
                    one.isRight() ? " " : "x",
                    one.predicted(),
                    one.right(),
                    words.length() > 90 ? "…" + words.substring(words.length() - 90) : words);
        }
        ExampleBar bar = result.bar();
        System.err.printf(
                Locale.ROOT,
                "%s: %s %s on the test part, guessing gets %s; the bar is %s: %s%n",
                result.name(),
                bar.metric(),
                bar.number(result.measured()),
                bar.number(result.data().guess()),
                bar.words(),
                result.passes() ? "passes" : "FAILS");
        System.err.println("page   " + page);
        System.err.println("model  " + result.facts().get("model") + " (ModelSerializer reads it)");
    }

    private static void print(ExampleResult result, Path page) throws IOException {
        List<EpochTable.Epoch> epochs = result.epochs();
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("command", "example")
                .put("example", result.name())
                .put("network", result.network())
                .put("epochs", epochs.size())
                .put("train_loss", epochs.get(epochs.size() - 1).trainLoss())
                .put("val_loss", epochs.get(epochs.size() - 1).valLoss())
                .put("test_loss", result.test().loss())
                .put("test_accuracy", result.test().accuracy())
                .put(result.bar().metric(), result.measured())
                .put("bar", result.bar().words())
                .put("passes", result.passes())
                .put("workers", result.workers())
                .put("seconds", Math.round(result.seconds()))
                .put("params_sha256", result.facts().get("params_sha256"))
                .put("model", result.facts().get("model"))
                .put("page", page.toString());
        System.out.println(Json.MAPPER.writeValueAsString(line));
    }
}
