package org.weft.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.core.WeftException;

class OtherBlasTest {
    @TempDir
    Path folder;

    @Test
    void aLibraryIsFoundByTheFileThatItsNameLeadsTo() throws Exception {
        Path library = Files.createFile(folder.toRealPath().resolve("libmkl_rt.so.2"));
        Path link = Files.createSymbolicLink(folder.resolve("libmkl_rt.so"), library);
        String mapped = "7f00-7f10 r-xp 00000000 fe:00 12 " + library;
        assertThatCode(() -> OtherBlas.requireAmong(link.toString(), Stream.of("7f00-7f10 rw-p 0 0 0", mapped)))
                .doesNotThrowAnyException();
    }

    @Test
    void oneThatTheLinkerPassedOverIsSaid() {
        assertThatThrownBy(
                        () -> OtherBlas.requireAmong("/opt/gone.so", Stream.of("7f00-7f10 r-xp 0 0 0 /lib/libc.so.6")))
                .isInstanceOf(WeftException.class)
                .hasMessageContaining("WEFT_BLAS=/opt/gone.so is not loaded")
                .satisfies(e -> assertThat(((WeftException) e).hint()).contains("LD_PRELOAD=/opt/gone.so"));
    }
}
