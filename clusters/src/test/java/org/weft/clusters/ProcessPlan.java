package org.weft.clusters;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process that is to be started: a command, its environment, and the folder that takes its output as NAME.out and
 * NAME.err. A Java main gets this test's own class path, by the environment: command lines stay short.
 */
final class ProcessPlan {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path directory;

    private ProcessPlan(String name, List<String> command) {
        this.name = name;
        this.command = command;
    }

    static ProcessPlan command(String name, List<String> command) {
        return new ProcessPlan(name, List.copyOf(command));
    }

    /**
     * A Java main.
     *
     * @param options of the JVM, such as -Xmx256m
     */
    static ProcessPlan java(String name, List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(JAVA.toString()));
        command.addAll(options);
        command.add(mainClass);
        command.addAll(arguments);
        return command(name, command).classPath(System.getProperty("java.class.path"));
    }

    ProcessPlan classPath(String classPath) {
        return with("CLASSPATH", classPath);
    }

    /** Puts something, such as a folder of configuration, before the class path. */
    ProcessPlan classPathFirst(Path first) {
        return classPath(first + ":" + environment.get("CLASSPATH"));
    }

    /** An environment variable; null takes away what this process has of that name. */
    ProcessPlan with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    ProcessPlan with(Map<String, String> variables) {
        environment.putAll(variables);
        return this;
    }

    /** Where the process runs; the folder of its output, unless this is called. */
    ProcessPlan in(Path directory) {
        this.directory = directory;
        return this;
    }

    /** Starts it, as the head of a process group of its own. */
    RunningProcess start(Path folder) {
        try {
            Files.createDirectories(folder);
            Path out = folder.resolve(name + ".out");
            Path err = folder.resolve(name + ".err");
            List<String> detached = new ArrayList<>(List.of("setsid"));
            detached.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(detached)
                    .directory((directory == null ? folder : directory).toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()));
            environment.forEach((variable, value) -> {
                if (value == null) {
                    builder.environment().remove(variable);
                } else {
                    builder.environment().put(variable, value);
                }
            });
            return new RunningProcess(name, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
