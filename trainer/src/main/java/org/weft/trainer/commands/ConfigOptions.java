package org.weft.trainer.commands;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of commands that a configuration governs: where it is, and where files without a scheme are. */
public final class ConfigOptions {
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "The run's YAML, here or by a URI such as hdfs:///user/me/run.yaml; see docs/configuration.md. May"
                            + " be given many times: a later file's keys go over an earlier's, as in --config"
                            + " conf/models/gpt2.yaml --config my.yaml.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets one key over the file, e.g. --set training.steps=500. May be given many times.")
    private List<String> overrides = new ArrayList<>();

    @Mixin
    private FileOptions access;

    /** The configuration from files and overrides, validated. */
    WeftConfig load() {
        return ConfigLoader.load(sources(), overrides);
    }

    /** As {@link #load}, with {@code defaults} for what neither files nor overrides say. */
    WeftConfig loadOver(String defaults) {
        return loadOver(List.of(new ConfigLoader.Source("defaults", defaults)), List.of());
    }

    /**
     * As {@link #load}, over several sources of defaults and under some overrides of a command's own options.
     *
     * @param forced {@code section.key=value}
     */
    WeftConfig loadOver(List<ConfigLoader.Source> defaults, List<String> forced) {
        List<ConfigLoader.Source> sources = new ArrayList<>(defaults);
        sources.addAll(sources());
        List<String> all = new ArrayList<>(overrides);
        all.addAll(forced);
        return ConfigLoader.load(sources, all);
    }

    /**
     * An override for an option of a command's own.
     *
     * @param value null where it was not given
     */
    static List<String> setting(String key, String value) {
        return value == null ? List.of() : List.of(key + "=" + ConfigLoader.quoted(value));
    }

    /** One key as the user set it, before anything else is checked; empty where it is not set. */
    String peek(String section, String key) {
        return ConfigLoader.peek(sources(), overrides, section, key);
    }

    /** One key of {@code --set} alone, before anything else is checked; empty where it is not set. */
    String peekSet(String section, String key) {
        return ConfigLoader.peek(List.of(), overrides, section, key);
    }

    /** {@code run.dir} of a parsed command, before it begins; empty where it is not set or the command has none. */
    public static String runDirectory(CommandSpec command) {
        return command.mixins().values().stream()
                .map(CommandSpec::userObject)
                .filter(ConfigOptions.class::isInstance)
                .map(options -> ((ConfigOptions) options).peek("run", "dir"))
                .findFirst()
                .orElse("");
    }

    /** The configuration that a checkpoint was trained with, under this command's overrides. */
    WeftConfig over(WeftConfig base) {
        return files.isEmpty() ? ConfigLoader.recorded("the checkpoint's configuration", base, overrides) : load();
    }

    /** Whether the user gave any configuration. */
    boolean given() {
        return !files.isEmpty() || !overrides.isEmpty();
    }

    /** What a shell is given for the same configuration with some settings more. */
    String commandLine(List<String> more) {
        List<String> words = new ArrayList<>();
        files.forEach(file -> words.addAll(List.of("--config", file)));
        overrides.forEach(override -> words.addAll(List.of("--set", override)));
        more.forEach(setting -> words.addAll(List.of("--set", setting)));
        return words.stream().map(ConfigOptions::shellWord).collect(Collectors.joining(" "));
    }

    private static String shellWord(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    private List<ConfigLoader.Source> sources() {
        List<ConfigLoader.Source> sources = new ArrayList<>();
        files.forEach(file -> sources.add(new ConfigLoader.Source(file, text("--config", file))));
        if (!overrides.isEmpty()) {
            sources.add(new ConfigLoader.Source("--set", "")); // what is wrong may come from there
        }
        return sources.isEmpty() ? List.of(new ConfigLoader.Source("configuration", "")) : sources;
    }

    /**
     * The text of a path of this machine, or of a file on HDFS and the like by its URI.
     *
     * @param option that names it, for errors
     */
    static String text(String option, String file) {
        try {
            if (!file.contains("://")) {
                return Files.readString(Path.of(file));
            }
            try (InputStream in = new HadoopStore(HadoopStore.bounded(new Configuration())).open(file)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (NoSuchFileException | FileNotFoundException e) {
            throw WeftException.usage("there is no file " + file, "give " + option + " the path of a YAML file");
        } catch (IOException e) {
            throw WeftException.usage("cannot read " + file + ": " + e.getMessage(), "it must be UTF-8 text");
        }
    }

    /** As {@link FileOptions#open}. */
    FileAccess openFiles() {
        return access.open();
    }
}
