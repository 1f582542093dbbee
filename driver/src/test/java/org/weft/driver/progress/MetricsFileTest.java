package org.weft.driver.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;

/** What storage that fails once, and again while it is made up for, leaves of a run's metrics. */
class MetricsFileTest {
    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private boolean broken;

    @BeforeEach
    void earlierLines() throws IOException {
        Files.writeString(file(), "{\"step\":1,\"val_loss\":2.0}\n{\"step\":2}\n");
    }

    @Test
    void aSecondFailureTakesNothingOfTheFile() throws IOException {
        fails(HadoopStore.local());
    }

    @Test
    void aSecondFailureTakesNothingOfTheFileWhereItIsWrittenInPlace() throws IOException {
        Configuration direct = new Configuration();
        direct.set(HadoopStore.COMMIT, "direct");
        fails(new HadoopStore(direct));
    }

    private void fails(HadoopStore store) throws IOException {
        try (MetricsFile file = new MetricsFile(failing(store), file().toString(), nanos::get)) {
            file.open(2);
            file.add("{\"step\":3}", 0);
            broken = true;
            file.add("{\"step\":4}", 0);
            for (int step = 5; step < 9; step++) { // Each is a try to open the file anew.
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
                file.add("{\"step\":" + step + "}", 0);
                assertThat(Files.readAllLines(file()))
                        .startsWith("{\"step\":1,\"val_loss\":2.0}", "{\"step\":2}", "{\"step\":3}");
            }
            broken = false;
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
            file.add("{\"step\":9}", 0);
        }
        List<String> expected = new ArrayList<>(List.of("{\"step\":1,\"val_loss\":2.0}"));
        for (int step = 2; step <= 9; step++) {
            expected.add("{\"step\":" + step + "}");
        }
        assertThat(Files.readAllLines(file())).isEqualTo(expected);
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactly(file());
        }
    }

    @Test
    void aFileThatCannotBeOpenedAnewStaysAsItIs() throws IOException {
        MetricsFile file = new MetricsFile(failing(HadoopStore.local()), file().toString(), nanos::get);
        broken = true;
        assertThat(catchThrowable(() -> file.open(1))).isInstanceOf(IOException.class);
        assertThat(Files.readAllLines(file())).hasSize(2);
    }

    @Test
    void aFileThatSomebodyRemovesBeginsAnew() throws IOException {
        try (MetricsFile file = new MetricsFile(HadoopStore.local(), file().toString(), nanos::get)) {
            file.open(0);
            file.add("{\"step\":7}", 0);
            Files.delete(file());
            file.add("{\"step\":8}", Long.MAX_VALUE);
            file.flush();
            nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
            file.add("{\"step\":9}", 0);
            assertThat(Files.readAllLines(file())).containsExactly("{\"step\":8}", "{\"step\":9}");
            Files.delete(file());
            file.add("{\"step\":10}", Long.MAX_VALUE);
        }
        assertThat(Files.readAllLines(file())).containsExactly("{\"step\":10}");
    }

    @Test
    void evaluationsAloneAreHeldOfWhatWasWritten() throws IOException {
        assertThat(MetricsLog.evaluations(HadoopStore.local(), RunDirectory.of(directory.toString()), 9))
                .extracting(RecordFormat::line)
                .containsExactly("{\"step\":1,\"val_loss\":2.0}");
    }

    /** A store whose growing files take no byte while it is broken. */
    private Store failing(HadoopStore store) {
        return (Store) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("stream")) {
                        return invoke(store, method, arguments);
                    }
                    Store.Start start = (Store.Start) arguments[1];
                    Object out = invoke(store, method, new Object[] {
                        arguments[0],
                        (Store.Start) to -> {
                            start.writeTo(to);
                            requireWhole();
                        }
                    });
                    return new Watched((OutputStream) out);
                });
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private void requireWhole() throws IOException {
        if (broken) {
            throw new IOException("disk full");
        }
    }

    private final class Watched extends OutputStream {
        private final OutputStream out;

        Watched(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            requireWhole();
            out.write(value);
        }

        @Override
        public void flush() throws IOException {
            requireWhole();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private Path file() {
        return directory.resolve("metrics.jsonl");
    }
}
