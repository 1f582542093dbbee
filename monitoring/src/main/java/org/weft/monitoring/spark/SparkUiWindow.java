package org.weft.monitoring.spark;

import java.io.IOException;
import java.util.Map;
import java.util.WeakHashMap;
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

    /** Weak: an application that is over is forgotten. */
    private static final Map<SparkContext, RunHistories> APPLICATIONS = new WeakHashMap<>();

    private final SparkContext context;
    private RunHistory history;
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
        history = histories().open(run);
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
        context.listenerBus().post(new RunPosted(history.number(), kind, text));
    }

    /** Those of this application, with a UI or without: an event log tells its runs apart by their numbers. */
    private RunHistories histories() {
        synchronized (APPLICATIONS) {
            RunHistories histories = APPLICATIONS.computeIfAbsent(context, unknown -> new RunHistories());
            if (context.ui().isDefined()) {
                showIn(context.ui().get(), histories);
            }
            return histories;
        }
    }

    private static void showIn(SparkUI ui, RunHistories histories) {
        for (WebUITab tab : ScalaCollections.list(ui.getTabs())) {
            if (tab instanceof RunTab) {
                return;
            }
        }
        ui.attachTab(new RunTab(ui, histories::all));
    }
}
