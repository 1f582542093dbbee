package org.weft.trainer.prove;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.storage.HadoopStore;
import org.weft.core.storage.Store;
import org.weft.driver.checkpoint.Checkpoint;
import org.weft.hub.ModelDigest;
import org.weft.trainer.UntrainedRun;

/** A teacher is found again by its digest; a checkpoint has a file that is called as the one of kept logits is. */
class TeacherMeasurementTest {
    @TempDir
    Path temporary;

    @Test
    void aCheckpointIsAModelAndNoLogits() throws IOException {
        Store store = HadoopStore.local();
        Checkpoint teacher = UntrainedRun.write(
                store,
                "file://" + temporary.toAbsolutePath(),
                "{architecture: gpt2, layers: 1, width: 8, heads: 2, context: 8}",
                11);
        assertThat(new Measurement.Teacher(teacher.directory()).found(store))
                .isEqualTo(ModelDigest.at(store, teacher.directory()))
                .matches("[0-9a-f]{64}");
        assertThat(new Measurement.Teacher(teacher.directory() + "-gone").found(store))
                .doesNotMatch("[0-9a-f]{64}");
    }
}
