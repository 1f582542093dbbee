package org.weft.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J's native backend and libtorch in one process, whichever comes first on the machine. */
class ClassPathTest {

    @Test
    void twoTensorLibrariesShareAProcess() {
        INDArray product = Nd4j.ones(64, 64).mmul(Nd4j.ones(64, 64));
        try (Tensor ones = torch.ones(64, 64);
                Tensor torchProduct = ones.matmul(ones)) {
            assertThat(torchProduct.sum().item_float()).isEqualTo(64f * 64 * 64);
        }
        assertThat(product.sumNumber().floatValue()).isEqualTo(64f * 64 * 64);
        assertThat(Nd4j.getExecutioner().getClass().getSimpleName()).isEqualTo("NativeOpExecutioner");
    }
}
