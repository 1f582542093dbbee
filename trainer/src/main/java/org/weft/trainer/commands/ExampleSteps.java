package org.weft.trainer.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.local.EmbeddedHdfs;
import org.weft.driver.progress.Progress;
import org.weft.trainer.example.Example;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The steps of an example: commands, each as a person would type it, one after the other in this process. What a step has done
 * before is not done again, and a run that was cut off goes on: the same example in the same folder may be started any number of
 * times.
 */
final class ExampleSteps {
    /** In place of a command's name: every command that reads a configuration. */
    static final String EVERY = "every";

    private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = commands();

    private final EmbeddedHdfs hdfs;
    private final Store store;
    private final Path home;
    private final List<Setting> settings;
    private final Progress progress;

    /**
     * @param home where {@code examples/…} of a step's words is
     * @param settings for commands that read a configuration; the last of a key counts
     */
    ExampleSteps(EmbeddedHdfs hdfs, Store store, Path home, List<Setting> settings, Progress progress) {
        this.hdfs = hdfs;
        this.store = store;
        this.home = home;
        this.settings = settings;
        this.progress = progress;
    }

    /** The commands that may be steps. */
    static List<String> names() {
        return List.copyOf(COMMANDS.keySet());
    }

    private static Map<String, Supplier<Callable<Integer>>> commands() {
        Map<String, Supplier<Callable<Integer>>> commands = new LinkedHashMap<>();
        commands.put("prepare", PrepareCommand::new);
        commands.put("pretrain", PretrainCommand::new);
        commands.put("finetune", FinetuneCommand::new);
        commands.put("sweep", SweepCommand::new);
        commands.put("evaluate", EvaluateCommand::new);
        commands.put("predict", PredictCommand::new);
        commands.put("generate", GenerateCommand::new);
        commands.put("report", ReportCommand::new);
        return commands;
    }

    /**
     * A key's value over the recipes.
     *
     * @param step the command that it is for, or {@link #EVERY}
     * @param assignment {@code section.key=value}
     */
    record Setting(String step, String assignment) {
        /** As a user writes it, {@code [STEP:]KEY=VALUE}. */
        static Setting of(String text) {
            int colon = text.indexOf(':');
            int equals = text.indexOf('=');
            if (colon < 0 || (equals >= 0 && equals < colon)) {
                return new Setting(EVERY, text);
            }
            String step = text.substring(0, colon);
            if (!COMMANDS.containsKey(step)) {
                throw WeftException.usage(
                        "--set " + text + ": no command " + step + " of an example",
                        "there are: " + String.join(", ", names()));
            }
            return new Setting(step, text.substring(colon + 1));
        }
    }

    /**
     * Runs a step.
     *
     * @return its exit status
     */
    ExitStatus run(List<String> words) throws Exception {
        String name = words.get(0);
        Supplier<Callable<Integer>> command = COMMANDS.get(name);
        if (command == null) {
            throw WeftException.usage(
                    "step " + shown(words) + ": no command " + name + " of an example",
                    "there are: " + String.join(", ", names()));
        }
        progress.say("\n$ weft " + shown(words));
        CommandLine line = parsed(command.get(), arguments(command.get(), words));
        String run = ConfigOptions.runDirectory(line.getCommandSpec());
        if (name.equals("prepare") && store.exists(RunDirectory.of(run).corpus() + "/" + CorpusManifest.FILE)) {
            progress.say("the corpus in " + RunDirectory.of(run).corpus() + " is prepared already");
            return ExitStatus.DONE;
        }
        if (name.equals("predict")) {
            store.delete(line.getParseResult().matchedOptionValue("--output", ""));
        }
        if ((name.equals("pretrain") || name.equals("finetune")) && begun(run)) {
            List<String> again = new ArrayList<>(arguments(command.get(), words));
            again.add("--resume");
            line = parsed(command.get(), again);
        }
        Callable<Integer> ready = line.getCommand();
        int status = ready.call();
        return Arrays.stream(ExitStatus.values())
                .filter(known -> known.code() == status)
                .findFirst()
                .orElse(ExitStatus.FAILED);
    }

    private boolean begun(String run) throws IOException {
        return new CheckpointResolver(store, progress::say).newestName(RunDirectory.of(run)) != null;
    }

    /** A step's words, with recipes found from anywhere, and with the settings that it is run under here. */
    private List<String> arguments(Callable<Integer> command, List<String> words) {
        List<String> arguments = new ArrayList<>();
        for (String word : words.subList(1, words.size())) {
            boolean recipe = word.startsWith(Example.FOLDER + "/");
            arguments.add(recipe ? home.resolve(word).toString() : word);
        }
        if (CommandSpec.forAnnotatedObject(command, factory()).findOption("--set") != null) {
            for (Setting setting : settings) {
                if (setting.step().equals(EVERY) || setting.step().equals(words.get(0))) {
                    arguments.add("--set");
                    arguments.add(setting.assignment());
                }
            }
        }
        return arguments;
    }

    private CommandLine parsed(Callable<Integer> command, List<String> arguments) {
        CommandLine line = new CommandLine(command, factory()).setCaseInsensitiveEnumValuesAllowed(true);
        try {
            line.parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.ParameterException wrong) {
            throw WeftException.usage(
                    "step " + line.getCommandName() + ": " + wrong.getMessage(),
                    "see steps in the example's " + Example.FILE);
        }
        return line;
    }

    /** Commands find their files on the HDFS that is running already. */
    private CommandLine.IFactory factory() {
        return new CommandLine.IFactory() {
            @Override
            public <K> K create(Class<K> type) throws Exception {
                return type == FileOptions.class
                        ? type.cast(new FileOptions(hdfs))
                        : CommandLine.defaultFactory().create(type);
            }
        };
    }

    /** As a shell takes them. */
    static String shown(List<String> words) {
        return words.stream()
                .map(word -> word.matches("[A-Za-z0-9_./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
    }
}
