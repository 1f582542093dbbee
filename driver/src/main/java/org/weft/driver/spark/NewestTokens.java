package org.weft.driver.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcTimeout;
import scala.concurrent.Future;
import scala.reflect.ClassTag;

/**
 * The way of new tokens to the scheduler, which remembers the last that went along it. Whoever sends them again for an
 * executor that has none stands in one queue with whoever renews them: never do old ones follow new ones.
 */
class NewestTokens extends RpcEndpointRef {
    private static final long serialVersionUID = 1L;

    private final RpcEndpointRef scheduler;
    private transient Object newest;

    NewestTokens(SparkConf conf, RpcEndpointRef scheduler) {
        super(conf);
        this.scheduler = scheduler;
    }

    @Override
    public synchronized void send(Object tokens) {
        newest = tokens;
        scheduler.send(tokens);
    }

    /** Sends what was sent last; nothing before that. */
    synchronized void sendAgain() {
        if (newest != null) {
            scheduler.send(newest);
        }
    }

    @Override
    public RpcAddress address() {
        return scheduler.address();
    }

    @Override
    public String name() {
        return scheduler.name();
    }

    @Override
    public <T> Future<T> ask(Object message, RpcTimeout timeout, ClassTag<T> type) {
        return scheduler.ask(message, timeout, type);
    }
}
