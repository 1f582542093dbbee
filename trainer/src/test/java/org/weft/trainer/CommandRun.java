package org.weft.trainer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a command left behind: exit status, standard output, standard error. Run in this process, with the process's own
 * streams set aside; so one command at a time.
 */
public record CommandRun(int status, String out, String err) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static CommandRun of(List<String> arguments) {
        return of(arguments.toArray(String[]::new));
    }

    public static CommandRun of(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        try (PrintStream outNow = new PrintStream(outBytes, true, StandardCharsets.UTF_8);
                PrintStream errNow = new PrintStream(errBytes, true, StandardCharsets.UTF_8)) {
            System.setOut(outNow);
            System.setErr(errNow);
            int status = Main.run(arguments);
            return new CommandRun(
                    status, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** The last line of standard output. */
    public JsonNode summary() {
        String[] lines = out.strip().split("\n");
        return json(lines[lines.length - 1]);
    }

    /** Standard output as one JSON value. */
    public JsonNode json() {
        return json(out);
    }

    public String paramsSha256() {
        return summary().path("params_sha256").asText();
    }

    /** The same, where the command is expected to have done its work. */
    public CommandRun done() {
        if (status != 0) {
            throw new AssertionError("status=" + status + "\n" + out + err);
        }
        return this;
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
