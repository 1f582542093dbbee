package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class WaitingLineTest {
    private final AtomicLong now = new AtomicLong();
    private final WaitingLine<Named> line = new WaitingLine<>(3, Duration.ofSeconds(7), now::get);
    private final List<String> failed = new ArrayList<>();

    private final class Named extends Inquiry {
        private final String name;

        Named(String name, long deadlineNanos) {
            super(deadlineNanos);
            this.name = name;
        }

        @Override
        void tell(ApiException failure) {
            if (name.startsWith("deaf")) {
                throw new OutOfMemoryError("no room for an answer");
            }
            failed.add(name + " " + failure.status());
        }
    }

    private Named inquiry(String name) {
        return new Named(name, 100);
    }

    @Test
    void firstComeFirstServed() throws InterruptedException {
        line.add(List.of(inquiry("a"), inquiry("b")));
        line.await(false);
        assertThat(line.poll().name).isEqualTo("a");
        assertThat(line.poll().name).isEqualTo("b");
        assertThat(line.poll()).isNull();
    }

    @Test
    void allTasksOfARequestFindRoomOrNone() {
        line.add(List.of(inquiry("a")));
        assertThatThrownBy(() -> line.add(List.of(inquiry("b"), inquiry("c"), inquiry("d"))))
                .isInstanceOf(ApiException.class)
                .hasMessage("too many requests: 1 of at most 3 texts are waiting or being answered, and this request"
                        + " has 3");
        assertThat(line.length()).isEqualTo(1);
        line.poll(); // is worked on: still open
        line.add(List.of(inquiry("b"), inquiry("c")));
        assertThatThrownBy(() -> line.add(List.of(inquiry("d")))).hasMessageStartingWith("too many requests: 3");
        line.done();
        line.add(List.of(inquiry("d")));
    }

    @Test
    void whoIsLateOrUnwantedDoesNotWaitForItsTurn() throws InterruptedException {
        Named unwanted = inquiry("unwanted");
        line.add(List.of(inquiry("patient"), new Named("late", 10), unwanted));
        now.set(10);
        unwanted.cancel();
        line.await(true);
        assertThat(failed).containsExactly("late 504");
        assertThat(line.length()).isEqualTo(1);
        line.add(List.of(inquiry("x"), inquiry("y")));
        Named patient = line.poll();
        assertThat(line.over(patient)).isFalse();
        now.set(100);
        assertThat(line.over(patient)).isTrue();
    }

    @Test
    void whoCannotBeToldTakesNobodysPlace() throws InterruptedException {
        line.add(List.of(new Named("deaf", 10), new Named("late", 10), inquiry("deaf too")));
        now.set(10);
        line.await(true);
        assertThat(failed).containsExactly("late 504");
        line.fail(line.poll(), ApiException.stopping());
        assertThat(line.awaitEmpty(Duration.ZERO)).isTrue();
    }

    @Test
    void onceClosedNothingComesInAndWhatIsOpenMayEnd() throws InterruptedException {
        line.add(List.of(inquiry("a")));
        line.close();
        assertThatThrownBy(() -> line.add(List.of(inquiry("b"))))
                .isInstanceOf(ApiException.class)
                .hasMessage("the server is being stopped");
        line.await(false); // does not wait for another
        assertThat(line.awaitEmpty(Duration.ofMillis(5))).isFalse();
        line.poll();
        CompletableFuture<Boolean> empty = CompletableFuture.supplyAsync(() -> {
            try {
                return line.awaitEmpty(Duration.ofSeconds(20));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        line.done();
        assertThat(empty.join()).isTrue();
    }
}
