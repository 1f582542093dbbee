package org.weft.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.ModelShape;
import org.weft.core.params.Initialization;
import org.weft.core.tokens.GenerationDefaults;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.engine.ModelReplica;
import org.weft.engine.ReplicaOptions;
import org.weft.engine.torch.NativeRuntime;
import org.weft.engine.torch.TorchReplica;
import org.weft.serve.ServeOptions;
import org.weft.serve.TextModel;
import org.weft.serve.WeftServer;

/**
 * What a server answers to clients that ask one request after the other over the loopback interface: with as many rows as
 * there are clients, then with one row. The model of the compare configuration at its first parameters, one thread; greedy
 * texts of 64 tokens. Requests repeat, so that the texts of both servers can be compared.
 *
 * <p>Arguments: clients (32), seconds (60), and tokens in place of 64.
 */
public final class ServeBench {
    private static final int VOCABULARY = 8192;
    private static final int CONTEXT = 256;
    private static final int PROMPTS = 64;
    private static final int PROMPT_TOKENS = 16;
    /** Tokens that prompts begin with, and those that follow. */
    private static final int SHARED = 200;

    private static final int OWN = 8;
    private static final int WARM = 20;
    private static final int FIRST_TOKENS = 60;
    private static final String NAME = "bench";
    /** A busy machine is slow, and that is no error. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final int clients;
    private final Duration duration;
    private final int tokens;
    private final ObjectMapper json = new ObjectMapper();
    private final Map<Integer, String> texts = new ConcurrentHashMap<>(); // by prompt, of whichever came first
    private final Map<Integer, String> different = new ConcurrentHashMap<>(); // prompts with another text as well

    private ServeBench(int clients, Duration duration, int tokens) {
        this.clients = clients;
        this.duration = duration;
        this.tokens = tokens;
    }

    public static void main(String[] args) throws Exception {
        int clients = args.length > 0 ? Integer.parseInt(args[0]) : 32;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 60;
        int tokens = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        NativeRuntime.load();
        new ServeBench(clients, Duration.ofSeconds(seconds), tokens).run();
    }

    private void run() throws Exception {
        double together = measure(clients, false);
        double alone = measure(1, false);
        System.out.printf(
                Locale.ROOT,
                "batched %.1f times the tokens of one by one; prompts whose texts differ: %d of %d%n",
                together / alone,
                different.size(),
                texts.size());
        texts.clear();
        different.clear();
        System.out.printf(Locale.ROOT, "in bfloat16 %.1f times as many%n", measure(clients, true) / together);
        System.out.printf(
                Locale.ROOT,
                "%d tokens that prompts begin with, to the first token: %.1f ms computed, %.1f ms kept%n",
                SHARED,
                toFirstToken(0),
                toFirstToken(256));
    }

    /** Milliseconds to an answer of one token to prompts that begin alike, the median. */
    private double toFirstToken(int prefixCache) throws Exception {
        ServeOptions options =
                ServeOptions.defaults().withPort(0).withTimeout(PATIENCE).withPrefixCache(prefixCache);
        try (WeftServer server = WeftServer.start(model(false), options, System.err::println)) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/v1/completions");
            HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            List<Double> millis = new ArrayList<>();
            for (int request = 0; request < WARM + FIRST_TOKENS; request++) {
                int own = request;
                int[] ids = IntStream.range(0, SHARED + OWN)
                        .map(i -> i < SHARED ? 31 * i % VOCABULARY : 1000 + 10 * own + i)
                        .toArray();
                long asked = System.nanoTime();
                HttpResponse<String> response = http.send(request(uri, ids, 1), HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 200) {
                    throw new IllegalStateException(response.body());
                }
                if (request >= WARM) {
                    millis.add((System.nanoTime() - asked) * 1e-6);
                }
            }
            return millis.stream().sorted().toList().get(millis.size() / 2);
        }
    }

    /** Tokens a second of a server with so many rows, whose matrix products are in float32 or bfloat16. */
    private double measure(int rows, boolean bfloat16) throws Exception {
        ServeOptions options =
                ServeOptions.defaults().withPort(0).withBatch(rows, 2 * clients).withTimeout(PATIENCE);
        try (WeftServer server = WeftServer.start(model(bfloat16), options, System.err::println)) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/v1/completions");
            Load load = load(uri);
            System.out.printf(
                    Locale.ROOT,
                    "%d clients, --max-batch %d, %.0f s: %d requests, %d errors, %.0f tokens/s, latency p50 %.2f s p99 %.2f s%n",
                    clients,
                    rows,
                    load.seconds,
                    load.latencies.size(),
                    load.errors,
                    load.tokens / load.seconds,
                    load.percentile(0.5),
                    load.percentile(0.99));
            return load.tokens / load.seconds;
        }
    }

    /** What all clients met. */
    private record Load(List<Double> latencies, int errors, long tokens, double seconds) {
        double percentile(double share) {
            List<Double> sorted = latencies.stream().sorted().toList();
            return sorted.isEmpty() ? Double.NaN : sorted.get((int) (share * (sorted.size() - 1)));
        }
    }

    private Load load(URI uri) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            long start = System.nanoTime();
            long end = start + duration.toNanos();
            List<Callable<Load>> work = IntStream.range(0, clients)
                    .<Callable<Load>>mapToObj(client -> () -> client(uri, client, end))
                    .toList();
            List<Double> latencies = new ArrayList<>();
            int errors = 0;
            long chosen = 0;
            for (Future<Load> each : threads.invokeAll(work)) {
                Load load = each.get();
                latencies.addAll(load.latencies);
                errors += load.errors;
                chosen += load.tokens;
            }
            return new Load(latencies, errors, chosen, (System.nanoTime() - start) * 1e-9);
        } finally {
            threads.shutdownNow();
        }
    }

    private Load client(URI uri, int client, long end) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<Double> latencies = new ArrayList<>();
        int errors = 0;
        long chosen = 0;
        for (int round = 0; System.nanoTime() < end; round++) {
            int prompt = (client + round * clients) % PROMPTS;
            long asked = System.nanoTime();
            HttpResponse<String> response = http.send(request(uri, prompt), HttpResponse.BodyHandlers.ofString());
            latencies.add((System.nanoTime() - asked) * 1e-9);
            JsonNode answer = json.readTree(response.body());
            if (response.statusCode() == 200) {
                chosen += answer.path("usage").path("completion_tokens").asInt();
                compare(prompt, answer.at("/choices/0/text").asText());
            } else {
                errors++;
            }
        }
        return new Load(latencies, errors, chosen, 0);
    }

    private void compare(int prompt, String text) {
        String first = texts.putIfAbsent(prompt, text);
        if (first != null && !first.equals(text)) {
            different.put(prompt, text);
        }
    }

    private HttpRequest request(URI uri, int prompt) {
        int[] ids = new Random(prompt)
                .ints(1 + prompt % PROMPT_TOKENS, 0, VOCABULARY - 1)
                .toArray();
        return request(uri, ids, tokens);
    }

    private static HttpRequest request(URI uri, int[] ids, int tokens) {
        String body = "{\"model\": \"" + NAME + "\", \"temperature\": 0, \"max_tokens\": " + tokens + ", \"prompt\": "
                + Arrays.toString(ids) + "}";
        return HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static TextModel model(boolean bfloat16) {
        return new TextModel(
                NAME, "", tokenizer(), CONTEXT, GenerationDefaults.NONE, Optional.empty(), "", () -> replica(bfloat16));
    }

    private static ModelReplica replica(boolean bfloat16) {
        ModelShape shape = new ModelShape(ModelConfig.gpt2(6, 384, 6, CONTEXT, 0), VOCABULARY);
        ModelReplica replica = TorchReplica.open(shape, new ReplicaOptions("cpu", 1, bfloat16, false));
        int size = (int) shape.layout().size();
        Initialization.fill(shape.layout(), 1, 0, replica.parameters(0, size).asFloatBuffer());
        replica.parametersWritten(0, size);
        return replica;
    }

    /** As many words as the model has tokens. */
    private static TextTokenizer tokenizer() {
        String words = IntStream.range(0, VOCABULARY)
                .mapToObj(id -> "\"" + (id == VOCABULARY - 1 ? "<|endoftext|>" : "w" + id) + "\":" + id)
                .collect(Collectors.joining(","));
        String file = "{\"version\":\"1.0\",\"added_tokens\":[],\"pre_tokenizer\":{\"type\":\"Whitespace\"},"
                + "\"model\":{\"type\":\"WordLevel\",\"unk_token\":\"w0\",\"vocab\":{" + words + "}}}";
        return TextTokenizer.of(file.getBytes(StandardCharsets.UTF_8), NAME);
    }
}
