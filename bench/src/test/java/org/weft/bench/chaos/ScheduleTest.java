package org.weft.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The plan of faults, and the options that it is made from. */
class ScheduleTest {

    @Test
    void defaultPlanHasFortyFaultsOverEightRunsAndEveryKindTwice() {
        for (long seed = 1; seed <= 200; seed++) {
            List<PlannedRun> plan = options("--seed", Long.toString(seed)).plan();
            assertThat(plan).hasSizeGreaterThanOrEqualTo(8);
            Map<FaultKind, Long> counts = plan.stream()
                    .flatMap(run -> run.faults().stream())
                    .collect(Collectors.groupingBy(PlannedFault::kind, Collectors.counting()));
            long everywhere = counts.entrySet().stream()
                    .filter(kind -> kind.getKey() != FaultKind.DELAY) // Not every kernel can.
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            assertThat(everywhere).isGreaterThanOrEqualTo(40);
            assertThat(counts.keySet()).containsExactlyInAnyOrder(FaultKind.values());
            assertThat(counts.values()).as("seed %d", seed).allMatch(count -> count >= 2);
        }
    }

    @Test
    void aRoundIsWhatTheSettingsSay() {
        assertThat(options().stride()).isEqualTo(1);
        assertThat(options("--set", "sync.steps=4").stride()).isEqualTo(1);
        assertThat(options("--set", "sync.mode=local", "--set", "sync.steps=2", "--set", "sync.steps=4")
                        .stride())
                .isEqualTo(4);
    }

    @Test
    void faultsThatNeedAShapeAreInRunsThatHaveIt() {
        for (long seed = 1; seed <= 200; seed++) {
            for (PlannedRun run : options("--seed", Long.toString(seed)).plan()) {
                assertThat(run.faults())
                        .as("seed %d", seed)
                        .hasSize(6)
                        .allMatch(fault ->
                                fault.kind().needs() == null || fault.kind().needs() == run.shape());
            }
        }
    }

    @Test
    void faultsOfARunComeInOrderAndLeaveTimeToGoOn() {
        for (PlannedRun run : options().plan()) {
            List<Integer> steps = run.faults().stream().map(PlannedFault::step).toList();
            assertThat(steps).isSorted().doesNotHaveDuplicates().allMatch(step -> step >= 10 && step <= 190);
        }
    }

    @Test
    void samePlanFromTheSameSeed() {
        assertThat(options("--seed", "7").plan())
                .isEqualTo(options("--seed", "7").plan());
        assertThat(options("--seed", "7").plan())
                .isNotEqualTo(options("--seed", "8").plan());
        String[] timed = {"--minutes", "10", "--seed", "7"};
        assertThat(options(timed).plan()).isEqualTo(options(timed).plan());
    }

    @Test
    void aSingleRunTakesWhatItIsGiven() {
        List<PlannedRun> plan = options("--runs=1", "--faults-per-run=3", "--kinds=kill_both,KILL_WORKER", "--steps=20")
                .plan();
        assertThat(plan).hasSize(1);
        assertThat(plan.get(0).faults()).hasSize(3);
        plan = options("--runs=2", "--faults-per-run=2", "--kinds=KILL_BOTH").plan();
        assertThat(plan).allMatch(run -> run.shape() == Shape.JOINT);
    }

    @Test
    void timesAreAsFarApartAsAskedFor() {
        List<Double> between = new ArrayList<>();
        for (int seed = 0; seed < 50; seed++) {
            PlannedRun run = Schedule.byTime(seed, 10, 30, List.of(FaultKind.values()));
            assertThat(run.faults()).allMatch(fault -> fault.kind().needs() != Shape.JOINT && fault.step() == 0);
            double before = 0;
            for (PlannedFault fault : run.faults()) {
                assertThat(fault.seconds()).isBetween(before, 600.0);
                between.add(fault.seconds() - before);
                before = fault.seconds();
            }
        }
        assertThat(between.stream().mapToDouble(d -> d).average().orElse(0)).isBetween(25.0, 35.0);
        assertThat(Schedule.byTime(1, 10, 30, List.of(FaultKind.KILL_BOTH)).shape())
                .isEqualTo(Shape.JOINT);
    }

    @Test
    void everyKindComesBeforeAnyComesAgain() {
        List<FaultKind> kinds = List.of(FaultKind.KILL_WORKER, FaultKind.KILL_DRIVER, FaultKind.SLOW_LINK);
        List<FaultKind> first = Schedule.byTime(3, 60, 30, kinds).faults().stream()
                .limit(3)
                .map(PlannedFault::kind)
                .toList();
        assertThat(first).containsExactlyInAnyOrderElementsOf(kinds);
    }

    @Test
    void isDueByStepOrByTime() {
        PlannedFault byStep = new PlannedFault(FaultKind.KILL_DRIVER, 12, 0, 0);
        assertThat(byStep.isDue(11, 1e9)).isFalse();
        assertThat(byStep.isDue(12, 0)).isTrue();
        assertThat(byStep.moment()).isEqualTo("step 12");
        PlannedFault byTime = new PlannedFault(FaultKind.KILL_DRIVER, 0, 7.5, 0);
        assertThat(byTime.isDue(1000, 7.4)).isFalse();
        assertThat(byTime.isDue(1, 7.5)).isTrue();
        assertThat(byTime.moment()).isEqualTo("8 s");
    }

    @Test
    void shapesAreSparkOptions() {
        assertThat(Shape.SPLIT.sparkOptions(4)).isEqualTo("-Dspark.cores.max=4 -Dspark.executor.cores=1");
        assertThat(Shape.JOINT.sparkOptions(6)).isEqualTo("-Dspark.cores.max=6 -Dspark.executor.cores=2");
    }

    private static ChaosOptions options(String... arguments) {
        ChaosOptions options = new ChaosOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return options;
    }
}
