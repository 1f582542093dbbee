package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that nobody reads are bounded, and who reads is not cut off for those who do not. */
class UnreadAnswersTest {
    private final List<String> givenUp = new ArrayList<>();
    private final UnreadAnswers answers = new UnreadAnswers(100);

    private UnreadAnswers.Reader reader(String name) {
        return () -> givenUp.add(name);
    }

    @Test
    void whoHasReadNothingForLongestIsGivenUp() {
        UnreadAnswers.Reader slow = reader("slow");
        UnreadAnswers.Reader quick = reader("quick");
        UnreadAnswers.Reader late = reader("late");
        answers.written(quick, 40);
        answers.written(slow, 40);
        answers.read(quick, 10);
        answers.written(late, 40); // 110 in all
        assertThat(givenUp).containsExactly("slow");
        assertThat(answers.total()).isEqualTo(70);
        answers.read(slow, 40); // as its connection closes
        assertThat(answers.total()).isEqualTo(70);
        answers.read(quick, 30);
        answers.read(late, 40);
        assertThat(answers.total()).isZero();
        assertThat(givenUp).containsExactly("slow");
    }

    @Test
    void whoIsAloneMayHaveMore() {
        UnreadAnswers.Reader large = reader("large");
        answers.written(large, 500);
        answers.written(large, 500);
        assertThat(givenUp).isEmpty();
        answers.written(reader("other"), 1);
        assertThat(givenUp).containsExactly("large");
        assertThat(answers.total()).isOne();
    }

    private static ByteBuf bytes(int count) {
        return Unpooled.wrappedBuffer(new byte[count]);
    }

    @Test
    void aConnectionThatIsGivenUpIsClosedAndTakesNothingMore() {
        EmbeddedChannel deaf = new EmbeddedChannel(new UnreadLimit(answers));
        EmbeddedChannel reading = new EmbeddedChannel(new UnreadLimit(answers));
        ChannelFuture waits = deaf.write(bytes(60));
        ChannelFuture read = reading.write(bytes(30));
        assertThat(answers.total()).isEqualTo(90);
        reading.flush();
        assertThat(read.isSuccess()).isTrue();
        assertThat(answers.total()).isEqualTo(60);
        ChannelFuture more = reading.write(bytes(70));
        deaf.runPendingTasks();
        assertThat(deaf.isOpen()).isFalse();
        assertThat(waits.isSuccess()).isFalse();
        ByteBuf late = bytes(5);
        assertThat(deaf.write(late).isSuccess()).isFalse();
        assertThat(late.refCnt()).isZero();
        reading.flush();
        assertThat(more.isSuccess()).isTrue();
        assertThat(answers.total()).isZero();
        reading.finishAndReleaseAll();
    }
}
