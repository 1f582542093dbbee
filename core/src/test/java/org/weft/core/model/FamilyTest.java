package org.weft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.weft.core.WeftException;
import org.weft.core.config.Architecture;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.ModelConfig;
import org.weft.core.params.ParameterLayout;

class FamilyTest {
    private static final int LAYERS = 12; // so that h.1. and h.10. are told apart

    static Stream<Family> families() {
        return Family.families().stream();
    }

    @Test
    void everyFamilyIsFoundByItsName() {
        assertThat(Architecture.all()).extracting(Architecture::name).startsWith("gpt2", "llama", "bert");
        assertThat(Family.of(model("llama"))).isInstanceOf(LlamaFamily.class);
        assertThat(Architecture.named("rnn")).isEmpty();
        assertThatThrownBy(() -> Family.of(model("rnn"))).hasMessage("model.architecture=rnn");
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyParameterHasItsPlaceInOrder(Family family) {
        ModelConfig model = model(family.name());
        ParameterLayout layout = new ModelShape(model, 11).layout();
        int[] places = family.blocksOf(layout, model);
        assertThat(places).isSorted().startsWith(-1).endsWith(model.blocks());
        long perBlock = Arrays.stream(places).filter(place -> place == 1).count();
        for (int block = 0; block < LAYERS; block++) { // of two sides those of the first: T5FamilyTest
            int wanted = block;
            boolean normed = family instanceof ModernBertFamily && block == 0; // and so not normed again
            assertThat(Arrays.stream(places).filter(place -> place == wanted).count())
                    .isEqualTo(normed ? perBlock - 1 : perBlock);
            int first = Arrays.stream(places).boxed().toList().indexOf(block);
            assertThat(layout.parameters().get(first).name()).startsWith(family.blockPrefix(model, block));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyTargetOfAdaptersIsALayerThatCanHaveTheRank(Family family) {
        ModelShape shape = new ModelShape(model(family.name()), 11);
        AdaptedLayout.requireAdapters(shape, new Adaptation.Lora(1, 4, List.of()));
        List<String> half = List.of(family.attention().get(0), "nothing");
        assertThatThrownBy(() -> AdaptedLayout.requireAdapters(shape, new Adaptation.Lora(1, 4, half)))
                .isInstanceOf(WeftException.class)
                .hasMessage("finetune.lora_targets: nothing names no linear layer of " + family.name());
        assertThatThrownBy(() -> AdaptedLayout.requireAdapters(shape, new Adaptation.Lora(1000, 4, List.of())))
                .hasMessageMatching("finetune.lora_rank=1000 is more than the rank that .* can have, [0-9]+");
    }

    @ParameterizedTest
    @MethodSource("families")
    void adaptersHaveTheirTargetsInEveryBlock(Family family) {
        Adaptation lora = new Adaptation(TaskHead.LANGUAGE, new Adaptation.Lora(2, 4, List.of()), 0, 1);
        ParameterLayout learned = new ModelShape(model(family.name()), 11, lora).layout();
        assertThat(learned.parameters())
                .hasSize(2 * attentions(family) * family.attention().size())
                .allMatch(parameter -> parameter.name().endsWith(AdaptedLayout.LORA_A)
                        || parameter.name().endsWith(AdaptedLayout.LORA_B));
    }

    /** 6 for each weight that multiplies a token: of 4 experts 1. */
    @Test
    void expertsThatATokenDoesNotGoToCostNothing() {
        double one = flops("experts: 1, experts_per_token: 1");
        double router = 6.0 * 3 * 16 * 2; // of 3 experts more, in 2 blocks
        assertThat(flops("experts: 4, experts_per_token: 1")).isEqualTo(one + router);
        double expert = 6.0 * 3 * 16 * 24 * 2;
        assertThat(flops("experts: 4, experts_per_token: 3")).isEqualTo(one + router + 2 * expert);
    }

    private static double flops(String experts) {
        String keys =
                "{architecture: mixtral, layers: 2, width: 16, heads: 2, mlp_width: 24, context: 8, " + experts + "}";
        ModelConfig model = ConfigLoader.load("test", "model: " + keys, List.of("run.dir=/x"))
                .model();
        return new ModelShape(model, 11).flopsPerToken();
    }

    @Test
    void blocksWithAWindowCostWhatItHolds() {
        String keys = "{architecture: mistral, layers: 2, width: 16, heads: 2, mlp_width: 24, context: 32";
        ModelConfig whole = ConfigLoader.load("test", "model: " + keys + "}", List.of("run.dir=/x"))
                .model();
        ModelConfig sliding = ConfigLoader.load(
                        "test", "model: " + keys + ", sliding_window: 8}", List.of("run.dir=/x"))
                .model();
        assertThat(new ModelShape(whole, 11).flopsPerToken() - new ModelShape(sliding, 11).flopsPerToken())
                .isEqualTo(12.0 * 2 * 16 * (32 - 8));
    }

    @ParameterizedTest
    @MethodSource("families")
    void itsHubTableNamesItself(Family family) {
        assertThat(family.hub().modelType()).isEqualTo(family.name());
        ParameterLayout layout = new ModelShape(model(family.name()), 11).layout();
        HubTable.Names names = family.hub().names();
        assertThat(layout.parameters())
                .allSatisfy(parameter -> assertThat(names.toLayout(names.toForeign(parameter.name())))
                        .isEqualTo(parameter.name()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "architecture: lama                    | model.architecture=lama must be one of gpt2, llama, bert, roberta, xlm-roberta, distilbert, modernbert, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, gpt_neox, mixtral, t5; did you mean llama?",
                "architecture: gpt2, kv_heads: 2       | model.kv_heads=2 is of llama, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, mixtral alone: gpt2 has none",
                "architecture: bert, rope_scaling: yarn| model.rope_scaling=yarn is of llama, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, gpt_neox, mixtral alone: bert has none",
                "architecture: llama, next_sentence: true | model.next_sentence=true is of bert alone: llama has none",
                "architecture: llama, dropout: 0.1     | model.dropout=0.1 is not of llama: it has none",
                "architecture: llama, kv_heads: 4      | model.heads=6 is not divisible by model.kv_heads=4",
                "architecture: llama, rope_scaling: yarn | model.rope_original_context is not set for model.rope_scaling=yarn",
                "architecture: roberta, next_sentence: true | model.next_sentence=true is of bert alone: roberta has none",
                "architecture: distilbert, norm_epsilon: 0.1 | model.norm_epsilon=0.1 is not of distilbert, whose is 1.0E-12: leave it at 0",
                "architecture: modernbert, dropout: 0.1 | model.dropout=0.1 is not of modernbert: it has none",
                "architecture: modernbert, sliding_window: 1 | model.sliding_window=1 must be 2 or more, or 0 for 128",
                "architecture: modernbert, rope_scaling: linear | model.rope_scaling=linear is of llama, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, gpt_neox, mixtral alone: modernbert has none",
                "architecture: bert, next_sentence: true, token_types: 1 | model.token_types=1 must be at least 2",
                "architecture: llama, sliding_window: 8 | model.sliding_window=8 is of modernbert, mistral, qwen2, qwen3, gemma2, gemma3_text, phi3, mixtral alone: llama has none",
                "architecture: gpt2, rope_theta: 9    | model.rope_theta=9.0 is of llama, modernbert, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, gpt_neox, mixtral alone: gpt2 has none",
                "architecture: modernbert, rope_factor: 8 | model.rope_factor=8.0 is of llama, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, gpt_neox, mixtral alone: modernbert has none",
                "architecture: llama, rope_factor: 8   | model.rope_factor has no effect on model.rope_scaling=none: leave it out, or say model.rope_factor=1.0",
                "architecture: llama, rope_factor: 8, rope_scaling: linear, rope_original_context: 4 | model.rope_original_context has no effect on model.rope_scaling=linear: leave it out",
                "'architecture: llama, rope_long_factors: [2], rope_scaling: dynamic, rope_original_context: 4' | model.rope_long_factors has no effect on model.rope_scaling=dynamic: leave it out",
                "architecture: gpt_neox, rope_attention_factor: 2 | model.rope_attention_factor has no effect on model.rope_scaling=none: leave it out",
                "architecture: qwen2, full_attention_every: 2 | model.full_attention_every=2 has no effect without model.sliding_window: leave it out",
                "architecture: gpt2, head_dim: 8       | model.head_dim=8 is of llama, mistral, qwen2, qwen3, smollm3, olmo2, gemma2, gemma3_text, phi3, mixtral, t5 alone: gpt2 has none",
                "architecture: llama, sequential_residual: true | model.sequential_residual=true is of gpt_neox alone: llama has none",
                "architecture: mistral, sliding_window: -1 | model.sliding_window=-1 must not be negative",
                "architecture: qwen3, head_dim: 63      | model.head_dim=63 must be even: rotary positions turn pairs",
                "architecture: gemma2, attn_logit_softcapping: -3 | model.attn_logit_softcapping=-3.0 must be positive, 0 or -1",
                "architecture: gpt_neox, rotary_fraction: 0.02 | model.rotary_fraction turns 1 of the 64 elements of a head: rotary positions turn pairs",
                "architecture: phi3, rotary_fraction: 2  | model.rotary_fraction=2.0 must be in (0, 1], or 0",
                "architecture: mixtral, experts_per_token: 9 | model.experts_per_token=9 must be at most the model's experts, 8",
                "architecture: mistral, experts: 4     | model.experts=4 is of mixtral alone: mistral has none",
                "architecture: smollm3, no_rope_every: -1 | model.no_rope_every=-1 must not be negative",
                "architecture: gpt2, token_types: 0    | model.token_types=0 must be at least 1",
            })
    void aFamilyChecksItsOwnKeysAndNoOtherMaySetThem(String keys, String problem) {
        assertThatThrownBy(() -> ConfigLoader.load("test", "model: {" + keys + "}", List.of("run.dir=/x")))
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("problems");
    }

    /** A decoder's block looks at what was written and, beside an encoder, at what was read. */
    private static int attentions(Family family) {
        return family.encodesSource() ? 3 * LAYERS : LAYERS;
    }

    private static ModelConfig model(String architecture) {
        return ModelConfig.of(architecture, LAYERS, 8, 2, 4, 0);
    }
}
