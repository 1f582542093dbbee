package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.engine.sampling.FinishReason;
import org.weft.engine.sampling.SamplingOptions;
import org.weft.engine.sampling.TokenScore;

/** What goes wrong with one text's answer is no other text's fault. */
class TextGenerationTest {
    private static final int CONTEXT = 64;

    private final WaitingLine<TextInquiry> line = new WaitingLine<>(4, Duration.ofSeconds(100), System::nanoTime);

    /** Hears a text, and lacks memory where it is told to. */
    private static final class Hearing implements TextListener {
        private final StringBuilder text = new StringBuilder();
        private final int pieces; // there is memory for
        private final boolean end;
        private ApiException failure;
        private int heard;

        Hearing(int pieces, boolean end) {
            this.pieces = pieces;
            this.end = end;
        }

        @Override
        public void scored(TokenScore score) {
            throw new AssertionError("nobody asked");
        }

        @Override
        public void piece(String piece) {
            if (++heard > pieces) {
                throw new OutOfMemoryError("no memory for a piece");
            }
            text.append(piece);
        }

        @Override
        public void ended(int tokens, FinishReason reason) {
            if (!end) {
                throw new OutOfMemoryError("no memory for the whole");
            }
        }

        @Override
        public void failed(ApiException why) {
            failure = why;
        }
    }

    private void ask(TextListener listener) {
        TextInquiry.Wish wish = new TextInquiry.Wish(
                new int[] {1, 2, 3},
                SamplingOptions.greedy(),
                List.of(),
                20,
                null,
                true,
                new TextInquiry.Scoring(-1, false));
        line.add(List.of(new TextInquiry(
                wish, System.nanoTime() + Duration.ofSeconds(100).toNanos(), listener)));
    }

    private void run(TextGeneration work) {
        do {
            work.round(line);
        } while (work.busy());
    }

    @Test
    void whereAnAnswerLacksMemoryTheOthersGoOn() throws Exception {
        ServeOptions options = ServeOptions.defaults().withBatch(4, 0).withPrefixCache(0);
        Hearing alone = new Hearing(100, true);
        Hearing good = new Hearing(100, true);
        Hearing pieces = new Hearing(3, true);
        Hearing whole = new Hearing(100, false);
        try (TextModel model = TinyModel.withoutChat(CONTEXT);
                TextGeneration work = TextGeneration.open(model, options, new ServeMetrics())) {
            ask(alone);
            run(work);
            List.of(pieces, good, whole).forEach(this::ask);
            run(work);
        }
        assertThat(good.failure).isNull();
        assertThat(good.text.toString()).isEqualTo(alone.text.toString()).hasSizeGreaterThan(20);
        assertThat(pieces.failure.status()).isEqualTo(500);
        assertThat(pieces.failure).hasMessageContaining("no memory for a piece");
        assertThat(whole.failure).hasMessageContaining("no memory for the whole");
        assertThat(line.awaitEmpty(Duration.ZERO)).isTrue();
    }
}
