package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.Sha256;
import org.weft.core.checkpoint.FloatFormat;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.model.Adaptation;
import org.weft.core.model.ModelShape;
import org.weft.core.params.ParameterLayout;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.driver.checkpoint.RunIdentity;
import org.weft.driver.checkpoint.Vocabulary;
import org.weft.hub.ExportRecord;
import org.weft.hub.HuggingFaceExport;
import org.weft.trainer.UntrainedRun;

/** An export that has folders: that of a model of vectors, as sentence-transformers reads it. */
class ExportClaimsTest {
    private static final int VOCABULARY = 6;
    private static final byte[] TOKENIZER = """
            {"version": "1.0", "truncation": null, "padding": null, "normalizer": null, "post_processor": null, "decoder": null,
             "added_tokens": [], "pre_tokenizer": {"type": "Whitespace"},
             "model": {"type": "WordLevel", "unk_token": "[UNK]",
                       "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "a": 5}}}
            """.getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path temporary;

    private final Store store = HadoopStore.local();

    private Checkpoint tuned(String run) throws IOException {
        WeftConfig config = ConfigLoader.load(
                "test",
                "run: {dir: \"" + run + "\"}\nmodel: {architecture: bert, layers: 1, width: 8, heads: 2, context: 8}\n"
                        + "finetune: {task: embedding, from: base}\n",
                List.of());
        ParameterLayout layout = new ModelShape(config.model(), VOCABULARY, Adaptation.of(config, List.of())).layout();
        store.write(config.run().directory().tokenizer(), TOKENIZER);
        return UntrainedRun.write(
                store,
                config.run().directory(),
                new RunIdentity(config, layout, new Vocabulary(VOCABULARY, Sha256.hex(TOKENIZER))));
    }

    private List<String> putThereLater(String directory) throws IOException {
        return new ExportClaims(store, directory, null)
                .all().stream()
                        .filter(claim -> claim.known().equals("a file that was put there later"))
                        .map(claim -> claim.subject().substring(claim.subject().lastIndexOf("/hf/") + 4))
                        .toList();
    }

    @Test
    void foldersAreOfTheExportAndWhatIsPutIntoThemIsSeen() throws IOException {
        String home = "file://" + temporary.toAbsolutePath();
        String directory = home + "/hf";
        new HuggingFaceExport(store, tuned(home + "/run"), notice -> {})
                .write(directory, new HuggingFaceExport.Options(FloatFormat.F32, Long.MAX_VALUE, ""));
        assertThat(ExportRecord.load(store, directory).files()).containsKeys("modules.json", "1_Pooling/config.json");
        assertThat(putThereLater(directory)).isEmpty();
        store.write(directory + "/1_Pooling/model.safetensors", new byte[1]);
        store.write(directory + "/2_Dense/config.json", new byte[1]);
        assertThat(putThereLater(directory)).containsExactly("1_Pooling/model.safetensors", "2_Dense");
    }
}
