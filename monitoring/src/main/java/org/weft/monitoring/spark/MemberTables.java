package org.weft.monitoring.spark;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.progress.StepRecord.WorkerShare;

/** Workers with their part of the newest step, and servers. */
final class MemberTables {
    private static final String WORKER = "worker ";

    private MemberTables() {}

    /** @param step the newest, or null */
    static void render(StringBuilder page, Collection<RunHistory.MemberLine> members, StepRecord step) {
        page.append("<h4>Workers, and their part of the newest step</h4>\n");
        RunPage.startTable(
                page,
                "worker",
                "executor",
                "state",
                "lanes",
                "compute, ms",
                "wait, ms",
                "peak resident, MiB",
                "losses");
        sorted(members, true).forEach(member -> worker(page, member, step));
        page.append("</tbody></table></div>\n<h4>Servers</h4>\n");
        RunPage.startTable(page, "server", "executor", "state", "losses");
        for (RunHistory.MemberLine member : sorted(members, false)) {
            RunPage.addRow(page, member.name(), member.executor(), state(member), member.losses());
        }
        page.append("</tbody></table></div>\n");
    }

    private static List<RunHistory.MemberLine> sorted(Collection<RunHistory.MemberLine> members, boolean workers) {
        return members.stream()
                .filter(member -> member.name().startsWith(WORKER) == workers)
                .sorted(Comparator.comparingInt(MemberTables::number))
                .toList();
    }

    private static int number(RunHistory.MemberLine member) {
        String digits = member.name().replaceAll("\\D", "");
        return digits.isEmpty() || digits.length() > 8 ? 0 : Integer.parseInt(digits);
    }

    private static void worker(StringBuilder page, RunHistory.MemberLine member, StepRecord step) {
        List<WorkerShare> shares = step == null
                ? List.of()
                : step.workers().stream()
                        .filter(share -> share.worker() == number(member))
                        .toList();
        RunPage.addRow(
                page,
                member.name(),
                member.executor(),
                state(member),
                shares.stream().mapToInt(WorkerShare::lanes).sum(),
                tenth(shares.stream().mapToDouble(WorkerShare::computeMillis).sum()),
                tenth(shares.stream().mapToDouble(WorkerShare::waitMillis).sum()),
                shares.stream().mapToLong(WorkerShare::peakResidentMib).max().orElse(0),
                member.losses());
    }

    private static double tenth(double millis) {
        return Math.round(millis * 10) / 10.0;
    }

    private static String state(RunHistory.MemberLine member) {
        return member.present() ? "here" : "gone";
    }
}
