package org.weft.trainer.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.weft.core.ExitStatus;
import org.weft.core.Json;
import org.weft.core.WeftException;
import org.weft.core.html.Html;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.core.tokens.CorpusManifest;
import org.weft.corpus.report.CorpusPage;
import org.weft.monitoring.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a run as one HTML page, from its files alone. */
@Command(
        name = "report",
        description =
                "Write one HTML page, from files alone: of a run, under way or over, its curves, speed and what happened; of a"
                        + " corpus where its documents went and what its tokens are.",
        mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
    private static final int HEAD_BYTES = 2048;

    @Mixin
    private FileOptions options;

    @Parameters(paramLabel = "PATH", description = "A run's directory, or a corpus's.")
    private String path;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "The page to write, on any Hadoop file system; default PATH/report.html. Another file than a page of"
                            + " Weft's is not written over.")
    private String output;

    @Override
    public Integer call() throws Exception {
        try (FileAccess files = options.open()) {
            Store store = files.store();
            RunDirectory run = RunDirectory.of(path.replaceFirst("(?<=.)/+$", ""));
            boolean corpus = isCorpus(store, run.path());
            if (!corpus && !store.exists(run.metrics())) {
                throw WeftException.invalidData(
                        path + " has no metrics.jsonl: nothing was trained there",
                        "give the run.dir of a pretrain or finetune, or a corpus; evaluations of rows have their own"
                                + " report.html");
            }
            String to = output == null ? run.report() : output;
            requireOurs(store, to);
            String html = corpus ? CorpusPage.of(store, run.path()) : ReportPage.of(store, run);
            byte[] page = html.getBytes(StandardCharsets.UTF_8);
            store.write(to, page);
            new Summary("report")
                    .put(corpus ? "corpus" : "run", path)
                    .put("output", to)
                    .put("bytes", page.length)
                    .print();
            return ExitStatus.DONE.code();
        }
    }

    private static boolean isCorpus(Store store, String directory) throws IOException {
        String manifest = directory + "/" + CorpusManifest.FILE;
        return store.exists(manifest)
                && Json.RECORDS.readTree(store.readAll(manifest)).has("tokenizer_file");
    }

    private static void requireOurs(Store store, String to) throws IOException {
        if (!store.exists(to)) {
            return;
        }
        String head;
        try (InputStream in = store.open(to)) {
            head = new String(in.readNBytes(HEAD_BYTES), StandardCharsets.UTF_8);
        } catch (IOException directory) {
            head = "";
        }
        if (!head.contains(Html.GENERATOR)) {
            throw WeftException.usage(to + " is there and is no page of Weft's", "give another --output");
        }
    }
}
