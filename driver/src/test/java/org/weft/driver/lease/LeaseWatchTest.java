package org.weft.driver.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.weft.driver.lease.LeaseWatch.Verdict;

/** What a standby makes of its looks; a look's time is given, in seconds. */
class LeaseWatchTest {
    private static final int STEPS = 100;
    private static final long SECOND = 1_000_000_000L;

    private final LeaseWatch watch = new LeaseWatch(STEPS, 8, SECOND, 30 * SECOND);
    private double now = 1000;

    @Test
    void aDriverThatGivesSignsOfLifeIsLeftAlone() {
        for (int sign = 0; sign < 50; sign++) {
            assertThat(after(2, alive(3, sign))).isEqualTo(Verdict.WAIT);
        }
    }

    @Test
    void aSilentDriverIsTakenOverOnceItsLeaseHasPassed() {
        after(0, alive(3, 7));
        for (int look = 1; look < 16; look++) {
            assertThat(after(0.5, alive(3, 7))).as("look %d", look).isEqualTo(Verdict.WAIT);
        }
        assertThat(after(0.5, alive(3, 7))).isEqualTo(Verdict.SILENT);
        assertThat(watch.silentNanos()).isEqualTo(8 * SECOND);
    }

    @Test
    void aDriverThatAsksForMoreTimeIsGivenIt() {
        after(0, seen(3, 7, 20, false, null));
        for (int look = 1; look < 40; look++) {
            assertThat(after(0.5, seen(3, 7, 20, false, null))).isEqualTo(Verdict.WAIT);
        }
        assertThat(after(0.5, seen(3, 7, 20, false, null))).isEqualTo(Verdict.SILENT);
    }

    @Test
    void silenceCountsOnlyWhileTheStorageAnswers() {
        after(0, alive(3, 7));
        after(3, alive(3, 7));
        assertThat(after(20, alive(3, 7))).as("nobody could have written").isEqualTo(Verdict.WAIT);
        for (int look = 1; look < 16; look++) {
            assertThat(after(0.5, alive(3, 7))).isEqualTo(Verdict.WAIT);
        }
        assertThat(after(0.5, alive(3, 7))).isEqualTo(Verdict.SILENT);
    }

    @Test
    void aDriverThatIsSucceededByAnotherIsForgotten() {
        after(0, alive(3, 7));
        after(3, alive(3, 7));
        after(3, alive(3, 7));
        assertThat(after(3, alive(4, 0))).isEqualTo(Verdict.WAIT);
        assertThat(after(3, alive(4, 0))).isEqualTo(Verdict.WAIT);
        assertThat(after(3, alive(4, 0))).isEqualTo(Verdict.WAIT);
        assertThat(after(3, alive(4, 0))).isEqualTo(Verdict.SILENT);
    }

    @Test
    void aRunThatIsDoneIsLeft() {
        after(0, alive(3, 7));
        assertThat(after(1, ended(3, false, STEPS))).isEqualTo(Verdict.FINISHED);
        assertThat(new LeaseWatch(STEPS, 8, SECOND, SECOND).look(ended(3, false, STEPS), 0))
                .as("before this standby came")
                .isEqualTo(Verdict.FINISHED);
    }

    @Test
    void aRunThatWasStoppedIsLeft() {
        after(0, alive(3, 7));
        assertThat(after(1, ended(3, true, 40))).isEqualTo(Verdict.STOPPED);
    }

    @Test
    void aRunThatWasGivenBackBeforeItsEndIsTakenAtOnce() {
        after(0, alive(3, 7));
        assertThat(after(1, seen(3, 8, 8, true, null))).isEqualTo(Verdict.UNFINISHED);
    }

    @Test
    void aRunWhoseStepsWereRaisedSinceIsNotDone() {
        after(0, alive(3, 7));
        assertThat(after(1, ended(3, false, STEPS / 2))).isEqualTo(Verdict.UNFINISHED);
    }

    @Test
    void aFirstDriverIsWaitedForAsLongAsAStartMayTake() {
        for (LeaseFiles.Seen before : new LeaseFiles.Seen[] {null, ended(3, true, 40), seen(3, 8, 8, true, null)}) {
            LeaseWatch fresh = new LeaseWatch(STEPS, 8, SECOND, 30 * SECOND);
            for (int second = 0; second < 30; second++) {
                assertThat(fresh.look(before, second * SECOND)).isEqualTo(Verdict.WAIT);
            }
            assertThat(fresh.look(before, 30 * SECOND)).isEqualTo(Verdict.NOBODY);
        }
    }

    /** A driver that was refused, or never began, removes its term. */
    @Test
    void aTermThatVanishesIsNoEnd() {
        after(0, alive(1, 0));
        assertThat(after(1, null)).isEqualTo(Verdict.WAIT);
        assertThat(after(1, alive(1, 0))).isEqualTo(Verdict.WAIT);
    }

    @Test
    void whatAnEarlierTermCameToSaysNothingOfALaterDriverThatNeverBegan() {
        for (LeaseFiles.Seen earlier : new LeaseFiles.Seen[] {ended(5, true, 40), seen(5, 8, 8, true, null)}) {
            LeaseWatch fresh = new LeaseWatch(STEPS, 8, SECOND, 30 * SECOND);
            assertThat(fresh.look(earlier, 0)).isEqualTo(Verdict.WAIT);
            assertThat(fresh.look(alive(6, 0), SECOND)).isEqualTo(Verdict.WAIT);
            for (int second = 2; second < 32; second++) {
                assertThat(fresh.look(earlier, second * SECOND)).isEqualTo(Verdict.WAIT);
            }
            assertThat(fresh.look(earlier, 32 * SECOND)).isEqualTo(Verdict.NOBODY);
        }
    }

    @Test
    void whoeverAskedTheRunToEndIsHeardWhateverBecameOfItsDriver() {
        after(0, asked(alive(3, 7)));
        assertThat(after(3.5, asked(alive(3, 7)))).isEqualTo(Verdict.WAIT);
        assertThat(after(3.5, asked(alive(3, 7)))).isEqualTo(Verdict.WAIT);
        assertThat(after(3.5, asked(alive(3, 7)))).as("silent").isEqualTo(Verdict.STOPPED);
        assertThat(after(1, asked(seen(3, 8, 8, true, null)))).as("given back").isEqualTo(Verdict.STOPPED);
    }

    private static LeaseFiles.Seen asked(LeaseFiles.Seen seen) {
        LeaseRecord record = seen.record().askedToStop(true);
        return new LeaseFiles.Seen(seen.term(), record.toBytes(), record);
    }

    private Verdict after(double seconds, LeaseFiles.Seen seen) {
        now += seconds;
        return watch.look(seen, (long) (now * SECOND));
    }

    private static LeaseFiles.Seen alive(int term, int sequence) {
        return seen(term, sequence, 8, false, null);
    }

    private static LeaseFiles.Seen ended(int term, boolean stopped, int step) {
        return seen(term, 9, 8, true, new LeaseRecord.Ending(stopped, step));
    }

    private static LeaseFiles.Seen seen(
            int term, int sequence, int leaseSeconds, boolean released, LeaseRecord.Ending ending) {
        LeaseRecord record = new LeaseRecord(
                LeaseRecord.FORMAT_VERSION,
                term,
                "owner",
                new DriverPlace("node", 1, "app"),
                "2026-01-01T00:00:00Z",
                leaseSeconds,
                sequence,
                5,
                released,
                true,
                ending,
                null,
                null);
        return new LeaseFiles.Seen(term, record.toBytes(), record);
    }
}
