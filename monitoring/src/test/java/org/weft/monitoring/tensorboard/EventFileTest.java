package org.weft.monitoring.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;

class EventFileTest {
    @TempDir
    private Path home;

    private final AtomicLong nanos = new AtomicLong();
    private boolean away;

    @Test
    void onObjectStoresEventsAreKeptUntilTheirFileIsThere() throws Exception {
        try (EventFile file = new EventFile(objects(), home.toString(), "w", () -> 1_000_000L, nanos::get)) {
            add(file, 1);
            add(file, 2);
            away = true;
            file.publish(); // Fails as it closes: flushes before it made nothing safe.
            away = false;
            add(file, 3);
            add(file, 4);
        }
        assertThat(steps()).containsExactly(1L, 2L, 3L, 4L);
    }

    private void add(EventFile file, long step) {
        nanos.addAndGet(20_000_000_000L); // Each is flushed.
        file.add(EventFormat.startsAt(0, step));
    }

    private List<Long> steps() throws IOException {
        List<Long> steps = new ArrayList<>();
        try (Stream<Path> files = Files.list(home)) {
            for (Path file : files.sorted().toList()) {
                for (Events.Message event : Events.of(file)) {
                    if (event.has(7)) {
                        steps.add((Long) event.one(2));
                    }
                }
            }
        }
        return steps;
    }

    /** Files appear when they are closed, or not at all. */
    private Store objects() {
        HadoopStore local = HadoopStore.local();
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(),
                new Class<?>[] {Store.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "renames" -> false;
                    case "stream" -> {
                        OutputStream object = object((String) arguments[0]);
                        ((Store.Start) arguments[1]).writeTo(object);
                        yield object;
                    }
                    default -> method.invoke(local, arguments);
                });
    }

    private OutputStream object(String path) {
        return new ByteArrayOutputStream() {
            @Override
            public void close() throws IOException {
                if (away) {
                    throw new IOException("away");
                }
                Files.write(Path.of(path), toByteArray());
            }
        };
    }
}
