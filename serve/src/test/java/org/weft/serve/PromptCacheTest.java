package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.weft.core.tokens.TextTokens;
import org.weft.engine.ModelReplica;
import org.weft.engine.sampling.GenerationListener;
import org.weft.engine.sampling.GenerationOptions;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenGenerator;

/** Prompts that begin alike: what they have in common is computed once, and texts are as they were. */
@Timeout(120)
class PromptCacheTest extends TinyServer {
    private static final int SHARED = 200;
    private static final int LONG = 1500; // more than are read in a round

    private static int[] prompt(int own, int length) {
        return IntStream.range(0, length)
                .map(i -> i < SHARED ? i * i % 37 : (i * own + 5) % 38)
                .toArray();
    }

    private static CompletableFuture<HttpResponse<String>> asked(int[] prompt, String fields) {
        return client.postLater(
                "/v1/completions",
                "{\"prompt\": " + Arrays.toString(prompt) + ", \"temperature\": 0, \"max_tokens\": 12" + fields + "}");
    }

    @Test
    void whatPromptsHaveInCommonIsComputedOnceAndChangesNoText() {
        List<int[]> prompts = new ArrayList<>();
        for (int own = 1; own <= 6; own++) {
            prompts.add(prompt(own, own == 3 ? LONG : SHARED + 3 * own));
        }
        double before = client.metric("weft_prompt_tokens_cached_total");
        List<CompletableFuture<HttpResponse<String>>> answers =
                prompts.stream().map(prompt -> asked(prompt, "")).toList();
        try (ModelReplica replica = TinyModel.replica(TinyModel.CONTEXT)) {
            TokenGenerator generator = new TokenGenerator(replica, TinyModel.CONTEXT, TextTokens.endless());
            for (int i = 0; i < prompts.size(); i++) {
                int[] expected = generator
                        .generate(
                                List.of(prompts.get(i)),
                                new GenerationOptions(SamplingOptions.greedy(), 12, 1, true),
                                GenerationListener.NONE)
                        .get(0)
                        .tokens();
                String text =
                        Client.json(answers.get(i).join()).at("/choices/0/text").asText();
                int[] said = Arrays.stream(text.strip().split(" "))
                        .mapToInt(word -> Integer.parseInt(word.substring(1)))
                        .toArray();
                assertThat(said).as("prompt %d", i).isEqualTo(expected);
            }
        }
        assertThat(client.metric("weft_prompt_tokens_cached_total") - before).isEqualTo(5 * (SHARED / 32 * 32));
    }

    @Test
    void anEchoOfWhatIsKeptIsScoredWhole() {
        int[] prompt = IntStream.range(0, SHARED).map(i -> i * 3 % 31).toArray(); // of this test alone
        asked(prompt, "").join();
        String fields = ", \"echo\": true, \"logprobs\": 0";
        assertThat(Client.json(asked(prompt, fields).join()).at("/choices/0/logprobs/token_logprobs"))
                .hasSize(SHARED + 12);
    }
}
