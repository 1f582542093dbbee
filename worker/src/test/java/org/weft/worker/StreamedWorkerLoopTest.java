package org.weft.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.core.lanes.LaneSpan;
import org.weft.core.params.Bucket;
import org.weft.core.protocol.Message;

/** The same of a worker that holds a range of the parameters at a time; what it holds no longer is no number. */
class StreamedWorkerLoopTest extends WorkerLoopTest {
    /** Buckets that two ranges share come once: 0 as long as the first range is needed, 1 for forward and for backward, 2 at the turn. */
    private static final long PULLED = (Bucket.ELEMENTS + 2L * Bucket.ELEMENTS + 1000) * Float.BYTES;

    @Override
    String residency() {
        return "streamed";
    }

    /** What forward has read of each range, and then backward of those that had gone. */
    private static List<Float> readAt(int version) {
        List<Float> forward = FakeReplica.readAt(version);
        List<Float> again = new ArrayList<>(forward.subList(1, forward.size() - 1));
        Collections.reverse(again);
        List<Float> all = new ArrayList<>(forward);
        all.addAll(again);
        return all;
    }

    @Test
    @Override
    void pullsAVersionOnceAndIntoTheReplica() throws Exception {
        for (int step : new int[] {7, 8, 8}) {
            servers.forEach(server -> server.pushed.clear());
            work.add(new Message.ComputeLanes(0, 1, step, step, new LaneSpan(2, 2), addresses()));
            Message.LanesDone done = report(Message.LanesDone.class);
            assertThat(done.times().pullBytes()).isEqualTo(PULLED);
            assertThat(replica.read).isEqualTo(readAt(step));
            assertPushed(new LaneSpan(2, 2), step);
        }
    }

    /** The last bucket is not even published when the first ranges are computed with. */
    @Test
    @Override
    void aPassBeginsWithWhatIsThere() throws Exception {
        servers.get(1).heldFrom = 2;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        await(() -> replica.read.size() == 3);
        assertThat(replica.read).isEqualTo(FakeReplica.readAt(2).subList(0, 3));
        servers.get(1).release.complete(null);
        assertThat(report(Message.LanesDone.class).times().pullBytes()).isEqualTo(PULLED);
        assertThat(replica.read).isEqualTo(readAt(2));
        assertPushed(new LaneSpan(0, 2), 2);
    }

    @Test
    @Override
    void aPassThatWaitsEndsWhenANewGenerationBegins() throws Exception {
        servers.get(1).heldFrom = 2;
        work.add(new Message.ComputeLanes(0, 1, 2, 2, new LaneSpan(0, 2), addresses()));
        await(() -> replica.read.size() == 3);
        generation = 2;
        Message.WorkAbandoned abandoned = report(Message.WorkAbandoned.class);
        assertThat(abandoned.generation()).isEqualTo(1);
        assertThat(abandoned.cause()).contains("parameters of step 2 from the servers");
        servers.get(1).release.complete(null);
        work.add(new Message.ComputeLanes(0, 2, 3, 3, new LaneSpan(0, 2), addresses()));
        assertThat(report(Message.LanesDone.class).generation()).isEqualTo(2);
        assertThat(replica.read).isEqualTo(readAt(3));
        assertPushed(new LaneSpan(0, 2), 3);
    }
}
