package org.weft.driver.run;

import java.util.Iterator;
import org.apache.spark.api.java.function.VoidFunction;
import org.weft.driver.spark.TaskPlace;
import org.weft.parameterserver.ParameterServer;
import org.weft.parameterserver.ServerOptions;

/** The long Spark task that is one copy of one parameter server shard; its partition holds the server's index. */
record ServerTask(ServerOptions options) implements VoidFunction<Iterator<Integer>> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(Iterator<Integer> index) throws Exception {
        TaskPlace place = TaskPlace.here();
        try (ParameterServer server = new ParameterServer(options, index.next())) {
            server.run(place.attempt(), place.host(), place.executor());
        }
    }
}
