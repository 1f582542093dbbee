package org.weft.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.weft.core.model.ModelShape;

/** The files under conf/models: each has the published number of parameters, and says it. */
class ModelPresetsTest {
    private static final Path FOLDER = Path.of("..", "conf", "models");

    private record Published(int vocabSize, long parameters) {}

    /** From the papers, model cards and checkpoint files; the tiny ones are ours. */
    private static final Map<String, Published> PUBLISHED = new TreeMap<>(Map.ofEntries(
            Map.entry("gpt2", new Published(50_257, 124_439_808L)),
            Map.entry("gpt2-medium", new Published(50_257, 354_823_168L)),
            Map.entry("gpt2-large", new Published(50_257, 774_030_080L)),
            Map.entry("gpt2-xl", new Published(50_257, 1_557_611_200L)),
            Map.entry("llama-160m", new Published(32_000, 162_417_408L)),
            Map.entry("llama-1b", new Published(128_256, 1_235_814_400L)),
            Map.entry("llama-8b", new Published(128_256, 8_030_261_248L)),
            Map.entry("mistral-7b", new Published(32_000, 7_241_732_096L)),
            Map.entry("qwen2.5-0.5b", new Published(151_936, 494_032_768L)),
            Map.entry("qwen3-0.6b", new Published(151_936, 596_049_920L)),
            Map.entry("smollm2-135m", new Published(49_152, 134_515_008L)),
            Map.entry("smollm3-3b", new Published(128_256, 3_075_098_624L)),
            Map.entry("olmo2-1b", new Published(100_352, 1_484_916_736L)),
            Map.entry("gemma2-2b", new Published(256_000, 2_614_341_888L)),
            Map.entry("gemma3-1b", new Published(262_144, 999_885_952L)),
            Map.entry("phi3-mini", new Published(32_064, 3_821_079_552L)),
            Map.entry("pythia-160m", new Published(50_304, 162_322_944L)),
            Map.entry("mixtral-8x7b", new Published(32_000, 46_702_792_704L)),
            Map.entry("t5-small", new Published(32_128, 60_506_624L)),
            Map.entry("t5-v1_1-small", new Published(32_128, 76_961_152L)),
            Map.entry("bert-base", new Published(30_522, 109_514_298L)),
            Map.entry("bert-large", new Published(30_522, 335_174_458L)),
            Map.entry("roberta-base", new Published(50_265, 124_697_433L)),
            Map.entry("roberta-large", new Published(50_265, 355_412_057L)),
            Map.entry("xlm-roberta-base", new Published(250_002, 278_295_186L)),
            Map.entry("distilbert-base", new Published(30_522, 66_985_530L)),
            Map.entry("modernbert-base", new Published(50_368, 149_655_232L)),
            Map.entry("modernbert-large", new Published(50_368, 395_881_664L)),
            Map.entry("gpt2-tiny", new Published(512, 136_960L)),
            Map.entry("llama-tiny", new Published(512, 158_016L)),
            Map.entry("bert-tiny", new Published(512, 146_178L))));

    @Test
    void everyFileIsKnown() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", ""))
                            .collect(Collectors.toSet()))
                    .isEqualTo(PUBLISHED.keySet());
        }
    }

    @Test
    void hasThePublishedNumberOfParametersAndSaysIt() throws IOException {
        for (Map.Entry<String, Published> preset : PUBLISHED.entrySet()) {
            Published published = preset.getValue();
            String text = Files.readString(FOLDER.resolve(preset.getKey() + ".yaml"));
            ModelConfig model = ConfigLoader.load(preset.getKey(), text, List.of("run.dir=unused"))
                    .model();
            assertThat(new ModelShape(model, published.vocabSize()).layout().size())
                    .as(preset.getKey())
                    .isEqualTo(published.parameters());
            assertThat(text)
                    .contains("vocabulary " + published.vocabSize() + ",")
                    .contains(String.format(Locale.ROOT, "%,d parameters", published.parameters()));
        }
    }

    @Test
    void setsNothingButTheModel() throws IOException {
        WeftConfig defaults = ConfigLoader.load("defaults", "", List.of("run.dir=unused"));
        for (String name : PUBLISHED.keySet()) {
            WeftConfig config = ConfigLoader.load(
                    name, Files.readString(FOLDER.resolve(name + ".yaml")), List.of("run.dir=unused"));
            assertThat(config.training()).as(name).isEqualTo(defaults.training());
            assertThat(config.cluster()).as(name).isEqualTo(defaults.cluster());
        }
    }
}
