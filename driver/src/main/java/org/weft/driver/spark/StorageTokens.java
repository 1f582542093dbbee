package org.weft.driver.spark;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.security.Credentials;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.deploy.security.HadoopDelegationTokenManager;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.cluster.CoarseGrainedClusterMessages.UpdateDelegationTokens;
import org.apache.spark.scheduler.cluster.StandaloneSchedulerBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.config.WeftConfig;

/**
 * Delegation tokens, by which executors are the user to a secured storage without a ticket of their own. On YARN and
 * Kubernetes Spark hands them out and renews them; on a standalone cluster it has all that this needs and does not begin
 * it, so that this does: the same manager, by the same messages.
 */
final class StorageTokens extends SparkListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageTokens.class);
    private static final String STORAGES = "spark.kerberos.access.hadoopFileSystems";

    private final NewestTokens newest;
    private final HadoopDelegationTokenManager manager;

    private StorageTokens(NewestTokens newest, HadoopDelegationTokenManager manager) {
        this.newest = newest;
        this.manager = manager;
    }

    /** Names the storages of a run, where the user named none: Spark by itself asks the default one alone for tokens. */
    static void request(SparkConf conf, WeftConfig config) {
        if (!UserGroupInformation.isSecurityEnabled() || conf.contains(STORAGES)) {
            return;
        }
        String storages = String.join(",", remote(paths(config)));
        if (!storages.isEmpty()) {
            conf.set(STORAGES, storages);
        }
    }

    /** What executors read and write, as the configuration has it; {@link #remote} passes over names of tables. */
    static List<String> paths(WeftConfig config) {
        List<String> paths = new ArrayList<>(config.corpus().allInput());
        paths.add(config.run().dir());
        paths.add(config.run().corpus());
        paths.addAll(config.dataset().train());
        paths.addAll(config.dataset().validation());
        paths.addAll(config.dataset().test());
        paths.add(config.finetune().from());
        paths.add(config.distillation().teacher());
        paths.add(config.distillation().logits());
        return paths;
    }

    /** Scheme and authority of those that have tokens to give. */
    static Set<String> remote(List<String> paths) {
        Set<String> storages = new TreeSet<>();
        for (String path : paths) {
            int colon = path.indexOf("://");
            String scheme = colon < 0 ? "" : path.substring(0, colon);
            String rest = colon < 0 ? "" : path.substring(colon + 3);
            String authority = rest.contains("/") ? rest.substring(0, rest.indexOf('/')) : rest;
            if (!authority.isEmpty()
                    && Set.of("hdfs", "webhdfs", "swebhdfs", "viewfs", "abfs", "abfss")
                            .contains(scheme)) {
                storages.add(URI.create(scheme + "://" + authority).toString());
            }
        }
        return storages;
    }

    /**
     * Begins to hand out tokens where Spark does not; null where there is nothing to do.
     *
     * @throws WeftException where tokens would go over a network on which anybody could take them
     */
    static StorageTokens handOut(org.apache.spark.SparkContext context) {
        if (!UserGroupInformation.isSecurityEnabled()
                || !(context.schedulerBackend() instanceof StandaloneSchedulerBackend backend)) {
            return null;
        }
        requireProtected(context.getConf());
        NewestTokens newest = new NewestTokens(context.getConf(), backend.driverEndpoint());
        StorageTokens tokens = new StorageTokens(
                newest, new HadoopDelegationTokenManager(context.getConf(), context.hadoopConfiguration(), newest));
        context.addSparkListener(tokens);
        tokens.begin();
        return tokens;
    }

    static void requireProtected(SparkConf conf) {
        boolean here = conf.get("spark.master", "").startsWith("local");
        boolean hidden = conf.getBoolean("spark.authenticate", false)
                && (conf.getBoolean("spark.network.crypto.enabled", false)
                        || conf.getBoolean("spark.ssl.rpc.enabled", false));
        if (!here && !hidden) {
            throw new WeftException(
                    ExitStatus.USAGE,
                    "the storage is secured by Kerberos, and Spark's connections here are not: spark.authenticate="
                            + conf.get("spark.authenticate", "false") + ", spark.network.crypto.enabled="
                            + conf.get("spark.network.crypto.enabled", "false")
                            + "; executors would be sent tokens that anybody on the network could take",
                    "set both to true for this application, and spark.authenticate.secret on master, workers and here"
                            + " alike; here in a file that you alone may read, by spark-submit --properties-file");
        }
    }

    private void begin() {
        byte[] tokens;
        if (manager.renewalEnabled()) {
            tokens = manager.start();
        } else {
            Credentials credentials = new Credentials();
            manager.obtainDelegationTokens(credentials);
            tokens = credentials.numberOfTokens() == 0
                    ? null
                    : SparkHadoopUtil.get().serialize(credentials);
            LOG.warn("executors' tokens for the storage end when it says so (by default after a day, of which nobody"
                    + " renews them): give --principal and --keytab for a run that lasts longer");
        }
        if (tokens != null) {
            newest.send(new UpdateDelegationTokens(tokens));
        }
    }

    /** One that asked for its settings before there were tokens, and was listed after they had gone round, has none. */
    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded added) {
        newest.sendAgain();
    }

    /** Also where the application ends before anybody holds this. */
    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd ended) {
        close();
    }

    @Override
    public void close() {
        manager.stop();
    }
}
