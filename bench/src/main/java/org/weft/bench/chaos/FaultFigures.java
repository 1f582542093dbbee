package org.weft.bench.chaos;

import java.util.List;

/**
 * What a fault cost.
 *
 * @param atStep the highest step done before it
 * @param noticeMillis until the driver's first line that tells of it, or -1 where it told nothing
 * @param notice that line
 * @param nextMillis until the next step, new or not, once it was over; -1 where none came
 * @param lostMillis time from the last step before it to the first new one after its end, less what the new steps of that
 *     time take at the undisturbed median; -1 where no new step came
 * @param replayed steps computed again, by all lanes
 * @param lanes of steps, in sync.mode local of rounds, that were computed again while all others stood
 */
public record FaultFigures(
        int atStep, long noticeMillis, String notice, long nextMillis, long lostMillis, int replayed, int lanes) {
    /**
     * @param run what its drivers said
     * @param stride steps between two that are told of: those of a round in sync.mode local
     * @param start of the fault
     * @param end when it was over; {@code start} where it was done in an instant
     */
    public static FaultFigures of(RunLog run, int stride, long start, long end, double medianMillis) {
        List<RunLog.Step> steps = run.steps();
        int before = 0;
        long lastBefore = start;
        for (RunLog.Step step : steps) {
            if (step.millis() <= start) {
                before = Math.max(before, step.step());
                lastBefore = step.millis();
            }
        }
        RunLog.Step next = steps.stream()
                .filter(step -> step.millis() > start && step.millis() >= end)
                .findFirst()
                .orElse(null);
        RunLog.Step back = steps.stream()
                .filter(step -> step.millis() > start && step.millis() >= end)
                .filter(new Beyond(steps, start, before)::isNew)
                .findFirst()
                .orElse(null);
        long until = back == null ? Long.MAX_VALUE : back.millis();
        RunLog.Line notice = run.notices().stream()
                .filter(line -> line.millis() >= start && line.millis() <= until)
                .findFirst()
                .orElse(null);
        long lost = back == null ? -1 : Math.round(until - lastBefore - (back.step() - before) * medianMillis);
        return new FaultFigures(
                before,
                notice == null ? -1 : notice.millis() - start,
                notice == null ? "" : notice.text(),
                next == null ? -1 : next.millis() - start,
                back == null ? -1 : Math.max(0, lost),
                replayed(steps, stride, start, until),
                run.lanesAgain(start, until));
    }

    /** Whether a step is beyond all that came before it. */
    private record Beyond(List<RunLog.Step> steps, long start, int before) {
        boolean isNew(RunLog.Step step) {
            return step.step() > before
                    && steps.stream()
                            .takeWhile(earlier -> earlier != step)
                            .noneMatch(earlier -> earlier.step() >= step.step());
        }
    }

    /** Steps that were done once already; a drawing may stand for several steps. */
    static int replayed(List<RunLog.Step> steps, int stride, long from, long until) {
        int highest = 0;
        int last = 0;
        int again = 0;
        for (RunLog.Step step : steps) {
            if (step.millis() > until) {
                break;
            }
            if (step.millis() > from) {
                int first = step.step() > last ? last + 1 : step.step() - stride + 1;
                again += Math.max(0, Math.min(step.step(), highest) - first + 1);
            }
            highest = Math.max(highest, step.step());
            last = step.step();
        }
        return again;
    }
}
