package org.weft.monitoring.tensorboard;

import java.util.Map;

/**
 * TensorFlow's Event message, as much of it as a run has to say. Field numbers are those of event.proto, summary.proto and
 * tensor.proto. Numbers are float32 there, which is what {@code torch.utils.tensorboard} writes, too.
 */
final class EventFormat {
    private static final String VERSION = "brain.Event:2";

    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;

    private static final int SESSION_STATUS = 1;
    private static final int SESSION_START = 1;

    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;

    private static final int METADATA_PLUGIN = 1;
    private static final int METADATA_DESCRIPTION = 3;
    private static final int PLUGIN_NAME = 1;

    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int TENSOR_STRING = 8;
    private static final int TYPE_STRING = 7;
    private static final int SHAPE_DIMENSION = 2;
    private static final int DIMENSION_SIZE = 1;

    private EventFormat() {}

    /** The first event of a file. */
    static byte[] version(double wallTime) {
        return new ProtoMessage()
                .float64(WALL_TIME, wallTime)
                .string(FILE_VERSION, VERSION)
                .toBytes();
    }

    /** What stands in earlier files from this step on does not count any more. */
    static byte[] startsAt(double wallTime, long step) {
        ProtoMessage session = new ProtoMessage().int64(SESSION_STATUS, SESSION_START);
        return event(wallTime, step).message(SESSION_LOG, session).toBytes();
    }

    /**
     * Numbers of one step.
     *
     * @param descriptions by tag, shown beside its plot; needed once in a file
     */
    static byte[] scalars(double wallTime, long step, Map<String, Double> values, Map<String, String> descriptions) {
        ProtoMessage summary = new ProtoMessage();
        values.forEach((tag, value) -> {
            ProtoMessage one = new ProtoMessage().string(VALUE_TAG, tag).float32(VALUE_SIMPLE, value.floatValue());
            if (descriptions.containsKey(tag)) {
                one.message(VALUE_METADATA, metadata("scalars").string(METADATA_DESCRIPTION, descriptions.get(tag)));
            }
            summary.message(SUMMARY_VALUE, one);
        });
        return event(wallTime, step).message(SUMMARY, summary).toBytes();
    }

    /** A text in Markdown. */
    static byte[] text(double wallTime, long step, String tag, String markdown) {
        ProtoMessage shape = new ProtoMessage().message(SHAPE_DIMENSION, new ProtoMessage().int64(DIMENSION_SIZE, 1));
        ProtoMessage tensor = new ProtoMessage()
                .int64(TENSOR_TYPE, TYPE_STRING)
                .message(TENSOR_SHAPE, shape)
                .string(TENSOR_STRING, markdown);
        ProtoMessage value = new ProtoMessage()
                .string(VALUE_TAG, tag)
                .message(VALUE_TENSOR, tensor)
                .message(VALUE_METADATA, metadata("text"));
        return event(wallTime, step)
                .message(SUMMARY, new ProtoMessage().message(SUMMARY_VALUE, value))
                .toBytes();
    }

    private static ProtoMessage event(double wallTime, long step) {
        return new ProtoMessage().float64(WALL_TIME, wallTime).int64(STEP, step);
    }

    private static ProtoMessage metadata(String plugin) {
        return new ProtoMessage().message(METADATA_PLUGIN, new ProtoMessage().string(PLUGIN_NAME, plugin));
    }
}
