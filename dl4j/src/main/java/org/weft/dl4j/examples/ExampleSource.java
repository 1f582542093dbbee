package org.weft.dl4j.examples;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Where an example's data is to come from.
 *
 * @param input the user's own, or null for what the example fetches
 * @param folder where what is fetched is kept
 * @param label the column that is predicted, of a table; null for the example's own
 * @param small whether a test's share of it is enough
 * @param say takes a line for people
 */
record ExampleSource(Path input, Path folder, String label, boolean small, Consumer<String> say) {

    /** Whether it is the data that the example's bar was set on. */
    boolean asPublished() {
        return input == null && !small;
    }
}
