package org.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.optim.GradientClip;

/** Every bench runs, at a scale that says nothing about speed. */
class BenchesTest {

    @Test
    void replicaBenchPrintsOneObject() throws Exception {
        String printed = Printed.by(() -> ReplicaBench.main(new String[] {"64", "1", "16", "2", "97", "1", "1"}));
        assertThat(printed).startsWith("{\"bench\":\"replica\",\"parameters\":").contains("\"ratio\":");
    }

    @Test
    void wireBenchMovesVectorsBothWays() throws Exception {
        String printed = Printed.by(() -> WireBench.main(new String[] {"9", "1"}));
        assertThat(printed)
                .startsWith("{\"bench\":\"wire\",\"mebibytes\":9,\"push_ratio\":")
                .doesNotContain("NaN");
    }

    @Test
    void arithmeticBenchPrintsOneObject() throws Exception {
        String printed = Printed.by(() -> ArithmeticBench.main(new String[] {"1"}));
        assertThat(printed).startsWith("{\"bench\":\"arithmetic\"");
    }

    @Test
    void precisionBenchComparesWays() throws Exception {
        String[] time = {"64,1,16,2,97", "time", "1", "fp32", "bf16+recompute"};
        assertThat(Printed.by(() -> PrecisionBench.main(time))).contains("1.000 of fp32", "bf16+recompute");
        String kept = Printed.by(() -> PrecisionBench.main(new String[] {"64,1,16,2,97", "memory", "fp32"}));
        String again = Printed.by(() -> PrecisionBench.main(new String[] {"64,1,16,2,97", "memory", "fp32+recompute"}));
        assertThat(kept).startsWith("fp32 peak_mb ");
        assertThat(gradientOf(again)).isEqualTo(gradientOf(kept));
    }

    @Test
    void baselineTellsTextsApart(@TempDir Path temporary) throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            rows.append("{\"text\": \"a %s of words %d\", \"label\": \"%s\"}%n"
                    .formatted(i % 2 == 0 ? "storm" : "calm", i % 5, i % 2 == 0 ? "bad" : "good"));
        }
        String file = Files.writeString(temporary.resolve("rows.jsonl"), rows).toString();
        assertThat(Printed.by(() -> TextBaseline.main(new String[] {file, file})))
                .contains("accuracy 1.0000 [1.0000, 1.0000]", "f1_macro 1.0000");
    }

    @Test
    void metricsBenchFindsWhatThePeersFound() throws Exception {
        String[] golden = {Path.of("peers", "metrics_golden.jsonl").toString()};
        assertThat(Printed.by(() -> MetricsBench.main(golden)))
                .contains("single_label_classification metrics log_loss", "folds accuracy mean", ": good")
                .doesNotContain("TOO LARGE");
    }

    private static String gradientOf(String line) {
        return line.strip().substring(line.indexOf(" gradient "));
    }

    @Test
    void generationBenchFindsTheSameTexts() throws Exception {
        String printed = Printed.by(() -> GenerationBench.main(new String[] {"1", "5", "12"}));
        assertThat(printed).contains("same tokens: true").contains("texts that differ: 0");
    }

    @Test
    void serveBenchIsAnsweredWithoutErrors() throws Exception {
        String printed = Printed.by(() -> ServeBench.main(new String[] {"3", "1", "4"}));
        assertThat(printed)
                .contains("3 clients, --max-batch 3", "3 clients, --max-batch 1", " 0 errors, ", "differ: 0 of ");
    }

    @Test
    void familyParityWritesDownARun(@TempDir Path temporary) throws Exception {
        FamilyParity.main(new String[] {
            temporary.toString(),
            "97",
            "2",
            "model.architecture=bert",
            "model.layers=1",
            "model.width=16",
            "model.heads=2",
            "model.context=8",
            "model.next_sentence=true"
        });
        assertThat(temporary.resolve("run.json")).content().contains("bert.pooler.dense.weight");
        assertThat(temporary.resolve("batches.i32")).hasSize(10L * 2 * (3 * 8 + 1) * Integer.BYTES);
        assertThat(temporary.resolve("gradient.f32")).hasSize(Files.size(temporary.resolve("params.f32")));
        assertThat(Files.readAllLines(temporary.resolve("losses.txt"))).hasSize(10);
    }

    @Test
    void familyParityKnowsCausalFamilies(@TempDir Path temporary) throws Exception {
        FamilyParity.main(new String[] {
            temporary.toString(),
            "97",
            "2",
            "model.architecture=llama",
            "model.layers=1",
            "model.width=16",
            "model.heads=2",
            "model.context=8"
        });
        assertThat(Files.readAllLines(temporary.resolve("losses.txt"))).hasSize(10);
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
}
