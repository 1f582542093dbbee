package org.weft.bench;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.fasterxml.jackson.databind.JsonNode;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.weft.core.Json;
import org.weft.corpus.tokenizer.Gpt2Vocabulary;
import org.weft.corpus.tokenizer.TextTokenizer;
import org.weft.corpus.tokenizer.TokenizerJson;

/**
 * MB/s of text to token ids on one thread: Weft's encoder, Hugging Face's library from Java, jtokkit where the tokenizer is
 * GPT-2's. The time is the thread's own, so that others on the machine count as little as they can; the wall's stands beside.
 *
 * <p>Arguments: rounds, {@code gpt2} or a {@code tokenizer.json}, files: {@code .jsonl} with {@code text}, others whole;
 * {@code .gz} too.
 */
public final class EncodeBench {
    private static final int WARM_UP = 4;
    private static final long TIMED_BYTES = 32 << 20;
    private static final double MEGA = 1e6;

    private final int rounds;
    private final Rounds cpu;
    private final Rounds wall;
    private final List<String> texts = new ArrayList<>();
    private final List<byte[]> documents = new ArrayList<>();
    private long bytes;
    private long tokens; // of all passes, so that none is optimised away

    /** Encodes all documents once. */
    private interface Pass {
        void run() throws IOException;
    }

    private EncodeBench(int rounds, List<String> files) throws IOException {
        this.rounds = rounds;
        this.cpu = new Rounds(rounds);
        this.wall = new Rounds(rounds);
        for (String file : files) {
            read(Path.of(file));
        }
        for (String text : texts) {
            documents.add(text.getBytes(StandardCharsets.UTF_8));
            bytes += documents.get(documents.size() - 1).length;
        }
    }

    public static void main(String[] args) throws IOException {
        List<String> arguments = List.of(args);
        EncodeBench bench = new EncodeBench(Integer.parseInt(arguments.get(0)), arguments.subList(2, arguments.size()));
        bench.run(arguments.get(1));
        System.err.print(bench.cpu.table("MB/s of the thread's time"));
        System.err.print(bench.wall.table("MB/s of the wall's"));
    }

    private void read(Path file) throws IOException {
        String name = file.getFileName().toString();
        String content;
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = name.endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            content = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        if (!name.contains(".jsonl")) {
            texts.add(content);
            return;
        }
        for (String line : content.split("\n")) {
            JsonNode text = Json.MAPPER.readTree(line).path("text");
            texts.add(text.asText());
        }
    }

    private void run(String tokenizer) throws IOException {
        boolean gpt2 = tokenizer.equals("gpt2");
        byte[] json = gpt2 ? TokenizerJson.of(Gpt2Vocabulary.load()) : Files.readAllBytes(Path.of(tokenizer));
        System.err.println(documents.size() + " documents, " + bytes + " bytes");
        try (TextTokenizer own = TextTokenizer.of(json, tokenizer);
                HuggingFaceTokenizer library = HuggingFaceTokenizer.newInstance(
                        new ByteArrayInputStream(json), Map.of("truncation", "false"))) {
            own.encodedByLibrary().ifPresent(what -> System.err.println("Weft has the library encode: " + what));
            TokenizersLibrary.LIB.disableTruncation(library.getHandle());
            Encoding encoding = gpt2 ? Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE) : null;
            requireSameIds(own, library, encoding);
            measure("weft", bytes < TIMED_BYTES ? (int) (TIMED_BYTES / bytes) : 1, () -> {
                for (byte[] document : documents) {
                    own.encode(document, true, (ids, count) -> tokens += count);
                }
            });
            measure("hugging face from java", 1, () -> {
                for (String text : texts) {
                    tokens += libraryIds(library, text).length;
                }
            });
            if (encoding != null) {
                measure("jtokkit", 1, () -> {
                    for (String text : texts) {
                        tokens += encoding.encodeOrdinary(text).size();
                    }
                });
            }
        }
    }

    private void measure(String name, int passes, Pass pass) throws IOException {
        for (int round = -WARM_UP; round < rounds; round++) {
            long started = System.nanoTime();
            long busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (int i = 0; i < passes; i++) {
                pass.run();
            }
            long ran = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - busy;
            long passed = System.nanoTime() - started;
            if (round >= 0) {
                cpu.put(name, round, bytes * (double) passes / MEGA / (ran / 1e9));
                wall.put(name, round, bytes * (double) passes / MEGA / (passed / 1e9));
            }
        }
    }

    /** Id by id of every document; where jtokkit judges, too, also that the text comes back. */
    private void requireSameIds(TextTokenizer own, HuggingFaceTokenizer library, Encoding jtokkit) throws IOException {
        long found = 0;
        for (int d = 0; d < documents.size(); d++) {
            String text = texts.get(d);
            IntStream.Builder collected = IntStream.builder();
            own.encode(documents.get(d), true, (some, count) -> Arrays.stream(some, 0, count)
                    .forEach(collected));
            int[] ids = collected.build().toArray();
            require(Arrays.equals(ids, libraryIds(library, text)), "the library's ids", text);
            if (jtokkit != null) {
                require(Arrays.equals(ids, jtokkit.encodeOrdinary(text).toArray()), "jtokkit's ids", text);
                require(own.decode(ids).equals(text), "the text itself that comes back", text);
            }
            found += ids.length;
        }
        System.err.println(found + " tokens, id by id those of the others");
    }

    private static int[] libraryIds(HuggingFaceTokenizer library, String text) {
        long encoding = TokenizersLibrary.LIB.encode(library.getHandle(), text, false);
        try {
            return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private static void require(boolean same, String what, String text) {
        if (!same) {
            throw new IllegalStateException("not " + what + ": " + text);
        }
    }
}
