package org.weft.worker;

import java.util.List;
import org.weft.core.protocol.SourceLoss;

/**
 * What one lane cost.
 *
 * @param part of the step's mean loss: nats, divided by the global batch's targets
 * @param bySource of each source that it has sequences of; empty where the data are one whole, or the engine does not tell
 */
record LaneLoss(double part, List<SourceLoss> bySource) {}
