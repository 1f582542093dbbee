package org.weft.core.privacy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;
import org.weft.core.config.ConfigLoader;
import org.weft.core.config.WeftConfig;
import org.weft.core.storage.HadoopStore;

/** What a private run draws, clips, adds and says; and that it keeps its secret. */
class GradientPrivacyTest {
    private static final byte[] SECRET = "a secret of many bytes".getBytes(UTF_8);
    private static final int BATCH = 32;

    @TempDir
    Path directory;

    private static WeftConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "training.clip_norm=0",
                "training.global_batch=" + BATCH,
                "training.steps=100",
                "privacy.target_delta=1.0e-5",
                "privacy.seed_variable=SEED"));
        all.addAll(List.of(settings));
        return ConfigLoader.load("test", "run: {dir: /run}", all);
    }

    private static GradientPrivacy privacy(long examples, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "privacy.noise_multiplier=1.5";
        return GradientPrivacy.of(config(all), examples, SECRET);
    }

    private static float[] noise(GradientPrivacy privacy, int step, long offset, int length) {
        float[] gradient = new float[length];
        privacy.noise().add(step, offset, gradient, length);
        return gradient;
    }

    @Test
    void eachExampleIsDrawnByItselfAsOftenAsAnyOther() {
        GradientPrivacy privacy = privacy(80); // 32 of 80: 0.4
        int steps = 3000;
        int[] taken = new int[80];
        int together = 0;
        double squares = 0;
        for (int step = 0; step < steps; step++) {
            long[] drawn = privacy.drawn(step);
            assertThat(drawn).isSorted().doesNotHaveDuplicates();
            boolean[] in = new boolean[80];
            for (long example : drawn) {
                taken[(int) example]++;
                in[(int) example] = true;
            }
            together += in[11] && in[12] ? 1 : 0;
            squares += Math.pow(drawn.length - BATCH, 2);
        }
        double deviation = Math.sqrt(0.4 * 0.6 / steps);
        for (int count : taken) {
            assertThat(count / (double) steps).isCloseTo(0.4, within(4.5 * deviation));
        }
        assertThat(together / (double) steps).as("neighbours").isCloseTo(0.16, within(0.03));
        assertThat(squares / steps).as("variance of a batch").isCloseTo(80 * 0.4 * 0.6, within(2.5));
    }

    @Test
    void drawsAreThoseOfSecretSeedAndStep() {
        long[] drawn = privacy(1000).drawn(7);
        assertThat(privacy(1000).drawn(7)).isEqualTo(drawn);
        assertThat(privacy(1000).drawn(8)).isNotEqualTo(drawn);
        assertThat(privacy(1000, "run.seed=2").drawn(7)).isNotEqualTo(drawn);
        GradientPrivacy other =
                GradientPrivacy.of(config("privacy.noise_multiplier=1"), 1000, "another of so many".getBytes(UTF_8));
        assertThat(other.drawn(7)).isNotEqualTo(drawn);
    }

    @Test
    void aBatchOfAllTakesAll() {
        assertThat(privacy(BATCH).drawn(3)).hasSize(BATCH);
        assertThat(privacy(BATCH).sampleRate()).isEqualTo(1);
        assertThatThrownBy(() -> privacy(BATCH - 1))
                .isInstanceOf(WeftException.class)
                .hasMessage("privacy: training.global_batch=32 is more than the 31 examples that there are");
    }

    @Test
    void noiseIsNormalAndOfItsDeviation() {
        int length = 200_000;
        double deviation = 1.5 * 3 / BATCH;
        float[] noise = noise(privacy(1000, "privacy.max_grad_norm=3"), 4, 0, length);
        double[] moments = new double[5];
        double neighbours = 0;
        for (int i = 0; i < length; i++) {
            for (int m = 1; m < moments.length; m++) {
                moments[m] += Math.pow(noise[i] / deviation, m) / length;
            }
            neighbours += i == 0 ? 0 : noise[i] * noise[i - 1] / deviation / deviation / length;
        }
        assertThat(moments[1]).as("mean").isCloseTo(0, within(0.01));
        assertThat(moments[2]).as("variance").isCloseTo(1, within(0.015));
        assertThat(moments[3]).as("skewness").isCloseTo(0, within(0.03));
        assertThat(moments[4]).as("kurtosis").isCloseTo(3, within(0.08));
        assertThat(neighbours).as("of neighbours").isCloseTo(0, within(0.01));
    }

    /** Servers hold any part of the vector. */
    @Test
    void noiseDoesNotDependOnHowTheVectorIsCut() {
        GradientPrivacy privacy = privacy(1000);
        float[] whole = noise(privacy, 5, 0, 20_001);
        for (int cut : new int[] {1, 2, 7, 8192, 8193, 20_000}) {
            float[] first = noise(privacy, 5, 0, cut);
            float[] second = noise(privacy, 5, cut, whole.length - cut);
            assertThat(first).isEqualTo(Arrays.copyOf(whole, cut));
            assertThat(second).isEqualTo(Arrays.copyOfRange(whole, cut, whole.length));
        }
        assertThat(noise(privacy, 6, 0, 4)).isNotEqualTo(Arrays.copyOf(whole, 4));
    }

    @Test
    void noiseIsAddedToWhatIsThere() {
        float[] gradient = {1f, 2f, 3f};
        privacy(1000).noise().add(5, 0, gradient, 2);
        float[] noise = noise(privacy(1000), 5, 0, 2);
        assertThat(gradient[0]).isCloseTo(1 + noise[0], within(1e-6f));
        assertThat(gradient[2]).isEqualTo(3f);
    }

    @Test
    void whatIsLongerIsClipped() {
        GradientPrivacy privacy = privacy(1000, "privacy.max_grad_norm=2");
        assertThat(privacy.factor(1)).isEqualTo(1f / BATCH);
        assertThat(privacy.factor(8)).isCloseTo(0.25f / BATCH, within(1e-7f));
        assertThat(privacy.factor(0)).isEqualTo(1f / BATCH);
        assertThat(privacy.factor(Double.NaN)).isNaN();
    }

    @Test
    void aCheckpointSaysWhatWasSpentAndNothingOfTheSecret() {
        SpentPrivacy spent = privacy(1000).spent(100);
        assertThat(spent.epsilon()).isEqualTo(RdpAccountant.epsilon(0.032, 1.5, 100, 1e-5));
        assertThat(privacy(1000).epsilon(100)).isEqualTo(spent.epsilon());
        assertThat(spent.seedSha256())
                .matches("[0-9a-f]{64}")
                .isNotEqualTo(GradientPrivacy.of(
                                config("privacy.noise_multiplier=1"), 1000, "another of so many".getBytes(UTF_8))
                        .spent(0)
                        .seedSha256());
        assertThat(spent.goesOnFrom(privacy(1000).spent(3))).isTrue();
        assertThat(spent.goesOnFrom(privacy(1001).spent(3))).isFalse();
        assertThat(spent.goesOnFrom(privacy(1000, "privacy.max_grad_norm=2").spent(3)))
                .isFalse();
        assertThat(privacy(1000).account(100))
                .startsWith("private: 100 steps come to epsilon=")
                .contains(
                        "at delta=1.0E-5; noise_multiplier=1.5, max_grad_norm=1.0, a step draws each of 1,000 examples")
                .doesNotContain("1 / examples");
        assertThat(privacy(200_000).account(100)).contains("privacy.target_delta is not below 1 / examples");
    }

    @Test
    void itTravelsToTasks() throws Exception {
        GradientPrivacy privacy = privacy(1000);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(privacy);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            GradientPrivacy arrived = (GradientPrivacy) in.readObject();
            assertThat(arrived.drawn(3)).isEqualTo(privacy.drawn(3));
            assertThat(noise(arrived, 3, 11, 5)).isEqualTo(noise(privacy, 3, 11, 5));
            assertThat(arrived.spent(9)).isEqualTo(privacy.spent(9));
        }
    }

    @Test
    void theNoiseIsFoundForAnEpsilon() {
        GradientPrivacy privacy = GradientPrivacy.of(config("privacy.target_epsilon=3"), 1000, SECRET);
        assertThat(privacy.epsilon(100)).isBetween(2.9, 3.0);
        assertThat(privacy.spent(0).noiseMultiplier()).isEqualTo(privacy.noiseMultiplier());
        assertThatThrownBy(() -> GradientPrivacy.of(config("privacy.target_epsilon=0.01"), 1000, SECRET))
                .isInstanceOf(WeftException.class)
                .hasMessageStartingWith("privacy.target_epsilon=0.01 cannot be had in training.steps=100");
    }

    @Test
    void theSecretIsReadWhereItIsNamed() throws IOException {
        Path file = directory.resolve("seed");
        Files.write(file, SECRET);
        WeftConfig named = config("privacy.noise_multiplier=1", "privacy.seed_variable=", "privacy.seed_file=" + file);
        GradientPrivacy ofFile = GradientPrivacy.of(named, 1000, HadoopStore.local(), Map.<String, String>of()::get);
        WeftConfig variable = config("privacy.noise_multiplier=1");
        Map<String, String> environment = Map.of("SEED", new String(SECRET, UTF_8) + "\n");
        GradientPrivacy ofVariable = GradientPrivacy.of(variable, 1000, HadoopStore.local(), environment::get);
        assertThat(ofFile.drawn(0)).isEqualTo(ofVariable.drawn(0));
        assertThat(GradientPrivacy.of(
                        config("privacy.seed_variable=", "privacy.target_delta=0"),
                        5,
                        HadoopStore.local(),
                        environment::get))
                .as("none is asked for")
                .isNull();
        assertThatThrownBy(() -> GradientPrivacy.of(variable, 1000, HadoopStore.local(), name -> null))
                .hasMessage("privacy.seed_variable=SEED: the environment has no such variable");
        assertThatThrownBy(() -> GradientPrivacy.of(variable, 1000, HadoopStore.local(), name -> "short"))
                .hasMessage("privacy.seed_variable=SEED: the seed has 5 bytes, and needs 16 at least");
    }
}
