package org.weft.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class UpcomingTest {
    private final Deque<String> found = new ArrayDeque<>(List.of("a", "b"));
    private int asked;

    private final Upcoming<String> upcoming = new Upcoming<>() {
        @Override
        protected String find() throws IOException {
            asked++;
            if ("broken".equals(found.peek())) {
                throw new IOException(found.remove());
            }
            return found.poll();
        }
    };

    @Test
    void isAskedOnceForEachElementAndForTheEnd() {
        assertThat(upcoming.hasNext()).isTrue();
        assertThat(upcoming.hasNext()).isTrue();
        assertThat(upcoming.next()).isEqualTo("a");
        assertThat(upcoming.next()).isEqualTo("b");
        assertThat(upcoming.hasNext()).isFalse();
        assertThat(upcoming.hasNext()).isFalse();
        assertThat(asked).isEqualTo(3);
        assertThatThrownBy(upcoming::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aFailureIsNoEnd() {
        found.addFirst("broken");
        assertThatThrownBy(upcoming::hasNext)
                .isInstanceOf(UncheckedIOException.class)
                .hasRootCauseMessage("broken");
        assertThat(upcoming.next()).isEqualTo("a");
    }
}
