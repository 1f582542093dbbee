package org.weft.clusters;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.yarn.api.records.ApplicationId;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.ApplicationSubmissionContext;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.client.api.YarnClientApplication;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.weft.trainer.Await;

/** Somebody else on the cluster, in the queue {@code urgent}: YARN preempts whoever has more than their share. */
final class OtherTenant implements AutoCloseable {
    private static final Duration PREEMPTED = Duration.ofMinutes(2);

    private static final String QUEUE = "urgent";

    private final YarnClient yarn;

    private OtherTenant(YarnClient yarn) {
        this.yarn = yarn;
    }

    static OtherTenant of(HadoopCluster cluster) {
        YarnClient yarn = YarnClient.createYarnClient();
        yarn.init(cluster.configuration());
        yarn.start();
        return new OtherTenant(yarn);
    }

    /**
     * Runs one container, an application master that does nothing, from when it is granted for so long.
     *
     * @param mebibytes its size; no larger than a container that is preempted for it, or YARN preempts one after another
     */
    void takeItsShare(int mebibytes, Duration lasting) throws YarnException, IOException {
        YarnClientApplication created = yarn.createApplication();
        ApplicationSubmissionContext application = created.getApplicationSubmissionContext();
        application.setApplicationName("another tenant");
        application.setQueue(QUEUE);
        application.setMaxAppAttempts(1);
        application.setResource(Resource.newInstance(mebibytes, 1));
        application.setAMContainerSpec(ContainerLaunchContext.newInstance(
                Map.of(), Map.of(), List.of("sleep " + lasting.toSeconds()), Map.of(), null, Map.of()));
        ApplicationId id = yarn.submitApplication(application);
        Await.until("the other tenant has its share", PREEMPTED, () -> granted(id));
    }

    private boolean granted(ApplicationId id) {
        try {
            YarnApplicationState state = yarn.getApplicationReport(id).getYarnApplicationState();
            return EnumSet.of(YarnApplicationState.RUNNING, YarnApplicationState.FINISHED, YarnApplicationState.FAILED)
                            .contains(state)
                    || yarn.getApplications(EnumSet.of(YarnApplicationState.ACCEPTED)).stream()
                            .filter(report -> report.getApplicationId().equals(id))
                            .anyMatch(report ->
                                    report.getApplicationResourceUsageReport().getNumUsedContainers() > 0);
        } catch (YarnException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Leaves the queue. */
    @Override
    public void close() {
        try {
            for (ApplicationReport mine : yarn.getApplications(EnumSet.of(
                    YarnApplicationState.ACCEPTED, YarnApplicationState.RUNNING, YarnApplicationState.SUBMITTED))) {
                if (mine.getQueue().endsWith(QUEUE)) {
                    yarn.killApplication(mine.getApplicationId());
                }
            }
        } catch (YarnException | IOException e) {
            throw new AssertionError(e);
        } finally {
            yarn.stop();
        }
    }
}
