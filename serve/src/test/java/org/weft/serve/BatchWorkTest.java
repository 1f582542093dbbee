package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.weft.core.WeftException;

/** Requests of many inputs, round by round. */
class BatchWorkTest {
    private final AtomicLong now = new AtomicLong();
    private final WaitingLine<BatchInquiry<Integer, Integer>> line =
            new WaitingLine<>(10, Duration.ofSeconds(7), now::get);
    private final List<Integer> computed = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final BatchWork<Integer, Integer> work = new BatchWork<>(new Doubled(), 4, new ServeMetrics());

    /** Twice each input; some fail. */
    private final class Doubled implements BatchModel<Integer, Integer> {
        @Override
        public List<Integer> answers(List<Integer> inputs) {
            computed.add(inputs.size());
            if (inputs.contains(-1)) {
                throw WeftException.invalidData("too long", "");
            }
            if (inputs.contains(-2)) {
                throw WeftException.failed("no such tensor", "");
            }
            return inputs.stream().map(input -> 2 * input).toList();
        }

        @Override
        public int sequences(Integer input) {
            if (input > 1000) {
                throw WeftException.invalidData(input + " windows", "");
            }
            return input > 100 ? input - 100 : 1;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private BatchInquiry<Integer, Integer> asked(List<Integer> inputs, Consumer<List<Integer>> whole) {
        BatchInquiry<Integer, Integer> inquiry = new BatchInquiry<>(
                inputs, 100, whole, failure -> told.add(failure.status() + " " + failure.getMessage()));
        line.add(List.of(inquiry));
        return inquiry;
    }

    private BatchInquiry<Integer, Integer> asked(Integer... inputs) {
        return asked(List.of(inputs), answers -> told.add(answers.toString()));
    }

    private boolean nothingIsOpen() throws InterruptedException {
        return !work.busy() && line.awaitEmpty(Duration.ZERO);
    }

    @Test
    void aLargeRequestIsAnsweredBatchByBatchAndTheNextFillsItsLast() throws InterruptedException {
        asked(1, 2, 3, 4, 5, 6, 7, 8, 9);
        asked(10, 11);
        work.round(line);
        assertThat(work.busy()).isTrue();
        assertThat(told).isEmpty();
        work.round(line);
        work.round(line);
        assertThat(computed).containsExactly(4, 4, 3);
        assertThat(told).containsExactly("[2, 4, 6, 8, 10, 12, 14, 16, 18]", "[20, 22]");
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void betweenTwoBatchesWhoIsGoneOrLateEndsAndSoDoAllWhenTheServerDoes() throws InterruptedException {
        List<Integer> many = Collections.nCopies(2048, 1);
        BatchInquiry<Integer, Integer> gone = asked(many, answers -> told.add("answered"));
        work.round(line);
        gone.cancel();
        work.round(line);
        assertThat(computed).containsExactly(4);
        assertThat(told).isEmpty();
        asked(many, answers -> told.add("answered"));
        work.round(line);
        now.set(100);
        work.round(line);
        assertThat(computed).containsExactly(4, 4);
        assertThat(told).hasSize(1).first().asString().startsWith("504 ");
        now.set(0);
        asked(many, answers -> told.add("answered"));
        work.round(line);
        work.failAll(line, ApiException.stopping());
        assertThat(told).hasSize(2).last().asString().startsWith("503 ");
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void whatFailsIsOnesOwn() throws InterruptedException {
        asked(1, -1);
        asked(-2);
        asked(3);
        work.round(line);
        assertThat(told).containsExactly("400 too long", "500 the model failed: no such tensor", "[6]");
        assertThat(nothingIsOpen()).isTrue();
        asked(IntStream.range(0, 9).map(i -> i == 5 ? -1 : i).boxed().toArray(Integer[]::new));
        work.round(line);
        work.round(line);
        assertThat(told).last().isEqualTo("400 too long");
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void anAnswerThatCannotBeWrittenFailsAlone() throws InterruptedException {
        asked(List.of(1), answers -> {
            throw new IllegalStateException("too large");
        });
        asked(2);
        work.round(line);
        assertThat(told).containsExactly("500 the answer could not be written: too large", "[4]");
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void whatTakesManySequencesCountsForAsMany() throws InterruptedException {
        asked(1, 103, 2); // one, three and one of four
        asked(104, 3); // no room for four beside the last of these
        for (int round = 0; round < 4; round++) {
            work.round(line);
        }
        assertThat(computed).containsExactly(2, 1, 1, 1);
        asked(4);
        asked(200, 5); // more than a round has room for: alone
        work.round(line);
        work.round(line);
        work.round(line);
        assertThat(computed).containsExactly(2, 1, 1, 1, 1, 1, 1);
        assertThat(told).containsExactly("[2, 206, 4]", "[208, 6]", "[8]", "[400, 10]");
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void whatTakesTooManyFailsAlone() throws InterruptedException {
        asked(1, 1001);
        asked(2, 3, 4);
        work.round(line);
        assertThat(told).containsExactly("400 1001 windows", "[4, 6, 8]");
        assertThat(computed).containsExactly(3);
        assertThat(nothingIsOpen()).isTrue();
    }

    @Test
    void whoCannotBeToldTakesNobodysPlace() throws InterruptedException {
        List<Consumer<List<Integer>>> deaf = List.of(answers -> told.add("answered"), answers -> {
            throw new OutOfMemoryError("no room for an answer");
        });
        for (Consumer<List<Integer>> whole : deaf) {
            line.add(List.of(new BatchInquiry<>(List.of(-2), 100, whole, failure -> {
                throw new OutOfMemoryError("nor for this");
            })));
            line.add(List.of(new BatchInquiry<>(List.of(1), 100, whole, failure -> {
                throw new OutOfMemoryError("nor for this");
            })));
        }
        work.round(line);
        assertThat(told).containsExactly("answered");
        assertThat(nothingIsOpen()).isTrue();
    }
}
