package org.weft.bench.chaos.live;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.weft.bench.chaos.RunLog;
import org.weft.bench.chaos.Shape;
import org.weft.bench.chaos.Told;

/** What is trained: a small corpus, a GPT of some three million parameters in four buckets, and the commands for them. */
final class Training {
    private static final String CONFIGURATION = """
            run: {name: chaos, seed: 5}
            cluster: {workers: 2, servers: 2, device: cpu, executor_memory: 600m, lease_seconds: 5}
            corpus: {input: ["%s"], val_fraction: 0.05}
            tokenizer: {kind: bpe, vocab_size: 512}
            model: {layers: 4, width: 256, heads: 4, context: 64, dropout: 0.1}
            training: {global_batch: 16, micro_batch: 2, lanes: 8, learning_rate: 1.0e-3, min_learning_rate: 1.0e-4,
              warmup_steps: 10, eval_every: 50, eval_batches: 4}
            checkpoint: {every: 20, keep: 2}
            """;
    private static final String[] WORDS =
            ("the a ship sailed sea wind never always 12 7 don't it's and or from under light"
                            + " deep harbour rope mast gull storm quiet captain")
                    .split(" ");
    private static final int DOCUMENTS = 2000;

    private final Path root;
    private final Path workDir;
    private final Cluster cluster;
    private final List<String> settings;
    private final int slots;
    private final Path config;
    private final List<CommandProcess> started = new ArrayList<>();
    private boolean closed;

    /**
     * @param root the folder that holds weft
     * @param settings {@code key=value}, after the bench's own
     */
    Training(Path root, Path workDir, Cluster cluster, List<String> settings, int slots) throws IOException {
        this.root = root;
        this.workDir = workDir;
        this.cluster = cluster;
        this.settings = settings;
        this.slots = slots;
        Path text = Files.writeString(workDir.resolve("text.txt"), text());
        this.config = Files.writeString(workDir.resolve("chaos.yaml"), CONFIGURATION.formatted(text.toUri()));
    }

    private static String text() {
        Random random = new Random(7);
        StringBuilder text = new StringBuilder();
        for (int document = 0; document < DOCUMENTS; document++) {
            int words = 30 + random.nextInt(30);
            for (int word = 0; word < words; word++) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(word == words - 1 ? ".\n\n" : " ");
            }
        }
        return text.toString();
    }

    /** Makes the corpus that {@link #folder} copies. */
    void prepare() throws IOException {
        List<String> command = command("prepare", cluster.hdfs() + "/prepared", 1);
        command.addAll(List.of("--set", "cluster.master=local[2]"));
        Path log = workDir.resolve("prepare.log");
        try (CommandProcess preparing = start(command, Shape.SPLIT, new RunLog(), log)) {
            while (preparing.isAlive()) {
                Shell.sleep(100);
            }
            if (preparing.exitStatus() != 0) {
                throw new IOException("prepare ended with " + preparing.exitStatus() + ", its output is in " + log);
            }
        }
    }

    /** Starts a command, unless {@link #close} was called. */
    synchronized CommandProcess start(List<String> command, Shape shape, Told told, Path file) throws IOException {
        if (closed) {
            throw new IOException("the bench is at its end");
        }
        started.removeIf(earlier -> !earlier.isAlive());
        CommandProcess process = CommandProcess.start(command, environment(shape), told, file);
        started.add(process);
        return process;
    }

    /** Ends the commands that run; none is started from now on. */
    synchronized void close() {
        closed = true;
        started.forEach(CommandProcess::close);
    }

    /** A run's folder on HDFS, with the corpus in it. */
    String folder(String name) throws IOException {
        String folder = cluster.hdfs() + "/" + name;
        try (FileSystem hdfs = FileSystem.newInstance(URI.create(cluster.hdfs()), hadoop())) {
            FileUtil.copy(
                    hdfs,
                    new org.apache.hadoop.fs.Path(cluster.hdfs() + "/prepared/corpus"),
                    hdfs,
                    new org.apache.hadoop.fs.Path(folder + "/corpus"),
                    false,
                    hdfs.getConf());
        }
        return folder;
    }

    void remove(String folder) throws IOException {
        try (FileSystem hdfs = FileSystem.newInstance(URI.create(cluster.hdfs()), hadoop())) {
            hdfs.delete(new org.apache.hadoop.fs.Path(folder), true);
        }
    }

    private static Configuration hadoop() {
        Configuration configuration = new Configuration();
        configuration.set("dfs.client.block.write.replace-datanode-on-failure.policy", "NEVER");
        return configuration;
    }

    /** The command line of {@code pretrain} in that folder. */
    List<String> pretrain(String folder, int steps, String... options) {
        List<String> command = command("pretrain", folder, steps);
        command.addAll(List.of("--set", "cluster.master=" + cluster.master()));
        command.addAll(List.of(options));
        return command;
    }

    private List<String> command(String verb, String folder, int steps) {
        List<String> command =
                new ArrayList<>(List.of(root.resolve("weft").toString(), verb, "--config", config.toString()));
        command.addAll(List.of("--set", "run.dir=" + folder, "--set", "training.steps=" + steps));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        return command;
    }

    private Map<String, String> environment(Shape shape) {
        Map<String, String> environment = new HashMap<>(cluster.driverEnvironment());
        environment.put("WEFT_DRIVER_MEMORY", "768m");
        environment.put("WEFT_JAVA_OPTS", shape.sparkOptions(slots));
        return environment;
    }
}
