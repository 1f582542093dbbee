package org.weft.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Tokens one by one against all of them decoded at once. */
class TextStreamTest {
    private static final String[] WORDS = {"▁the", "▁sea", "s", ",", "▁naïve", "▁北京", "🙂", "▁"};

    private final List<byte[]> vocabulary = new ArrayList<>();
    private int mostDecoded;

    /** As a byte-level tokenizer does: the bytes of all tokens, then characters. */
    private String bytes(int[] tokens) {
        mostDecoded = Math.max(mostDecoded, tokens.length);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int token : tokens) {
            bytes.writeBytes(vocabulary.get(token));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** As SentencePiece's do: a word brings its blank along, but not at the beginning. */
    private static String words(int[] tokens) {
        StringBuilder text = new StringBuilder();
        for (int token : tokens) {
            text.append(WORDS[token]);
        }
        String spaced = text.toString().replace('▁', ' ');
        return spaced.startsWith(" ") ? spaced.substring(1) : spaced;
    }

    @Test
    void whatFollowsIsSpeltAsWhatStandsAfterIt() {
        StringBuilder alone = new StringBuilder();
        new TextStream(TextStreamTest::words, List.of(), alone::append).token(1);
        assertThat(alone).hasToString("sea");
        for (int before : new int[] {1, 7, 8, 30}) {
            StringBuilder after = new StringBuilder();
            TextStream stream = new TextStream(TextStreamTest::words, List.of("the"), after::append);
            int[] prompt = new int[before];
            Arrays.fill(prompt, 3);
            stream.follow(prompt);
            for (int token : new int[] {1, 2, 4, 6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) {
                stream.token(token);
            }
            assertThat(stream.token(0)).isFalse();
            assertThat(after).hasToString(" seas naïve🙂" + " sea".repeat(12) + " ");
        }
    }

    @Test
    void charactersThatAreSplitOverTokensComeWhole() {
        Random random = new Random(23);
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(120);
            for (int i = 0; i < length; i++) {
                int point = random.nextInt(random.nextBoolean() ? 0x80 : 0x11000);
                text.appendCodePoint(point >= 0xD800 && point < 0xE000 ? ' ' : point);
            }
            int[] tokens = cut(text.toString().getBytes(StandardCharsets.UTF_8), random);
            List<String> pieces = stream(this::bytes, tokens);
            assertThat(String.join("", pieces)).isEqualTo(text.toString());
            assertThat(pieces).noneMatch(piece -> piece.indexOf('\uFFFD') >= 0);
        }
        assertThat(mostDecoded)
                .as("tokens decoded at once, whatever the text's length")
                .isEqualTo(16);
    }

    /** Tokens of one to five bytes, each a new one. */
    private int[] cut(byte[] text, Random random) {
        vocabulary.clear();
        for (int at = 0; at < text.length; ) {
            int end = Math.min(text.length, at + 1 + random.nextInt(5));
            vocabulary.add(Arrays.copyOfRange(text, at, end));
            at = end;
        }
        int[] tokens = new int[vocabulary.size()];
        Arrays.setAll(tokens, i -> i);
        return tokens;
    }

    @Test
    void bytesThatAreNoTextComeAsTheyDecode() {
        Random random = new Random(29);
        for (int round = 0; round < 300; round++) {
            byte[] noise = new byte[random.nextInt(100)];
            random.nextBytes(noise);
            int[] tokens = cut(noise, random);
            assertThat(String.join("", stream(this::bytes, tokens)))
                    .isEqualTo(new String(noise, StandardCharsets.UTF_8));
        }
    }

    @Test
    void aTokenIsSpeltByWhatStandsBeforeIt() {
        Random random = new Random(31);
        for (int round = 0; round < 100; round++) {
            int[] tokens = random.ints(random.nextInt(60), 0, WORDS.length).toArray();
            assertThat(String.join("", stream(TextStreamTest::words, tokens))).isEqualTo(words(tokens));
        }
    }

    @Test
    void aStopStringEndsTheTextWithinAToken() {
        vocabulary.addAll(List.of("one ".getBytes(StandardCharsets.UTF_8), "tw".getBytes(StandardCharsets.UTF_8)));
        vocabulary.add("o.three".getBytes(StandardCharsets.UTF_8));
        List<String> pieces = new ArrayList<>();
        TextStream stream = new TextStream(this::bytes, List.of("two.", "absent"), pieces::add);
        assertThat(stream.token(0)).isTrue();
        assertThat(stream.token(1)).isTrue();
        assertThat(pieces).containsExactly("one ");
        assertThat(stream.token(2)).isFalse();
        assertThat(stream.text()).isEqualTo("one ");
    }

    @Test
    void anUnfinishedCharacterIsShownAtTheEnd() {
        vocabulary.add(new byte[] {'a', (byte) 0xE5});
        assertThat(stream(this::bytes, new int[] {0})).containsExactly("a", "\uFFFD");
        assertThat(stream(this::bytes, new int[0])).isEmpty();
    }

    private static List<String> stream(Function<int[], String> decode, int[] tokens) {
        List<String> pieces = new ArrayList<>();
        TextStream stream = new TextStream(decode, List.of(), pieces::add);
        for (int token : tokens) {
            assertThat(stream.token(token)).isTrue();
        }
        stream.end();
        assertThat(stream.text()).isEqualTo(String.join("", pieces));
        return pieces;
    }
}
