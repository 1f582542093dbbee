package org.weft.trainer.commands;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.driver.progress.Progress;
import org.weft.driver.run.StopSignals;
import org.weft.serve.ModelLoader;
import org.weft.serve.ServeOptions;
import org.weft.serve.ServedModel;
import org.weft.serve.WeftServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code serve}: a trained model behind HTTP on this machine, until SIGTERM or Ctrl-C. */
@Command(
        name = "serve",
        description = "Serve a trained model over HTTP: OpenAI's completions and chat, and a page to try it in.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions files;

    @Mixin
    private CheckpointOption path;

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
            names = "--device",
            defaultValue = "cpu",
            paramLabel = "DEVICE",
            description = "cpu, or cuda:N for this machine's Nth GPU; default ${DEFAULT-VALUE}.")
    private String device;

    @Option(names = "--name", paramLabel = "NAME", description = "What clients call the model; default: run.name.")
    private String name;

    @Option(
            names = "--chat-template",
            paramLabel = "FORMAT",
            description = "chatml, llama3 or plain; default: as the model was tuned, else its own template.")
    private String chatTemplate;

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "Keys that clients must send one of, a line each: Authorization: Bearer KEY.")
    private Path apiKeyFile;

    @Option(
            names = "--allow-host",
            split = ",",
            paramLabel = "NAME",
            description = "Names that clients may call this machine by beside localhost and its addresses; * for any."
                    + " Asked for where --host is this machine only.")
    private List<String> hosts = List.of();

    @Option(
            names = "--allow-origin",
            split = ",",
            paramLabel = "ORIGIN",
            description = "Other servers whose web pages may use this one, such as http://localhost:3000; * for any."
                    + " Default: none.")
    private List<String> origins = List.of();

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
        try (ConfigOptions.FileAccess access = files.openFiles()) {
            ModelLoader.Wish wish = new ModelLoader.Wish(name, chatTemplate, device, threads);
            ServedModel model = new ModelLoader(access.store(), wish, progress::say).at(path.path());
            CountDownLatch stop = new CountDownLatch(1);
            String ending = "finishing what runs, within " + stopTimeout + " s";
            try (StopSignals signals = new StopSignals(stop::countDown, progress, ending);
                    WeftServer server = WeftServer.start(model, options, progress::say)) {
                progress.say("serving " + model.name() + " at http://" + options.host() + ":" + server.port() + "/");
                if (options.access().apiKeys().isEmpty()
                        && !InetAddress.getByName(host).isLoopbackAddress()) {
                    progress.say("whoever reaches this machine may use it: --api-key-file asks for a key");
                }
                return serve(server, stop, progress);
            }
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What it ended with is kept beside it.
    private Integer serve(WeftServer server, CountDownLatch stop, Progress progress) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        server.ended().whenComplete((nothing, thrown) -> {
            failure[0] = thrown;
            stop.countDown();
        });
        stop.await();
        if (failure[0] != null) {
            throw WeftException.failed("the model's thread ended: " + failure[0], "start the server again");
        }
        boolean finished = server.stop(Duration.ofSeconds(stopTimeout));
        if (!finished) {
            progress.say("some requests were not finished within " + stopTimeout + " s and were answered 503");
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
                new ServeOptions.Access(apiKeys(), hosts, origins),
                new ServeOptions.Network(connections, bounds.maxBodyBytes(), bounds.patience()));
    }

    /** The lines of the key file that are not blank. Keys appear in no message. */
    private List<String> apiKeys() {
        if (apiKeyFile == null) {
            return List.of();
        }
        try {
            List<String> keys = Files.readAllLines(apiKeyFile, StandardCharsets.UTF_8).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (keys.isEmpty()) {
                throw WeftException.usage(
                        "--api-key-file " + apiKeyFile + " holds no key", "write one into it, a line");
            }
            return keys;
        } catch (IOException e) {
            throw WeftException.usage(
                    "--api-key-file " + apiKeyFile + " cannot be read: " + e, "it must be text in UTF-8");
        }
    }
}
