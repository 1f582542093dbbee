package org.weft.monitoring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.WeftException;
import org.weft.core.checkpoint.CheckpointManifest;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.CheckpointResolver;
import org.weft.driver.progress.RunDescription;

/**
 * What lies beside a run's numbers.
 *
 * @param config null where there is none that can be read
 * @param checkpoints that are there, by step
 */
public record RunFiles(String directory, WeftConfig config, TreeMap<Integer, CheckpointManifest> checkpoints) {
    private static final Logger LOG = LoggerFactory.getLogger(RunFiles.class);

    /** All of it. */
    public static RunFiles read(Store store, RunDirectory run) throws IOException {
        TreeMap<Integer, CheckpointManifest> checkpoints = new TreeMap<>();
        for (int step : new CheckpointResolver(store, LOG::info).committedSteps(run)) {
            try {
                checkpoints.put(step, CheckpointManifest.load(store, run.step(step)));
            } catch (WeftException damaged) {
                LOG.warn("checkpoint of step {} is left out: {}", step, damaged.getMessage());
            }
        }
        return new RunFiles(RunDescription.withoutCredentials(run.path()), config(store, run), checkpoints);
    }

    /** The configuration alone. */
    public static RunFiles withoutCheckpoints(Store store, RunDirectory run) throws IOException {
        return new RunFiles(RunDescription.withoutCredentials(run.path()), config(store, run), new TreeMap<>());
    }

    private static WeftConfig config(Store store, RunDirectory run) throws IOException {
        WeftConfig config = null;
        if (store.exists(run.config())) {
            try {
                String yaml = new String(store.readAll(run.config()), StandardCharsets.UTF_8);
                config = ConfigLoader.recorded(run.config(), yaml);
            } catch (WeftException unreadable) {
                LOG.warn("{} is left out: {}", run.config(), unreadable.getMessage());
            }
        }
        return config;
    }

    public String name() {
        return config == null ? RunDirectory.nameOf(directory) : config.run().name();
    }

    public Optional<Integer> steps() {
        return Optional.ofNullable(config).map(all -> all.training().steps());
    }

    public Optional<String> model() {
        return Optional.ofNullable(config)
                .map(all -> all.model().architecture() + ", " + all.model().layers() + " blocks of width "
                        + all.model().width() + ", context " + all.model().context());
    }

    public Map<String, String> settings() {
        return config == null ? Map.of() : RunDescription.settings(ConfigLoader.toTree(config));
    }

    /** Null where there is none. */
    public CheckpointManifest newest() {
        return checkpoints.isEmpty() ? null : checkpoints.lastEntry().getValue();
    }
}
