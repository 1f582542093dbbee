package org.weft.driver.spark;

import java.io.IOException;
import java.net.ConnectException;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.HAUtil;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.weft.core.ExitStatus;
import org.weft.core.WeftException;
import org.weft.core.storage.RefusedAccess;
import scala.Tuple2;

/** What Weft asks of YARN, and what it asks YARN before Spark does: whether there is a container as large as an executor. */
final class YarnCluster {
    private static final Logger LOG = LoggerFactory.getLogger(YarnCluster.class);
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private YarnCluster() {}

    static boolean manages(SparkConf conf) {
        return conf.get("spark.master", "").startsWith("yarn");
    }

    /** Whether this process is an application's master, which YARN started: it runs, so YARN is there. */
    private static boolean isMaster(SparkConf conf) {
        return "cluster".equals(conf.get("spark.submit.deployMode", "client"));
    }

    /**
     * Adds to a configuration what it does not have yet. Containers come and go, preempted or killed: the coordinator
     * decides when enough is enough, so Spark is not to count. The natives are unpacked once a node, into the folder that
     * the application's containers share there and that YARN removes after it.
     */
    static void apply(SparkConf conf) {
        if (!conf.contains(
                "spark.executor.maxNumFailures")) { // knows of its older name, spark.yarn.max.executor.failures
            conf.set("spark.executor.maxNumFailures", Integer.toString(Integer.MAX_VALUE));
        }
        String options = conf.get(ExecutorEnvironment.JAVA_OPTIONS, "");
        if (!options.contains(CACHE)) {
            conf.set(ExecutorEnvironment.JAVA_OPTIONS, (options + " -D" + CACHE + "={{PWD}}/../weft-natives").trim());
        }
    }

    /**
     * Looks whether YARN has containers of an executor's size.
     *
     * @throws WeftException with exit status 4 where it has none, or where no ResourceManager answers; with 1 where it does
     *     not let this user ask, which Spark would go on to ask for a quarter of an hour
     */
    static void require(SparkConf conf, int patienceMillis) {
        if (isMaster(conf) && !mayAsk()) {
            return;
        }
        YarnConfiguration settings = new YarnConfiguration();
        for (Tuple2<String, String> each : conf.getAllWithPrefix("spark.hadoop.")) {
            settings.set(each._1(), each._2());
        }
        settings.setInt(YarnConfiguration.RESOURCEMANAGER_CONNECT_MAX_WAIT_MS, patienceMillis);
        settings.setInt(YarnConfiguration.RESOURCEMANAGER_CONNECT_RETRY_INTERVAL_MS, 1000);
        settings.setInt("ipc.client.connect.max.retries", 0); // of each of those tries
        try (YarnClient yarn = YarnClient.createYarnClient()) {
            yarn.init(settings);
            yarn.start();
            requireFits(
                    conf, yarn.createApplication().getNewApplicationResponse().getMaximumResourceCapability());
        } catch (ConnectException e) {
            if (!isMaster(conf)) {
                throw new WeftException(
                        ExitStatus.CLUSTER,
                        "no ResourceManager answers at " + addresses(settings),
                        "set HADOOP_CONF_DIR to the folder of the cluster's yarn-site.xml and core-site.xml",
                        e);
            }
        } catch (IOException | YarnException e) {
            WeftException refused = isMaster(conf) ? null : RefusedAccess.explain(e);
            if (refused != null) {
                throw refused;
            }
            LOG.debug("YARN does not say how large a container may be", e);
        }
    }

    /** A secured YARN answers whoever has a ticket; a master without a keytab has the token of its application alone. */
    private static boolean mayAsk() {
        try {
            return !UserGroupInformation.isSecurityEnabled() || UserGroupInformation.isLoginKeytabBased();
        } catch (IOException e) {
            LOG.debug("no login", e);
            return false;
        }
    }

    /** Of each ResourceManager: one of several takes over from another. */
    private static String addresses(Configuration settings) {
        if (!HAUtil.isHAEnabled(settings)) {
            return settings.get(YarnConfiguration.RM_ADDRESS);
        }
        return HAUtil.getRMHAIds(settings).stream()
                .map(id -> settings.get(HAUtil.addSuffix(YarnConfiguration.RM_ADDRESS, id), id))
                .collect(Collectors.joining(", "));
    }

    /** Fails where an executor is larger than the largest container. */
    static void requireFits(SparkConf conf, Resource largest) {
        long heap = ExecutorEnvironment.executorHeap(conf) >> 20;
        long overhead = JavaUtils.byteStringAsMb(conf.get(ExecutorEnvironment.OVERHEAD));
        int cores = conf.getInt("spark.executor.cores", 1);
        if (heap + overhead > largest.getMemorySize()) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    String.format(
                            "no container is large enough: an executor needs %d MiB (heap %d MiB,"
                                    + " spark.executor.memoryOverhead %d MiB), YARN gives at most %d MiB",
                            heap + overhead, heap, overhead, largest.getMemorySize()),
                    "raise yarn.scheduler.maximum-allocation-mb, or have less in one executor: --executor-cores,"
                            + " --executor-memory, training.micro_batch, or more cluster.servers");
        }
        if (cores > largest.getVirtualCores()) {
            throw new WeftException(
                    ExitStatus.CLUSTER,
                    "no container is large enough: an executor has " + cores + " cores, YARN gives at most "
                            + largest.getVirtualCores(),
                    "give --executor-cores less, or raise yarn.scheduler.maximum-allocation-vcores");
        }
    }
}
