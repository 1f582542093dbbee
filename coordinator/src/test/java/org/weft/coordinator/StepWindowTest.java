package org.weft.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A window of two steps. */
class StepWindowTest {
    private final StepWindow window = new StepWindow(2);

    @Test
    void stepsCloseInTheOrderInWhichTheyWereOpened() {
        assertThat(window.oldest()).isNull();
        StepLedger four = ledger(4);
        StepLedger five = ledger(5);
        window.open(1, four);
        window.open(1, five);
        assertThat(window.oldest()).isSameAs(four);
        assertThat(window.at(1, 5)).isSameAs(five);
        assertThat(window.at(1, 6)).isNull();
        assertThat(window.at(2, 5)).isNull();
        window.closeOldest();
        assertThat(window.oldest()).isSameAs(five);
        assertThat(window.at(1, 4)).isNull();
        window.open(1, ledger(6));
        assertThat(window).hasToString("[5, 6]");
    }

    @Test
    void aFullWindowAndAStepOutOfOrderAreErrors() {
        window.open(1, ledger(4));
        assertThatThrownBy(() -> window.open(1, ledger(6))).hasMessage("cannot open step 6: open=[4] most=2");
        window.open(1, ledger(5));
        assertThatThrownBy(() -> window.open(1, ledger(6))).hasMessage("cannot open step 6: open=[4, 5] most=2");
    }

    @Test
    void anotherGenerationForgetsWhatWasOpen() {
        window.open(1, ledger(4));
        window.open(1, ledger(5));
        window.open(2, ledger(4));
        assertThat(window).hasToString("[4]");
        assertThat(window.at(1, 5)).isNull();
    }

    private static StepLedger ledger(int step) {
        return new StepLedger(step, new WorkPool(1, Map.of()), RunHarness.oneBucket(), 1, 0);
    }
}
