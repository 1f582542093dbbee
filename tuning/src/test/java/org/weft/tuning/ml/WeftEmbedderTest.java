package org.weft.tuning.ml;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;

/** Params of vectors, before anything runs. */
class WeftEmbedderTest {
    @Test
    void aParamMapIsHeldToWhatASetterIs() {
        WeftEmbedder embedder = new WeftEmbedder();
        assertThatThrownBy(() -> embedder.copy(new ParamMap().put(embedder.batchSize(), 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batchSize given invalid value 0");
        assertThatThrownBy(() -> embedder.set(embedder.maxLength(), -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxLength given invalid value -1");
    }
}
