package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.hub.gguf.GgufExport;
import org.weft.hub.gguf.GgufType;
import org.weft.hub.onnx.OnnxExport;
import org.weft.hub.onnx.OnnxType;
import org.weft.trainer.UntrainedRun;

/** Exports in other formats than Hugging Face's are followed and made again, too. */
class RecomputedExportTest {
    private static final int VOCABULARY = 11;

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();
    private Checkpoint checkpoint;

    @BeforeEach
    void checkpoint() throws IOException {
        checkpoint = UntrainedRun.write(
                store, uri("run"), "{architecture: gpt2, layers: 1, width: 32, heads: 2, context: 8}", VOCABULARY);
    }

    @Test
    void aGgufFileIsMadeAgain() throws IOException {
        new GgufExport(store, checkpoint, notice -> {}).write(uri("out"), GgufType.Q8_0, "");
        assertThat(recomputed()).hasSize(1).allMatch(claim -> claim.known().equals(claim.expected()));
        assertThat(new ExportClaims(store, uri("out"), RunDirectory.of(uri("run"))).all())
                .extracting(Claim::link)
                .containsExactly(ExportClaims.RECORD, ExportClaims.CHECKPOINT, ExportClaims.FILE);
    }

    @Test
    void anOnnxDirectoryIsMadeAgain() throws IOException {
        new OnnxExport(store, checkpoint, notice -> {}).write(uri("out"), OnnxType.INT8, "");
        assertThat(recomputed()).hasSizeGreaterThan(2).allMatch(claim -> claim.known()
                .equals(claim.expected()));
    }

    @Test
    void aRecordWhosePartsDoNotGoTogetherIsBroken() throws IOException {
        new GgufExport(store, checkpoint, notice -> {}).write(uri("out"), GgufType.F16, "");
        byte[] written = store.readAll(uri("out/weft.json"));
        assertRefused(written, "\"f16\"", "\"q9\"", "dtype=q9 is no type of format=gguf");
        assertRefused(written, "\"gguf\"", "\"tar\"", "format=tar");
        assertRefused(written, "2,", "1,", "format_version=1 format=gguf");
    }

    private void assertRefused(byte[] record, String part, String other, String message) throws IOException {
        String changed = new String(record, StandardCharsets.UTF_8).replaceFirst(Pattern.quote(part), other);
        store.write(uri("out/weft.json"), changed.getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(this::recomputed).isInstanceOf(WeftException.class).hasMessageContaining(message);
    }

    private List<Claim> recomputed() throws IOException {
        try (Scratch scratch = new Scratch(store, uri("scratch"))) {
            return RecomputedExport.claims(scratch, uri("out"), RunDirectory.of(uri("run")));
        }
    }

    private String uri(String name) {
        return "file://" + temporary.resolve(name);
    }
}
