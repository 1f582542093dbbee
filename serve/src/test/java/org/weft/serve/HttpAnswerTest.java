package org.weft.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** A client whose answer cannot be written sees that there will be none. */
class HttpAnswerTest {
    /** Has no memory for a write, once it was told so. */
    private static final class Starving extends EmbeddedChannel {
        private boolean starves;

        @Override
        public ChannelPromise newPromise() {
            if (starves) {
                starves = false;
                throw new OutOfMemoryError("no room for an answer");
            }
            return super.newPromise();
        }
    }

    private final Starving channel = new Starving();
    private final HttpAnswer answer = new HttpAnswer(channel, "/predict", new ServeMetrics());

    @Test
    void anAnswerThatCannotBeWrittenClosesTheConnection() {
        channel.starves = true;
        assertThatThrownBy(() -> answer.json(200, JsonNodeFactory.instance.objectNode()))
                .isInstanceOf(OutOfMemoryError.class);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void soDoesAFailure() {
        answer.event("{}");
        channel.starves = true;
        assertThatThrownBy(() -> answer.fail(ApiException.stopping())).isInstanceOf(OutOfMemoryError.class);
        assertThat(channel.isOpen()).isFalse();
    }
}
