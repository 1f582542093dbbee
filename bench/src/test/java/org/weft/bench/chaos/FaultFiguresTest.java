package org.weft.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Figures out of steps and lines with known times: a step takes 100 ms. */
class FaultFiguresTest {
    private final List<RunLog.Step> steps = new ArrayList<>();
    private final RunLog run = new RunLog();

    @Test
    void aLostServerCostsTheRollback() {
        steps(0, 1, 10); // the tenth at 1000
        run.line(900, "10:11:12.345 WARN  worker 1 is lost");
        run.line(3050, "generation 2 starts at step 5");
        steps(4000, 6, 12); // 6 at 4100, the eleventh at 4600
        FaultFigures figures = FaultFigures.of(run(), 1, 1050, 1050, 100);
        assertThat(figures)
                .isEqualTo(new FaultFigures(10, 2000, "generation 2 starts at step 5", 4100 - 1050, 3600 - 100, 5, 0));
    }

    @Test
    void aSlowLinkCostsWhatItsStepsTookLonger() {
        steps(0, 1, 10);
        steps.add(new RunLog.Step(1500, 11));
        steps.add(new RunLog.Step(2000, 12));
        steps.add(new RunLog.Step(2500, 13));
        FaultFigures figures = FaultFigures.of(run(), 1, 1010, 2400, 100);
        assertThat(figures).isEqualTo(new FaultFigures(10, -1, "", 2500 - 1010, 1500 - 300, 0, 0));
    }

    @Test
    void aRunThatStaysAwayHasNoTimeLost() {
        steps(0, 1, 10);
        steps.add(new RunLog.Step(2000, 8));
        FaultFigures figures = FaultFigures.of(run(), 1, 1010, 1010, 100);
        assertThat(figures.lostMillis()).isEqualTo(-1);
        assertThat(figures.replayed()).isEqualTo(1);
    }

    @Test
    void aDrawingThatSkipsStepsStandsForThemToo() {
        steps(0, 1, 10);
        steps.add(new RunLog.Step(2000, 6));
        steps.add(new RunLog.Step(2100, 9));
        steps.add(new RunLog.Step(2200, 12));
        assertThat(FaultFigures.replayed(steps, 1, 1010, 9999)).isEqualTo(1 + 3 + 1);
    }

    /** Rounds of four steps, told of at their ends. */
    @Test
    void aRoundThatIsDoneAgainCountsAllOfItsSteps() {
        for (int round = 1; round <= 5; round++) {
            steps.add(new RunLog.Step(400L * round, 4 * round));
        }
        steps.add(new RunLog.Step(4000, 16));
        steps.add(new RunLog.Step(4400, 20));
        steps.add(new RunLog.Step(4800, 24));
        assertThat(FaultFigures.of(run(), 4, 2050, 2050, 100).replayed()).isEqualTo(8);
    }

    @Test
    void lanesThatOthersComputeAreCounted() {
        steps(0, 1, 10);
        run.line(1020, "INFO  WorkDesk: worker 1: lanes 4-7 of step 10 are computed again");
        run.line(
                1030,
                "INFO  RunObserver: step 10: lanes 0-1 of worker 0 (executor 1, host h) are late; others compute them too");
        run.line(
                1040,
                "INFO  RunObserver: step 10: batches 0-1 of worker 0 (executor 1, host h) are late; others compute them too");
        steps(1500, 11, 12);
        run.line(9000, "INFO  WorkDesk: worker 1: lanes 4-7 of step 90 are computed again");
        assertThat(FaultFigures.of(run(), 1, 1010, 1010, 100).lanes()).isEqualTo(6);
    }

    @Test
    void medianAndGoodput() {
        steps(0, 1, 11);
        assertThat(StepTimes.medianMillis(steps)).isEqualTo(100);
        assertThat(StepTimes.goodput(steps, 100, 1e9)).isEqualTo(1);
        steps.add(new RunLog.Step(2100, 12));
        assertThat(StepTimes.goodput(steps, 100, 1e9)).isEqualTo(0.55);
        assertThat(StepTimes.goodput(steps, 100, 1.5)).isEqualTo(1000 / 1500.0);
        assertThat(StepTimes.medianMillis(List.of())).isNaN();
        assertThat(StepTimes.goodput(List.of(), 100, 1)).isNaN();
    }

    @Test
    void rowsAndObjects() {
        FaultFigures figures = new FaultFigures(40, 5100, "lost", 6200, -1, 20, 4);
        FaultReport report = new FaultReport(3, FaultKind.KILL_SERVER, "executor 1 (server 0)", figures, "same bits");
        assertThat(report.row())
                .contains("KILL_SERVER")
                .contains(" 5.1 ")
                .contains(" - ")
                .endsWith("same bits");
        assertThat(report.json())
                .isEqualTo("{\"run\":3,\"fault\":\"KILL_SERVER\",\"target\":\"executor 1 (server 0)\","
                        + "\"result\":\"same bits\",\"at_step\":40,\"notice_millis\":5100,\"notice\":\"lost\","
                        + "\"next_millis\":6200,\"lost_millis\":-1,\"replayed\":20,\"lanes_again\":4}");
        FaultReport none = new FaultReport(3, FaultKind.SLOW_LINK, "-", null, "not available: no tc");
        assertThat(none.row()).endsWith("not available: no tc");
        assertThat(none.json()).doesNotContain("replayed");
        assertThat(FaultReport.header()).startsWith("run  fault");

        RunReport run = new RunReport(1, Shape.SPLIT, "same bits", "", "ab", 0, 200, 401.26, 0.8126);
        assertThat(run.line())
                .isEqualTo("run 1 (SPLIT): same bits, 200 steps, median 401 ms, goodput 0.81, exit status 0,"
                        + " params_sha256 ab");
        assertThat(run.json()).contains("\"median_step_millis\":401.3,\"goodput\":0.813");
        assertThat(new RunReport(1, Shape.SPLIT, "NO END", "hangs", "", 1, 5, 1, 1).line())
                .contains("NO END, but hangs,")
                .endsWith("none");
    }

    private RunLog run() {
        steps.forEach(step -> run.line(step.millis(), "[##..] step " + step.step() + "/99  loss 2.0"));
        return run;
    }

    private void steps(long afterMillis, int first, int last) {
        for (int step = first; step <= last; step++) {
            steps.add(new RunLog.Step(afterMillis + 100L * (step - first + 1), step));
        }
    }
}
