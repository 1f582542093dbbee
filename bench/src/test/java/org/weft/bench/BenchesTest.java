package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.weft.server.optim.GradientClip;

/** Every bench runs, at a scale that says nothing about speed. */
class BenchesTest {

    @Test
    void replicaBenchPrintsOneObject() throws Exception {
        String printed = printed(() -> ReplicaBench.main(new String[] {"64", "1", "16", "2", "97", "1", "1"}));
        assertThat(printed).startsWith("{\"bench\":\"replica\",\"parameters\":").contains("\"ratio\":");
    }

    @Test
    void wireBenchMovesVectorsBothWays() throws Exception {
        String printed = printed(() -> WireBench.main(new String[] {"9", "1"}));
        assertThat(printed)
                .startsWith("{\"bench\":\"wire\",\"mebibytes\":9,\"push_ratio\":")
                .doesNotContain("NaN");
    }

    @Test
    void arithmeticBenchPrintsOneObject() throws Exception {
        String printed = printed(() -> ArithmeticBench.main(new String[] {"1"}));
        assertThat(printed).startsWith("{\"bench\":\"arithmetic\"");
    }

    @Test
    void sumOfSquaresIsThatOfEightInterleavedSums() {
        for (int length : new int[] {0, 1, 7, 8, 9, 1000, 1023}) {
            float[] gradient = new float[length];
            Random random = new Random(length);
            double[] partial = new double[8];
            for (int i = 0; i < length; i++) {
                gradient[i] = (float) random.nextGaussian();
                partial[i & 7] += (double) gradient[i] * gradient[i];
            }
            double sum = 0;
            for (double part : partial) {
                sum += part;
            }
            assertThat(GradientClip.sumOfSquares(gradient, length)).isEqualTo(sum);
        }
    }

    /** Something that prints. */
    private interface Program {
        void run() throws Exception;
    }

    private static String printed(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
