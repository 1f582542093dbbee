package org.weft.monitoring.spark;

import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.ui.SparkUITab;

/** The tab "Weft" of an application's UI, live or in the History Server. Whoever may see the UI may see it. */
public final class RunTab extends SparkUITab {
    static final String PREFIX = "weft";

    /** @param runs asked for whenever the page is looked at */
    RunTab(SparkUI ui, Supplier<List<RunHistory>> runs) {
        super(ui, PREFIX);
        attachPage(new RunTabPage(this, runs));
    }
}
