package org.weft.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.tokens.TokenizerFile;
import org.weft.corpus.TokenizeStage.Written;
import org.weft.corpus.tokenizer.BpeModel;
import org.weft.corpus.tokenizer.BpeModel.Merge;
import org.weft.corpus.tokenizer.TokenizerJson;
import org.weft.corpus.tokenizer.bpe.ByteAlphabet;
import scala.Tuple2;

/** A task that Spark repeats, or runs twice at once, must not show in the corpus. */
class TokenizeStageTest {
    @TempDir
    Path directory;

    @Test
    void attemptsThatFailRepeatOrOverlapLeaveOneCorpus() throws IOException {
        List<Tuple2<byte[], byte[]>> sorted = SparkFixture.documents(300, 8).stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .flatMap(text -> Stream.of(text, text))
                .map(text -> new Tuple2<>(DocumentKey.of(text), text))
                .sorted((a, b) -> DocumentKey.ORDER.compare(a._1(), b._1()))
                .toList();
        byte[] tokenizer = TokenizerJson.of(bytesAlone());
        try (JavaSparkContext spark = SparkFixture.spark("local[1]")) {
            TokenizeStage stage = new TokenizeStage(
                    SparkFixture.store(),
                    directory.toString(),
                    spark.broadcast(new TokenizerFile(tokenizer, "tokenizer.json")),
                    true,
                    "ab".repeat(16),
                    SparkFixture.corpus("auto", "line", 0.2));
            assertThatThrownBy(() -> stage.call(7, interrupted(sorted, 400))).hasMessage("lost");
            assertThat(directory).isEmptyDirectory();

            Written first = stage.call(7, sorted.iterator()).next();
            var contents = SparkFixture.contents(directory);
            assertThat(contents.keySet()).containsExactly("train-00007.tokens", "val-00007.tokens");
            assertThat(first.repeated()).isEqualTo(300);
            assertThat(first.emptied()).isZero();
            assertThat(first.train().documents() + first.val().documents()).isEqualTo(300);

            // While one attempt is half through, another one begins and ends.
            Iterator<Tuple2<byte[], byte[]>> slow = sorted.iterator();
            Written[] inner = new Written[1];
            Written outer = stage.call(7, new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return slow.hasNext();
                        }

                        @Override
                        public Tuple2<byte[], byte[]> next() {
                            if (inner[0] == null) {
                                inner[0] = overlapping(stage, sorted);
                            }
                            return slow.next();
                        }
                    })
                    .next();
            assertThat(List.of(outer, inner[0])).containsOnly(first);
            assertThat(SparkFixture.contents(directory)).isEqualTo(contents);
        }
    }

    private static Written overlapping(TokenizeStage stage, List<Tuple2<byte[], byte[]>> sorted) {
        try {
            return stage.call(7, sorted.iterator()).next();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Iterator<Tuple2<byte[], byte[]>> interrupted(List<Tuple2<byte[], byte[]>> sorted, int after) {
        return sorted.stream()
                .peek(document -> {
                    if (document == sorted.get(after)) {
                        throw new IllegalStateException("lost");
                    }
                })
                .iterator();
    }

    private static BpeModel bytesAlone() {
        ByteAlphabet alphabet = new ByteAlphabet();
        List<String> bytes = Stream.iterate(0, id -> id + 1)
                .limit(256)
                .map(alphabet::spellId)
                .toList();
        return new BpeModel(bytes, List.<Merge>of());
    }
}
