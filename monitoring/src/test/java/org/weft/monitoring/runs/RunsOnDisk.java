package org.weft.monitoring.runs;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.weft.coordinator.RunEvent;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunRecord;
import org.weft.monitoring.Records;

/** Directories of runs, written by hand. */
record RunsOnDisk(Path home) {
    static final HadoopStore STORE = HadoopStore.local();

    Path run(String name, int steps, String lease, RunRecord... more) throws IOException {
        Path run = Files.createDirectories(home.resolve(name));
        Files.writeString(
                run.resolve("config.yaml"),
                "run: {name: " + name
                        + ", dir: /run}\ntraining: {steps: 20, warmup_steps: 1}\nmodel: {heads: 4, width: " + 64 * steps
                        + "}\n");
        List<RunRecord> records = new ArrayList<>();
        IntStream.rangeClosed(1, steps).forEach(step -> records.add(Records.step(step)));
        records.addAll(List.of(more));
        Files.writeString(run.resolve("metrics.jsonl"), lines(records));
        if (!lease.isEmpty()) {
            lease(run, 1, lease);
        }
        return run;
    }

    static void lease(Path run, int sequence, String released) throws IOException {
        Files.createDirectories(run.resolve("driver.lease"));
        Files.writeString(run.resolve("driver.lease/term-00000001.json"), """
                {"format_version": 1, "term": 1, "owner": "o", "driver": {"host": "h1", "process": 7, "application": "a"},
                 "started": "2026-01-01T00:00:00Z", "lease_seconds": 10, "sequence": %d, "generation": 1, "released": %s}
                """.formatted(sequence, released));
    }

    static String lines(List<RunRecord> records) {
        return records.stream().map(RecordFormat::line).collect(Collectors.joining("\n", "", "\n"));
    }

    static RunRecord ended(RunEvent how, int step) {
        return Records.event(how, step, Records.time(step), null);
    }

    static void append(Path run, RunRecord... records) throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), lines(List.of(records)), StandardOpenOption.APPEND);
    }

    /** The local file system, but for calls of a method on paths with an end, while that is so. */
    static Store refusing(String method, String end, BooleanSupplier now) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, called, arguments) -> {
                    boolean refused = called.getName().equals(method)
                            && arguments[0].toString().endsWith(end);
                    if (refused && now.getAsBoolean()) {
                        throw new IOException("not for you");
                    }
                    return called.invoke(STORE, arguments);
                });
    }
}
