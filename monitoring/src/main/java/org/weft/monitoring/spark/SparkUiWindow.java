package org.weft.monitoring.spark;

import java.io.IOException;
import org.apache.spark.SparkContext;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.WebUITab;
import org.weft.core.Json;
import org.weft.driver.progress.RecordFormat;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindow;
import org.weft.driver.progress.StepRecord;
import org.weft.driver.spark.ScalaCollections;

/**
 * The tab of a run in the application's UI, and what its event log is to have of it: all records but steps, of which at most
 * about {@value #LOGGED_STEPS} are logged, evenly spread, the last one among them.
 */
final class SparkUiWindow implements RunWindow {
    private static final int LOGGED_STEPS = 1000;

    private final SparkContext context;
    private RunHistory history;
    private long number;
    private int stride = 1;
    private int steps;

    SparkUiWindow(SparkContext context) {
        this.context = context;
    }

    @Override
    public String name() {
        return "Spark's UI";
    }

    @Override
    public void opened(RunDescription run) throws IOException {
        RunHistories histories = histories();
        number = histories.open(run);
        history = histories.get(number);
        steps = run.steps();
        stride = Math.max(1, (run.steps() - run.startStep() + LOGGED_STEPS - 1) / LOGGED_STEPS);
        post(RunPosted.OPENED, Json.MAPPER.writeValueAsString(run));
    }

    @Override
    public void record(RunRecord record) {
        history.take(record);
        boolean logged = !(record instanceof StepRecord) || record.step() % stride == 0 || record.step() == steps;
        if (logged) {
            post(RunPosted.RECORD, RecordFormat.line(record));
        }
    }

    @Override
    public void closed(RunOutcome outcome) {
        StepRecord last = history.newest();
        if (last != null && last.step() % stride != 0 && last.step() != steps) {
            post(RunPosted.RECORD, RecordFormat.line(last));
        }
        history.end(outcome.event().word());
        post(RunPosted.CLOSED, outcome.event().word());
    }

    private void post(String kind, String text) {
        context.listenerBus().post(new RunPosted(number, kind, text));
    }

    /** Those of the tab that this application has, which is made with its first run. */
    private RunHistories histories() {
        if (context.ui().isEmpty()) {
            return new RunHistories();
        }
        SparkUI ui = context.ui().get();
        synchronized (ui) {
            for (WebUITab tab : ScalaCollections.list(ui.getTabs())) {
                if (tab instanceof RunTab present) {
                    return present.histories();
                }
            }
            RunTab added = new RunTab(ui, new RunHistories());
            ui.attachTab(added);
            return added.histories();
        }
    }
}
