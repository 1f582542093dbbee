package org.weft.trainer.commands;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.weft.core.ByteOrderMark;
import org.weft.core.Json;
import org.weft.core.JsonFault;
import org.weft.core.UnpairedSurrogates;
import org.weft.core.WeftException;
import org.weft.core.storage.AtomicOutput;
import org.weft.core.storage.Store;
import org.weft.engine.sampling.SamplingOptions;

/**
 * Prompts in, texts out, on any Hadoop file system. Prompts stand one a line, or as JSON lines in the key
 * {@code prompt} where the file is named so; texts are written as JSON lines in the prompts' order.
 */
final class BatchFiles {
    private static final String PROMPT = "prompt";

    private final Store store;

    BatchFiles(Store store) {
        this.store = store;
    }

    /** The prompts of a file; blank lines are passed over. */
    List<String> prompts(String path) throws IOException {
        boolean json = path.toLowerCase(Locale.ROOT).matches(".*\\.(jsonl|json|ndjson)(\\.[a-z0-9]+)?");
        List<String> prompts = new ArrayList<>();
        int number = 0;
        for (String line : text(path).lines().toList()) {
            number++;
            if (!line.isBlank()) {
                prompts.add(json ? prompt(line, "file=" + path + " line=" + number) : line);
            }
        }
        if (prompts.isEmpty()) {
            throw WeftException.usage("--prompts: no prompt in " + path, "write one a line, or JSON lines");
        }
        return prompts;
    }

    private String text(String path) throws IOException {
        try (InputStream in = store.openDecompressed(path)) {
            byte[] bytes = in.readAllBytes();
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return ByteOrderMark.without(text);
        } catch (FileNotFoundException absent) {
            throw WeftException.usage("--prompts: no such file: " + path, "give a file of prompts, one a line");
        } catch (CharacterCodingException other) {
            throw WeftException.invalidData(
                    "--prompts: not UTF-8: " + path,
                    "convert it first, for example: iconv -f ISO-8859-1 -t UTF-8 FILE");
        }
    }

    private static String prompt(String line, String where) {
        JsonNode object;
        try {
            object = Json.MAPPER.readTree(line);
        } catch (JsonProcessingException broken) {
            throw WeftException.invalidData(
                    "broken JSON: " + where + ": " + JsonFault.inLine(broken),
                    "each line must be an object such as {\"prompt\": \"...\"}");
        }
        if (!object.path(PROMPT).isTextual()) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            throw WeftException.invalidData(
                    "no text \"" + PROMPT + "\": " + where + " keys=" + keys,
                    "each line must be an object such as {\"prompt\": \"...\"}");
        }
        String text = object.path(PROMPT).textValue();
        int half = UnpairedSurrogates.first(text);
        if (half >= 0) {
            throw WeftException.invalidData(
                    "\"" + PROMPT + "\" is no text: " + where + ": the character at " + half
                            + " is half of a surrogate pair, \\u" + Integer.toHexString(text.charAt(half)),
                    "write the character whole, in UTF-8 or as both of its \\u escapes");
        }
        return text;
    }

    /** Writes one line a text: with the seed in it, a text comes again alone. */
    void write(String path, List<String> prompts, List<TextContinuation.Continuation> texts, SamplingOptions sampling)
            throws IOException {
        try (AtomicOutput out = store.create(path)) {
            for (int i = 0; i < texts.size(); i++) {
                ObjectNode line = Json.MAPPER
                        .createObjectNode()
                        .put(PROMPT, prompts.get(i))
                        .put("text", texts.get(i).text())
                        .put("tokens", texts.get(i).tokens())
                        .put("finish_reason", texts.get(i).reason().key())
                        .put("seed", sampling.ofText(i).seed());
                if (!texts.get(i).chosen().isEmpty()) {
                    line.set("alternatives", ChosenToken.json(texts.get(i).chosen()));
                }
                out.write(Json.MAPPER.writeValueAsBytes(line));
                out.write('\n');
            }
            out.commit();
        }
    }
}
