package org.weft.trainer.commands;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.TrainingConfig.Precision;
import org.weft.core.storage.Store;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSignals;
import org.weft.serve.ModelLoader;
import org.weft.serve.ServeOptions;
import org.weft.serve.ServedModel;
import org.weft.serve.TextModel;
import org.weft.serve.WeftServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: a trained model behind HTTP on this machine, until SIGTERM or Ctrl-C. */
@Command(
        name = "serve",
        description =
                "Serve trained models over HTTP: OpenAI's completions, chats and embeddings, what heads predict, and a"
                        + " page to try them in.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    /** A name before a path; a path that has such a beginning itself is written ./NAME=REST. */
    private static final Pattern NAMED = Pattern.compile("(?<name>[A-Za-z0-9._-]+)=(?<path>.+)");

    @Mixin
    private FileOptions files;

    @Option(
            names = "--checkpoint",
            required = true,
            paramLabel = "[NAME=]PATH",
            description =
                    "A checkpoint directory, a run directory for its newest, or a Hugging Face directory. Given several"
                            + " times, the server has several models, and requests name one; NAME is what clients call it,"
                            + " default: run.name or the directory's.")
    private List<String> checkpoints = List.of();

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "Where to listen: default ${DEFAULT-VALUE}, this machine only; 0.0.0.0 for everybody.")
    private String host;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "N",
            description = "Default ${DEFAULT-VALUE}; 0 for any that is free.")
    private int port;

    @Option(
            names = "--max-batch",
            defaultValue = "16",
            paramLabel = "N",
            description = "Texts that grow side by side; default ${DEFAULT-VALUE}. Each may take the memory of a whole"
                    + " context of keys and values.")
    private int maxBatch;

    @Option(
            names = "--queue",
            defaultValue = "256",
            paramLabel = "N",
            description = "Texts that may wait beside those; more are answered 429. Default ${DEFAULT-VALUE}.")
    private int queue;

    @Option(
            names = "--timeout",
            defaultValue = "120",
            paramLabel = "SECONDS",
            description = "Of a request, waiting included; default ${DEFAULT-VALUE}.")
    private long timeout;

    @Option(
            names = "--max-tokens",
            defaultValue = "1024",
            paramLabel = "N",
            description = "That a request may ask for, of each text; default ${DEFAULT-VALUE}.")
    private int maxTokens;

    @Option(
            names = "--prefix-cache",
            defaultValue = "256",
            paramLabel = "MB",
            description = "Keys and values of how prompts began that a model keeps for others that begin alike; default"
                    + " ${DEFAULT-VALUE}, 0 for none.")
    private int prefixCache;

    @Option(
            names = "--connections",
            defaultValue = "512",
            paramLabel = "N",
            description = "That may be open at once; default ${DEFAULT-VALUE}.")
    private int connections;

    @Option(
            names = "--threads",
            defaultValue = "0",
            paramLabel = "N",
            description = "Processor threads of the model; 0, the default, for as many as it was trained with.")
    private int threads;

    @Option(
            names = "--precision",
            defaultValue = "fp32",
            paramLabel = "HOW",
            description =
                    "Of matrix products: fp32, or bf16, which is faster where processors compute in it; texts are then"
                            + " those of rounded weights. Default ${DEFAULT-VALUE}.")
    private Precision precision;

    @Option(
            names = "--device",
            defaultValue = "cpu",
            paramLabel = "DEVICE",
            description = "cpu, or cuda:N for this machine's Nth GPU; default ${DEFAULT-VALUE}.")
    private String device;

    @Option(names = "--name", paramLabel = "NAME", description = "What clients call the one model; default: run.name.")
    private String name;

    @Option(
            names = "--chat-template",
            paramLabel = "FORMAT",
            description = "chatml, llama3 or plain; default: as the model was tuned, else its own template.")
    private String chatTemplate;

    @Mixin
    private ServePageOption page;

    @Mixin
    private ServeAccessOptions access;

    @Option(
            names = "--stop-timeout",
            defaultValue = "30",
            paramLabel = "SECONDS",
            description = "To finish what runs when asked to end; default ${DEFAULT-VALUE}.")
    private long stopTimeout;

    @Override
    public Integer call() throws Exception {
        ServeOptions options = options();
        if (threads < 0) {
            throw WeftException.usage("--threads " + threads + " must be at least 0", "");
        }
        Progress progress = Progress.onStderr();
        try (FileAccess opened = files.open()) {
            List<ServedModel> models = models(opened.store(), progress);
            CountDownLatch stop = new CountDownLatch(1);
            String ending = "finishing what runs, within " + stopTimeout + " s";
            try (StopSignals signals = new StopSignals(stop::countDown, progress, ending);
                    WeftServer server = WeftServer.start(models, options, progress::say)) {
                String names = models.stream().map(ServedModel::name).collect(Collectors.joining(", "));
                progress.say(
                        "serving " + names + " at " + scheme(options) + options.host() + ":" + server.port() + "/");
                if (!InetAddress.getByName(host).isLoopbackAddress()) {
                    sayOpen(options, progress);
                }
                return serve(server, stop, progress);
            }
        }
    }

    /** The models that were named, each found and checked, none of their parameters read yet. */
    private List<ServedModel> models(Store store, Progress progress) throws IOException {
        if (name != null && checkpoints.size() > 1) {
            throw WeftException.usage(
                    "--name " + name + " beside " + checkpoints.size() + " of --checkpoint",
                    "give each its own: --checkpoint NAME=PATH");
        }
        List<ServedModel> models = new ArrayList<>();
        for (String checkpoint : checkpoints) {
            Matcher named = NAMED.matcher(checkpoint);
            boolean own = named.matches();
            if (own && name != null) {
                throw WeftException.usage(
                        "--name " + name + " beside --checkpoint " + checkpoint + ", which has a name",
                        "leave one of the names out");
            }
            String called = own ? named.group("name") : name;
            ModelLoader.Wish wish = new ModelLoader.Wish(called, chatTemplate, device, threads, precision);
            models.add(new ModelLoader(store, wish, progress::say).at(own ? named.group("path") : checkpoint));
        }
        if (chatTemplate != null && models.stream().noneMatch(TextModel.class::isInstance)) {
            throw WeftException.usage(
                    "--chat-template " + chatTemplate + " has no effect: "
                            + models.get(0).name() + " continues no text",
                    "leave it out");
        }
        return models;
    }

    /** What others on the network can do. */
    private static void sayOpen(ServeOptions options, Progress progress) {
        if (options.access().apiKeys().isEmpty()) {
            progress.say("whoever reaches this machine may use it: --api-key-file asks for a key");
        } else if (options.network().tls().isEmpty()) {
            progress.say("keys and texts are sent in the clear, unless a proxy before this server speaks TLS:"
                    + " --tls-certificate and --tls-key");
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ended with is kept beside it.
    private Integer serve(WeftServer server, CountDownLatch stop, Progress progress) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        server.ended().whenComplete((nothing, thrown) -> {
            failure[0] = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            stop.countDown();
        });
        stop.await();
        Throwable ended = failure[0];
        if (ended != null) {
            progress.say("error: " + ended.getMessage() + "; what the others do is finished");
        }
        boolean finished = server.stop(Duration.ofSeconds(stopTimeout)); // of a thread that has ended nothing is open
        if (!finished) {
            progress.say("some requests were not finished within " + stopTimeout + " s and were answered 503");
        }
        if (ended != null) {
            throw WeftException.failed(ended.getMessage(), "start the server again");
        }
        new Summary("serve")
                .put("requests", server.requests())
                .put("tokens", server.generatedTokens())
                .print();
        return ExitStatus.DONE.code();
    }

    private ServeOptions options() {
        ServeOptions.Network bounds = ServeOptions.Network.defaults();
        return new ServeOptions(
                host,
                port,
                maxBatch,
                queue,
                Duration.ofSeconds(timeout),
                maxTokens,
                prefixCache,
                access.access(),
                new ServeOptions.Network(connections, bounds.maxBodyBytes(), bounds.patience(), access.tls()),
                page.html());
    }

    private static String scheme(ServeOptions options) {
        return options.network().tls().isPresent() ? "https://" : "http://";
    }
}
