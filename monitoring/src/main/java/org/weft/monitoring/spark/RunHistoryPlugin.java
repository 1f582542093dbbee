package org.weft.monitoring.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.status.AppHistoryServerPlugin;
import org.apache.spark.status.ElementTrackingStore;
import org.apache.spark.ui.SparkUI;
import org.apache.spark.util.kvstore.KVStore;
import org.apache.spark.util.kvstore.KVStoreIterator;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;

/**
 * Weft's tab in the History Server: found there by its service file, where Weft's jar is on the server's class path. The server
 * makes one for reading a log and another for showing it, so that what they share is the server's store.
 */
public final class RunHistoryPlugin implements AppHistoryServerPlugin {

    @Override
    public Seq<SparkListener> createListeners(SparkConf conf, ElementTrackingStore store) {
        return Nil$.MODULE$.$colon$colon(new Keeper(store));
    }

    @Override
    public void setupUI(SparkUI ui) {
        KVStore store = ui.store().store();
        if (!posts(store, 1).isEmpty()) {
            ui.attachTab(new RunTab(ui, () -> histories(store)));
        }
    }

    private static List<RunHistory> histories(KVStore store) {
        RunHistories histories = new RunHistories();
        posts(store, Long.MAX_VALUE).forEach(post -> histories.take(post.run, post.kind, post.text));
        return histories.all();
    }

    private static List<StoredPost> posts(KVStore store, long most) {
        List<StoredPost> posts = new ArrayList<>();
        try (KVStoreIterator<StoredPost> each =
                store.view(StoredPost.class).max(most).closeableIterator()) {
            Iterator<StoredPost> rest = each;
            while (rest.hasNext()) {
                posts.add(rest.next());
            }
        } catch (Exception e) {
            throw new IllegalStateException("the History Server's store cannot be read", e);
        }
        return posts;
    }

    /** Keeps a log's events in the store. */
    private static final class Keeper extends SparkListener {
        private final ElementTrackingStore store;
        private long next;

        Keeper(ElementTrackingStore store) {
            this.store = store;
        }

        @Override
        public void onOtherEvent(SparkListenerEvent event) {
            if (event instanceof RunPosted posted) {
                store.write(new StoredPost(next++, posted.run(), posted.kind(), posted.text()));
            }
        }
    }
}
