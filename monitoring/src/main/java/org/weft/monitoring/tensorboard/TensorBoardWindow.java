package org.weft.monitoring.tensorboard;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.weft.core.storage.RunDirectory;
import org.weft.core.storage.Store;
import org.weft.driver.lease.DriverPlace;
import org.weft.driver.progress.CheckpointRecord;
import org.weft.driver.progress.EventRecord;
import org.weft.driver.progress.RunDescription;
import org.weft.driver.progress.RunOutcome;
import org.weft.driver.progress.RunRecord;
import org.weft.driver.progress.RunWindow;
import org.weft.monitoring.RunScalars;

/**
 * Writes event files into the run's directory {@code tensorboard/}: scalars of every record, the configuration and what
 * happened as texts. A run that goes on writes a file of its own, which says from which step on earlier files do not count.
 */
public final class TensorBoardWindow implements RunWindow {
    private static final String CONFIGURATION = "configuration";
    private static final String EVENTS = "events";

    private final Store store;
    private final RunDirectory run;
    /** Of tags that the process has not written yet. */
    private final Map<String, String> descriptions = new HashMap<>(RunScalars.DESCRIPTIONS);

    private EventFile file;

    public TensorBoardWindow(Store store, RunDirectory run) {
        this.store = store;
        this.run = run;
    }

    @Override
    public String name() {
        return "TensorBoard";
    }

    @Override
    public void opened(RunDescription of) throws IOException {
        DriverPlace here = DriverPlace.here("");
        String writer = here.host().replaceAll("[^\\w-]+", "-") + "." + here.process();
        file = new EventFile(store, run.tensorboard(), writer, System::currentTimeMillis, System::nanoTime);
        double now = of.timeMillis() / 1e3;
        file.add(EventFormat.startsAt(now, of.resumed() ? of.startStep() + 1 : 0));
        file.add(EventFormat.text(now, of.startStep(), CONFIGURATION, table(of)));
        file.publish();
    }

    /** Markdown, which is what TensorBoard shows texts as. */
    private static String table(RunDescription of) {
        StringBuilder table = new StringBuilder("| key | value |\n|---|---|\n");
        table.append("| run | ").append(cell(of.subject())).append(" |\n");
        of.settings().forEach((key, value) -> table.append("| ")
                .append(cell(key))
                .append(" | ")
                .append(cell(value))
                .append(" |\n"));
        return table.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    @Override
    public void record(RunRecord record) {
        double time = record.timeMillis() / 1e3;
        Map<String, Double> values = RunScalars.of(record);
        if (!values.isEmpty()) {
            file.add(EventFormat.scalars(time, record.step(), values, descriptions));
            descriptions.keySet().removeAll(values.keySet());
        }
        if (record instanceof EventRecord event) {
            file.add(EventFormat.text(time, event.step(), EVENTS, "**" + event.kind() + "** " + event.text()));
        }
        if (record instanceof CheckpointRecord) {
            file.publish();
        }
    }

    @Override
    public void closed(RunOutcome outcome) throws IOException {
        file.close();
    }
}
