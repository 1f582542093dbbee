package org.weft.core.protocol;

import java.util.Arrays;

/** The one table of message ids. Ids are part of the wire: append, never reorder. */
public enum MessageType {
    JOIN_WORKER(Message.JoinWorker.class),
    POLL_WORK(Message.PollWork.class),
    LANES_DONE(Message.LanesDone.class),
    BATCHES_EVALUATED(Message.BatchesEvaluated.class),
    WORK_ABANDONED(Message.WorkAbandoned.class),
    COMPUTE_LANES(Message.ComputeLanes.class),
    EVALUATE_BATCHES(Message.EvaluateBatches.class),
    JOIN_SERVER(Message.JoinServer.class),
    POLL_ORDER(Message.PollOrder.class),
    SHARD_LOADED(Message.ShardLoaded.class),
    SHARD_REDUCED(Message.ShardReduced.class),
    SHARD_SAVED(Message.ShardSaved.class),
    SHARD_SAVE_FAILED(Message.ShardSaveFailed.class),
    LOAD_PARAMETERS(Message.LoadParameters.class),
    APPLY_STEP(Message.ApplyStep.class),
    AWAIT_PARAMETERS(Message.AwaitParameters.class),
    PARAMETERS_READY(Message.ParametersReady.class),
    HEARTBEAT(Message.Heartbeat.class),
    MEMBER_FAILED(Message.MemberFailed.class),
    ADMITTED(Message.Admitted.class),
    RUN_ENDED(Message.RunEnded.class),
    DONE(Message.Done.class),
    REFUSED(Message.Refused.class),
    ADOPT_GENERATION(Message.AdoptGeneration.class),
    COPY_SHARD(Message.CopyShard.class),
    AWAIT_MOMENT_CHECKSUMS(Message.AwaitMomentChecksums.class),
    CHECKSUMS(Message.Checksums.class),
    ALIVE(Message.Alive.class);

    private final Class<? extends Message> messageClass;

    MessageType(Class<? extends Message> messageClass) {
        this.messageClass = messageClass;
    }

    public Class<? extends Message> messageClass() {
        return messageClass;
    }

    public static MessageType of(Message message) {
        return Arrays.stream(values())
                .filter(type -> type.messageClass == message.getClass())
                .findFirst()
                .orElseThrow();
    }
}
