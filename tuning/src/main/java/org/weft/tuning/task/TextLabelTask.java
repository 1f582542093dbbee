package org.weft.tuning.task;

import java.util.List;

/** A task whose rows are a text or a pair, and one column of what is to be learnt of it. */
interface TextLabelTask extends Task {

    TextInput input();

    String labelColumn();

    @Override
    default List<String> inputColumns() {
        return input().columns();
    }

    @Override
    default ReadText read(Fields row, Encoder encoder) {
        return input().read(row, encoder);
    }

    @Override
    default void check(Fields row, boolean labelled) {
        inputColumns().forEach(row::text);
    }

    @Override
    default List<String> targetColumns() {
        return List.of(labelColumn());
    }
}
