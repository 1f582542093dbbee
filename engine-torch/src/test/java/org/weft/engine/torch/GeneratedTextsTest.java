package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.core.config.ModelConfig;
import org.weft.core.model.Gpt2Family;
import org.weft.core.model.LlamaFamily;
import org.weft.core.model.ModelShape;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.GeneratedText;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;

/** Generation with the real engine: with and without its cache, in a batch and alone. */
class GeneratedTextsTest {
    private static final int CONTEXT = 24;
    private static final int VOCABULARY = 61;

    @ParameterizedTest
    @ValueSource(strings = {Gpt2Family.NAME, LlamaFamily.NAME})
    void aHundredPromptsGiveWithTheCacheWhatEachGivesAloneWithoutIt(String architecture) {
        ModelShape shape = new ModelShape(ModelConfig.of(architecture, 2, 32, 4, CONTEXT, 0), VOCABULARY);
        Random random = new Random(3);
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            prompts.add(
                    random.ints(1 + random.nextInt(CONTEXT + 4), 0, VOCABULARY).toArray());
        }
        try (ModelReplica replica = Replicas.open(shape, 8)) {
            SamplingOptions greedy = SamplingOptions.greedy();
            List<GeneratedText> batch = generate(replica, prompts, new GenerationOptions(greedy, 16, 32, true));
            for (int i = 0; i < prompts.size(); i++) {
                List<GeneratedText> alone =
                        generate(replica, prompts.subList(i, i + 1), new GenerationOptions(greedy, 16, 1, false));
                assertThat(batch.get(i).tokens())
                        .as("prompt %d", i)
                        .isEqualTo(alone.get(0).tokens());
            }
        }
    }

    private static List<GeneratedText> generate(ModelReplica replica, List<int[]> prompts, GenerationOptions options) {
        return new TokenGenerator(replica, CONTEXT, TextTokens.endless())
                .generate(prompts, options, GenerationListener.NONE);
    }
}
