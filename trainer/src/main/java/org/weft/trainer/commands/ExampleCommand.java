package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.Store;
import org.weft.driver.local.EmbeddedHdfs;
import org.weft.driver.progress.Progress;
import org.weft.trainer.example.DataFolder;
import org.weft.trainer.example.Example;
import org.weft.trainer.example.ExampleData;
import org.weft.trainer.example.TrialPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code example}: one of {@code examples/} from its data to a figure and a bar, on an embedded HDFS with real executor processes. Its
 * steps are commands with recipes that a cluster takes as they are.
 */
@Command(
        name = "example",
        description = "Runs one of examples/ on one machine, from its data to its figure; without NAME lists them.",
        mixinStandardHelpOptions = true)
public final class ExampleCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "A folder of examples/.")
    private String name;

    @Option(
            names = "--work-dir",
            paramLabel = "DIR",
            description = "Where everything is kept; default weft-example-NAME, with --small weft-example-NAME-small.")
    private Path workDir;

    @Option(names = "--small", description = "The size of a test: under a minute, with a bar of its own.")
    private boolean small;

    @Option(
            names = "--input",
            paramLabel = "PATH",
            description = "Your own data in place of the example's; its README.md says in which form.")
    private Path input;

    @Option(names = "--workers", paramLabel = "N", description = "Workers, and executors; default 2.")
    private Integer workers;

    @Option(
            names = "--set",
            paramLabel = "[STEP:]KEY=VALUE",
            description = "Sets one key over the recipes of all steps, or with the name of a command before it of that"
                    + " one's, as in --set pretrain:training.steps=500. May be given many times.")
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--data-to",
            paramLabel = "PATH",
            description = "Writes the example's data to a folder on any Hadoop path, for its recipes on a cluster, and"
                    + " does nothing else.")
    private String dataTo;

    private final Progress progress = Progress.onStderr();
    private final PartTimes times = new PartTimes(System::nanoTime);

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("weft.home", "."));
        if (name == null) {
            return list(home);
        }
        Example example = Example.named(home, name).sized(small);
        requireOptions();
        ExampleData data = ExampleData.of(example.data(), folder(home), input, small);
        if (dataTo != null) {
            try (FileAccess files = new FileAccess(null)) {
                write(data, new DataFolder(files.store(), dataTo));
            }
            return ExitStatus.DONE.code();
        }
        Path work = Files.createDirectories(
                        workDir != null ? workDir : Path.of("weft-example-" + name + (small ? "-small" : "")))
                .toRealPath();
        try (EmbeddedHdfs hdfs = EmbeddedHdfs.start(work.resolve("hdfs"))) {
            progress.say("HDFS at " + hdfs.uri() + ", kept in " + work.resolve("hdfs"));
            return run(example, data, hdfs, home, work);
        }
    }

    private Path folder(Path home) {
        return home.resolve(Example.FOLDER).resolve(name);
    }

    private String dataFolder() {
        return "/weft/examples/" + name + "/data";
    }

    private int list(Path home) throws IOException {
        refuse(given(), "is given, but no example");
        List<Example.Entry> all = Example.all(home);
        if (all.isEmpty()) {
            throw WeftException.failed(
                    "there is no folder " + home.resolve(Example.FOLDER), "start Weft with its launcher, ./weft");
        }
        all.forEach(entry -> System.out.printf(Locale.ROOT, "%-22s %s%n", entry.name(), entry.title()));
        System.out.flush();
        return ExitStatus.DONE.code();
    }

    /** The options that say how an example is run. */
    private Stream<String> given() {
        return Stream.of(
                        workDir == null ? "" : "--work-dir",
                        small && dataTo == null ? "--small" : "",
                        input == null || dataTo != null ? "" : "--input",
                        workers == null ? "" : "--workers",
                        overrides.isEmpty() ? "" : "--set",
                        name == null && dataTo != null ? "--data-to" : "")
                .filter(option -> !option.isEmpty());
    }

    private static void refuse(Stream<String> options, String why) {
        options.findFirst().ifPresent(option -> {
            throw WeftException.usage(option + " " + why, "leave it out, or see weft help example");
        });
    }

    private void requireOptions() {
        if (workers != null && workers < 1) {
            throw WeftException.usage("--workers " + workers + " must be at least 1", "");
        }
        if (dataTo != null) {
            refuse(given(), "has no effect beside --data-to, which trains nothing");
        }
        if (input != null && !Files.exists(input)) {
            throw WeftException.usage(
                    "--input: no such file or directory: " + input, "see examples/" + name + "/README.md for its form");
        }
        overrides.forEach(ExampleSteps.Setting::of); // Says what cannot be.
    }

    private void write(ExampleData data, DataFolder folder) throws IOException {
        if (folder.holds(data.origin())) {
            progress.say("data in " + folder.directory() + " are there already");
            return;
        }
        data.writeTo(folder);
        progress.say("data: " + data.origin() + " -> " + folder.directory());
    }

    private int run(Example example, ExampleData data, EmbeddedHdfs hdfs, Path home, Path work) throws Exception {
        try (FileAccess files = FileAccess.within(hdfs)) {
            Store store = files.store();
            write(data, new DataFolder(store, dataFolder()));
            times.ended("HDFS and data");
            ExampleSteps steps = new ExampleSteps(hdfs, store, home, settings(example), progress);
            for (List<String> step : example.steps()) {
                ExitStatus status = steps.run(step);
                if (status != ExitStatus.DONE) {
                    progress.say("stopped; the same command goes on from here");
                    return status.code();
                }
                times.ended(step.get(0));
            }
            ExampleOutcome outcome = ExampleOutcome.of(example, store);
            outcome.show(progress);
            List<Path> pages = outcome.copyPages(work);
            if (example.page() != null) {
                Path page = work.resolve("page.html");
                TrialPage.write(example.page(), folder(home), store, dataFolder(), page);
                progress.say("\nTry the models on one page, at http://127.0.0.1:8080/:\n./weft "
                        + ExampleSteps.shown(TrialPage.command(example.page(), work.resolve("hdfs"), page)));
            }
            explain(example, work, pages);
            outcome.summary(name).put("work_dir", work.toString()).print();
            return (outcome.met() ? ExitStatus.DONE : ExitStatus.FAILED).code();
        }
    }

    /** Of this machine, then of the size, then the user's: the last of a key counts. */
    private List<ExampleSteps.Setting> settings(Example example) {
        int number = workers == null ? 2 : workers;
        List<ExampleSteps.Setting> settings = new ArrayList<>();
        for (String machine : List.of(
                "cluster.master=local-cluster[" + number + ",2,1024]",
                "cluster.workers=" + number,
                "cluster.device=cpu",
                "cluster.executor_memory=1g")) {
            settings.add(new ExampleSteps.Setting(ExampleSteps.EVERY, machine));
        }
        if (small) {
            example.small()
                    .set()
                    .forEach((step, keys) -> keys.forEach(key -> settings.add(new ExampleSteps.Setting(step, key))));
        }
        overrides.stream().map(ExampleSteps.Setting::of).forEach(settings::add);
        return settings;
    }

    private void explain(Example example, Path work, List<Path> pages) {
        progress.say(String.format(
                Locale.ROOT,
                """

                Done in %s.
                %sOn the embedded HDFS, kept in %s:
                  /weft/examples/%s/data   what was trained on
                  %s   the run
                  ./weft inspect --hdfs %s %s
                The same on a cluster: examples/%s/README.md""",
                times,
                pages.stream().map(page -> "Page: " + page + "\n").collect(Collectors.joining()),
                work.resolve("hdfs"),
                name,
                example.run(),
                work.resolve("hdfs"),
                example.run(),
                name));
    }
}
