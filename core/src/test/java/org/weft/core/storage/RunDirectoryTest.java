package org.weft.core.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every path of a run, letter by letter: runs of earlier versions lie there. */
class RunDirectoryTest {
    private final RunDirectory run = RunDirectory.of("hdfs:///weft/run");

    @Test
    void namesEveryPath() {
        assertThat(run.path()).isEqualTo("hdfs:///weft/run");
        assertThat(run.config()).isEqualTo("hdfs:///weft/run/config.yaml");
        assertThat(run.metrics()).isEqualTo("hdfs:///weft/run/metrics.jsonl");
        assertThat(run.tokenizer()).isEqualTo("hdfs:///weft/run/tokenizer.json");
        assertThat(run.lease()).isEqualTo("hdfs:///weft/run/driver.lease");
        assertThat(run.corpus()).isEqualTo("hdfs:///weft/run/corpus");
        assertThat(run.dataset()).isEqualTo("hdfs:///weft/run/dataset");
        assertThat(run.evaluation()).isEqualTo("hdfs:///weft/run/evaluation");
        assertThat(run.multipleChoice()).isEqualTo("hdfs:///weft/run/multiple-choice");
        assertThat(run.checkpoints()).isEqualTo("hdfs:///weft/run/checkpoints");
        assertThat(run.step(200)).isEqualTo("hdfs:///weft/run/checkpoints/step-00000200");
        assertThat(run.shard(200, 0, 2, 3))
                .isEqualTo("hdfs:///weft/run/checkpoints/step-00000200/shard-00000-of-00002-g0003.safetensors");
        assertThat(run.base().step(0)).isEqualTo("hdfs:///weft/run/base/checkpoints/step-00000000");
        assertThat(run.initial().step(0)).isEqualTo("hdfs:///weft/run/initial/checkpoints/step-00000000");
        assertThat(run.imported().step(0)).isEqualTo("hdfs:///weft/run/imported/checkpoints/step-00000000");
        assertThat(run.imported().tokenizer()).isEqualTo("hdfs:///weft/run/imported/tokenizer.json");
        assertThat(run.fold(3).path()).isEqualTo("hdfs:///weft/run/fold-3");
        assertThat(run.folds()).isEqualTo("hdfs:///weft/run/folds.json");
        assertThat(run.sweep("16x2").path()).isEqualTo("hdfs:///weft/run/runs/16x2");
        assertThat(run.file("fit.json")).isEqualTo("hdfs:///weft/run/fit.json");
    }

    @Test
    void namesWhatWasSetAside() {
        assertThat(RunDirectory.asideOf(run.step(300), 7))
                .isEqualTo("hdfs:///weft/run/checkpoints/step-00000300.set-aside-g7");
        assertThat(RunDirectory.markName(7)).isEqualTo("set-aside-g0007.json");
        assertThat(RunDirectory.generationOfMark("set-aside-g0007.json")).isEqualTo(7);
        assertThat(RunDirectory.generationOfMark("set-aside-g12345.json")).isEqualTo(12345);
        assertThat(RunDirectory.generationOfMark("manifest.json")).isEqualTo(-1);
        assertThat(RunDirectory.generationOfMark("x-set-aside-g0007.json")).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "shard-00000-of-00002-g0003.safetensors, 3",
        ".shard-00000-of-00001-g0015.safetensors.1f.tmp, 15",
        "step-00000200.set-aside-g7, 7",
        "set-aside-g0012.json, 12",
        "step-00000200, 0",
        "manifest.json, 0",
    })
    void findsTheGenerationInAnyName(String name, int generation) {
        assertThat(RunDirectory.generationIn(name)).isEqualTo(generation);
    }

    @Test
    void knowsCheckpointsByTheirNames() {
        assertThat(RunDirectory.isStep(RunDirectory.stepName(200))).isTrue();
        assertThat(RunDirectory.isStep("step-00000200.set-aside-g7")).isFalse();
        assertThat(RunDirectory.wasStep("step-00000200.set-aside-g7")).isTrue();
        assertThat(RunDirectory.wasStep("other")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/a/run/checkpoints/step-00000200, /a/run",
        "/a/run/checkpoints/step-00000200//, /a/run",
        "checkpoints/step-00000200, .",
        "step-00000200, .",
    })
    void findsTheRunOfACheckpoint(String checkpoint, String expected) {
        assertThat(RunDirectory.ofCheckpoint(checkpoint).path()).isEqualTo(expected);
        assertThat(RunDirectory.nameOf(checkpoint)).isEqualTo("step-00000200");
    }
}
