package org.weft.simulation;

import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.weft.core.Threads;
import org.weft.core.transport.Service;
import org.weft.core.transport.Transport;

/** Mistakes that the simulation has to find: each is put between the real classes and what they are given. */
enum PlantedBug {
    NONE,
    /** Buckets are summed in the order in which they arrive, not in the tree's. */
    ARRIVAL_ORDER {
        @Override
        Service service(VirtualProcess process, Service real) {
            return process instanceof MemberProcess ? new PlantedSums.ArrivalOrder(process.simulation, real) : real;
        }
    },
    /** A push of an earlier generation is taken for one of the generation at hand. */
    STALE_GENERATION {
        @Override
        Service service(VirtualProcess process, Service real) {
            return process instanceof MemberProcess ? new PlantedServices.AnyGeneration(real) : real;
        }
    },
    /** A push that has come already is added once more. */
    NO_DUPLICATE_CHECK {
        @Override
        Service service(VirtualProcess process, Service real) {
            return process instanceof MemberProcess ? new PlantedSums.Duplicates(process.simulation, real) : real;
        }
    },
    /** The manifest is written when all shards but the last have reported. */
    EARLY_COMMIT {
        @Override
        Service service(VirtualProcess process, Service real) {
            return process instanceof DriverProcess ? new PlantedServices.EarlyCommit(process.simulation, real) : real;
        }
    },
    /** What a server was told before it was given up is taken for what it is told after it has joined again. */
    OLD_REPLY {
        @Override
        Transport transport(VirtualProcess process, Transport real) {
            return new PlantedTransports.OldReplies(real);
        }
    },
    /** Where gradients are late, workers are given the newest parameters all the same. */
    NEWEST_PARAMETERS {
        @Override
        Service service(VirtualProcess process, Service real) {
            boolean late = process.simulation.scenario.config().sync().delay() > 0;
            return late && process instanceof MemberProcess ? new PlantedServices.NewestParameters(real) : real;
        }
    },
    /** A server that copies another's state predicts as if no update had led to it. */
    FORGOTTEN_UPDATES {
        @Override
        Transport transport(VirtualProcess process, Transport real) {
            return new PlantedTransports.ForgottenUpdates(real);
        }
    },
    /** A push is acknowledged when its last byte is there, and added to the sum a little later. */
    EARLY_ACKNOWLEDGEMENT {
        @Override
        Transport transport(VirtualProcess process, Transport real) {
            return new PlantedTransports.EarlyAcknowledgements(process, real);
        }
    },
    /** The thread that gives signs of life does not end with the task. */
    UNDYING_LEASE {
        @Override
        Transport transport(VirtualProcess process, Transport real) {
            return new PlantedTransports.Unclosed(real);
        }

        @Override
        Threads threads(VirtualProcess process) {
            return new VirtualThreads(process) {
                @Override
                public ScheduledExecutorService timer(String name) {
                    return new FiberExecutor(process, name) {
                        @Override
                        public List<Runnable> shutdownNow() {
                            return List.of();
                        }
                    };
                }
            };
        }
    };

    /** What a process serves. */
    Service service(VirtualProcess process, Service real) {
        return real;
    }

    Transport transport(VirtualProcess process, Transport real) {
        return real;
    }

    Threads threads(VirtualProcess process) {
        return process.threads;
    }
}
