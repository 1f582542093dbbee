package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.weft.core.batches.Batch;
import org.weft.core.model.ModelShape;
import org.weft.engine.MicroBatchKey;
import org.weft.engine.ReplicaOptions;

/**
 * Resident memory over several hundred steps. One step's tensors are some 20 MiB, so that a single one left behind in
 * each step would cost hundreds; the margin is for the heap and the allocator.
 */
class NativeMemoryTest {
    private static final int WARM_UP = 60;
    private static final int STEPS = 400;
    private static final long MARGIN_BYTES = 80L << 20;

    @Test
    void isFlatOverSeveralHundredSteps() throws IOException {
        ModelShape shape = Replicas.withDropout(Replicas.shape(2, 64, 4, 64, 1024), 0.1);
        try (TorchReplica replica = Replicas.open(shape, 1)) {
            long before = 0;
            for (int step = 0; step < STEPS; step++) {
                if (step == WARM_UP) {
                    before = residentBytes();
                }
                Batch batch = Replicas.batch(step, 8, 64, 1024);
                replica.zeroGradients();
                MicroBatchKey key = new MicroBatchKey(1, step, 0, 0);
                replica.accumulateGradient(batch, batch.targetCount(), key, (offset, length) -> {});
                replica.loss(batch);
                replica.nextTokenLogits(new int[] {step});
            }
            assertThat(residentBytes() - before).isLessThan(MARGIN_BYTES);
        }
    }

    @Test
    void isGivenBackByClose() throws IOException {
        // What is not given back adds up in each series; the heap grows in one of them.
        long least = Long.MAX_VALUE;
        for (int series = 0; series < 3 && least >= MARGIN_BYTES; series++) {
            least = Math.min(least, growthOfTenReplicas());
        }
        assertThat(least).isLessThan(MARGIN_BYTES);
    }

    private static long growthOfTenReplicas() throws IOException {
        ModelShape shape = Replicas.shape(1, 256, 4, 16, 16_384);
        long before = 0;
        for (int round = 0; round < 12; round++) {
            if (round == 2) {
                before = residentBytes();
            }
            try (TorchReplica replica = TorchReplica.open(shape, ReplicaOptions.cpu(1))) {
                replica.zeroGradients();
                touchPages(replica.parameters(0, (int) replica.layout().size()));
                replica.loss(Replicas.batch(0, 2, 16, 16_384));
            }
        }
        return residentBytes() - before;
    }

    private static void touchPages(ByteBuffer window) {
        for (int at = 0; at < window.limit(); at += 4096) {
            window.put(at, (byte) 0);
        }
    }

    private static long residentBytes() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}
