package org.weft.monitoring.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.weft.coordinator.RunEvent;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EvaluationRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunWindows;
import org.weft.driver.progress.StepRecord;

/** The same numbers in the tab, in Prometheus' and CSV's sinks, and in a real History Server that read the event log. */
@Timeout(600)
class SparkWindowsTest {
    private static final Pattern STARTED = Pattern.compile("started at (https?://\\S+?:\\d+)");
    private static final int STEPS = 3001;
    private static final double LOSS = 2.123456789012345;

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

    @Test
    void showTheSameNumbersEverywhere() throws Exception {
        String application;
        Path log = Files.createDirectories(directory.resolve("events"));
        try (JavaSparkContext context = new JavaSparkContext(conf(log))) {
            application = context.sc().applicationId();
            String ui = context.sc().uiWebUrl().get();
            try (RunWindows windows = RunWindows.open(
                    List.of(new SparkUiWindow(context.sc()), new SparkMetricsWindow()), description())) {
                tell(windows);
                requireTab(await(ui + "/weft/", "faults; losses cost 1.5 s, 2 steps done again"));
                String metrics = await(ui + "/metrics/prometheus/", "driver_weft_step_Value{type=\"gauges\"} " + STEPS);
                assertThat(metrics)
                        .contains("_driver_weft_loss_Value{type=\"gauges\"} " + LOSS)
                        .contains("_driver_weft_val_loss_Value{type=\"gauges\"} 2.5")
                        .contains("_driver_weft_checkpoint_stall_millis_Value{type=\"gauges\"} 12.3")
                        .contains("_driver_weft_workers_Value{type=\"gauges\"} 0")
                        .contains("_driver_weft_faults_total_Value{type=\"gauges\"} 1");
                windows.ended(new RunOutcome(RunEvent.ENDED, STEPS, "done"));
            }
            requireTab(await(ui + "/weft/", "<span>ended</span>"));
            assertThat(get(ui + "/metrics/prometheus/")).as("not stale").doesNotContain("weft_loss");
            assertThat(csv("weft.loss.csv")).endsWith("," + LOSS);
        }
        requireHistory(log, application);
    }

    private SparkConf conf(Path log) throws IOException {
        return new SparkConf()
                .setMaster("local[1]")
                .setAppName("spark-windows-test")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.ui.enabled", "true")
                .set("spark.ui.port", "0")
                .set("spark.eventLog.enabled", "true")
                .set("spark.eventLog.dir", log.toUri().toString())
                .set("spark.eventLog.compress", "false") // Spark 4 does by default.
                .set(
                        "spark.metrics.conf.*.sink.prometheusServlet.class",
                        "org.apache.spark.metrics.sink.PrometheusServlet")
                .set("spark.metrics.conf.*.sink.prometheusServlet.path", "/metrics/prometheus")
                .set("spark.metrics.conf.*.sink.csv.class", "org.apache.spark.metrics.sink.CsvSink")
                .set(
                        "spark.metrics.conf.*.sink.csv.directory",
                        Files.createDirectories(directory.resolve("csv")).toString());
    }

    private static RunDescription description() {
        return new RunDescription(
                "a <run>",
                "/weft/run",
                "gpt2",
                Map.of("training.steps", "" + STEPS),
                0,
                STEPS,
                1,
                10,
                false,
                1_764_000_000_000L);
    }

    /** More steps than the log is to have, a loss and its cost, an evaluation and a checkpoint. */
    private static void tell(RunWindows windows) throws InterruptedException {
        windows.record(event(0, "joined", "worker 0", "worker 0 joined", null));
        for (int step = 1; step < STEPS; step++) {
            windows.record(step(step, 1.0 / step));
        }
        windows.record(event(STEPS - 1, "lost", "worker 0", "<script>worker 0</script> is lost", null));
        windows.record(step(STEPS, LOSS));
        windows.record(event(STEPS, "recovered", "", "back again", new EventRecord.Cost(1500, 2)));
        windows.record(new EvaluationRecord(STEPS, 0, Map.of("loss", 2.5)));
        windows.record(new CheckpointRecord(STEPS, 0, 12.3, 45.6, Double.NaN));
    }

    private static EventRecord event(int step, String kind, String member, String text, EventRecord.Cost cost) {
        return new EventRecord(step, 1_764_000_000_000L, kind, 1, member, "exec-7", text, cost);
    }

    private static StepRecord step(int step, double loss) {
        return new StepRecord(
                step,
                1_764_000_000_000L,
                loss,
                6e-4,
                1.5,
                2048,
                8192,
                0.1235,
                250.5,
                12.3,
                100,
                200,
                false,
                List.of(new StepRecord.WorkerShare(0, 4, 200.25, 12.5, 300)),
                Map.of("loss_web", 7.25));
    }

    private static void requireTab(String page) {
        assertThat(page)
                .contains("<th>loss</th><th>loss_web</th><th>learning_rate</th>")
                .contains("a &lt;run&gt;: gpt2", "&lt;script&gt;worker 0&lt;/script&gt; is lost")
                .doesNotContain("<script>worker")
                .contains("<td>" + STEPS + "</td><td>" + LOSS + "</td><td>7.25</td><td>6.0E-4</td>")
                .contains("<td>worker 0</td><td>exec-7</td><td>gone</td><td>4</td>")
                .contains("<td>12.3</td><td>45.6</td>")
                .contains("<polyline class=\"curve s1\"");
    }

    private String csv(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("csv"))) {
            Path file = files.filter(each -> each.toString().endsWith(name))
                    .findFirst()
                    .orElseThrow();
            List<String> lines = Files.readAllLines(file);
            return lines.get(lines.size() - 1);
        }
    }

    private void requireHistory(Path log, String application) throws Exception {
        assertThat(logged(log)).as("steps in the log").isBetween(500L, 1100L);
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Xmx256m",
                "-Dspark.history.fs.logDirectory=" + log.toUri(),
                "-Dspark.history.fs.update.interval=1s",
                "-Dspark.history.ui.port=0",
                "org.apache.spark.deploy.history.HistoryServer"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        Process server = builder.start();
        try {
            String address = started(server);
            requireTab(await(address + "/history/" + application + "/weft/", "<span>ended</span>"));
        } finally {
            server.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static long logged(Path log) throws IOException {
        try (Stream<Path> files = Files.walk(log)) {
            long steps = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (Stream<String> lines = Files.lines(file)) {
                    steps += lines.filter(line -> line.contains("RunPosted") && line.contains("learning_rate"))
                            .count();
                }
            }
            return steps;
        }
    }

    /** Where it listens, as it says; what it says later is read, too, for a full pipe would stop it. */
    private static String started(Process server) throws IOException {
        BufferedReader said =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            all.append(line).append('\n');
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                Thread rest = new Thread(() -> said.lines().forEach(later -> {}), "history-server-output");
                rest.setDaemon(true);
                rest.start();
                return started.group(1);
            }
        }
        throw new AssertionError("the History Server ended: " + all);
    }

    private String await(String address, String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(240);
        String page = get(address);
        while (!page.contains(text) && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            page = get(address);
        }
        assertThat(page).as(address).contains(text);
        return page;
    }

    private String get(String address) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(address))
                                .timeout(Duration.ofSeconds(150))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
